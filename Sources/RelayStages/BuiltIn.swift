public import RelayConfig

/// The stages that the relay brings along: one line each.
public enum BuiltInStages {
    public static let all: [any ConfiguredStage.Type] = [
        Persist.self,
        Enrich.self,
        Media.self,
        Filter.self,
        Transform.self,
        Sign.self,
        Deliver.self,
        Switch.self,
        StageGroup.self,
        Use.self,
        Drop.self,
    ]
}
