package import RelayConfig

/// The stages that are compiled into the relay, one line each.
package enum BuiltInStages {
    package static let all: [any ConfigurableStage.Type] = [
        PersistHistoryStage.self,
        EnrichStage.self,
        MediaStage.self,
        FilterStage.self,
        TransformStage.self,
        SignStage.self,
        DeliverStage.self,
        SwitchStage.self,
        InlineStageGroup.self,
        UseFragmentStage.self,
        DropStage.self,
    ]
}
