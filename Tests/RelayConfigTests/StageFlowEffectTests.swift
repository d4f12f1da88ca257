import RelayConfig
import RelayCore
import Testing

/// Stages are checked by their declared effects, not by their names.
@Suite struct StageFlowEffectTests {
    private struct Discard: ConfigurableStage {
        static let kind = "discard"
        static let summary = "Ends the pipeline."
        static let fields: [AnyOptionField] = []
        static let effects: [StageFlowEffect] = [.drops]
        init(_ options: OptionReader, in context: StageBuildContext) throws {}
    }

    private struct Admit: ConfigurableStage {
        static let kind = "admit"
        static let summary = "Lets only some events pass."
        static let only = OptionField.expression("only", "Events that go on.")
        static let fields = [AnyOptionField(only)]
        static let mainField: String? = "only"
        static let effects: [StageFlowEffect] = [.filters(option: "only", passes: true)]
        init(_ options: OptionReader, in context: StageBuildContext) throws { _ = try options(Self.only) }
    }

    private struct Send: ConfigurableStage {
        static let kind = "send"
        static let summary = "Delivers."
        static let targets = OptionField.stringList("targets", "Where to.")
        static let fields = [AnyOptionField(targets)]
        static let mainField: String? = "targets"
        static let effects: [StageFlowEffect] = [.delivers(option: "targets")]
        init(_ options: OptionReader, in context: StageBuildContext) throws { _ = try options(Self.targets) }
    }

    private static let registry = ConfigurationKindRegistry(
        stages: ConfigurationKindRegistry.testing.stages + [Discard.self, Admit.self, Send.self],
        destinations: ConfigurationKindRegistry.testing.destinations,
        formats: ConfigurationKindRegistry.testing.formats,
        transports: ConfigurationKindRegistry.testing.transports
    )

    private func report(_ stages: String) -> String {
        Workspace.pipeline("stages:\n" + stages).report(registry: Self.registry)
    }

    @Test func nothingReachesWhatFollowsAStageThatDrops() {
        let report = report("  - persist\n  - discard\n  - send: crm\n")
        #expect(report.contains("pipelines/default.yaml:4:5: warning: nothing comes here"))
    }

    @Test func aFilterThatNoEventPassesIsReported() {
        let report = report(
            "  - persist\n  - admit: .event == \"message.read\" and .event == \"message.sent\"\n  - send: crm\n")
        #expect(report.contains("the admit drops every event: \"only\" is never true here"))
    }

    @Test func criteriaThatNoEventMeetsAreReported() {
        let report = report(
            "  - persist\n  - filter: { keep: { chats: [group] } }\n"
                + "  - filter: { keep: { chats: [private, status] } }\n    when: .payload.chatId != null\n  - send: crm\n"
        )
        #expect(report.contains("pipelines/default.yaml:4:21: warning: the filter drops every event"), "\(report)")
        let types = self.report(
            "  - persist\n  - filter: { keep: { types: [text] } }\n  - send: crm\n"
                + "    when: .event == \"message.received\" and .payload.type == \"image\"\n")
        #expect(types.contains("pipelines/default.yaml:5:11: warning: \"when\" is never true here"), "\(types)")
        let receipts = self.report(
            "  - persist\n  - filter: { keep: { from_me: false, types: [text] } }\n  - send: crm\n"
                + "    when: .event == \"message.read\" and .payload.fromMe\n")
        #expect(!receipts.contains("never true"), "\(receipts)")
    }

    @Test func criteriaAreCheckedWithTheirPositions() {
        let report = report(
            "  - persist\n  - filter: { keep: { chats: [private, gruop], typs: [text] } }\n  - send: crm\n")
        #expect(
            report.contains(
                "pipelines/default.yaml:3:40: error: \"chats\" must be private, group, channel, status or broadcast"),
            "\(report)")
        #expect(report.contains("did you mean \"group\"?"), "\(report)")
        #expect(report.contains("pipelines/default.yaml:3:48: error: keep has no option \"typs\""), "\(report)")
        let types = self.report("  - persist\n  - filter: { keep: { types: [stickers] } }\n  - send: crm\n")
        #expect(types.contains("warning: no gateway sends messages of the type \"stickers\""), "\(types)")
    }

    @Test func aDestinationThatAStageNamesTwiceIsReported() {
        let report = report("  - persist\n  - send: crm\n  - send: crm\n")
        #expect(report.contains("\"crm\" gets the same event twice"))
        #expect(!report.contains("the pipeline delivers nothing"))
    }

    @Test func aDeliveryBeforeTheHistoryIsWrittenIsReported() {
        #expect(report("  - send: crm\n").contains("deliver without persist before it"))
        #expect(!report("  - persist\n  - send: crm\n").contains("deliver without persist before it"))
    }
}
