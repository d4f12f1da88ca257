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

    /// - Parameter head: what stands before the stages, in the first line.
    private func report(_ stages: String, head: String = "") -> String {
        Workspace.pipeline(head + "stages:\n" + stages).report(registry: Self.registry)
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

    /// Events that a criterion does not speak of pass, so what is reported is that no other one does.
    @Test(arguments: [
        ("{ chats: [private] }", "{ chats: [channel] }", "event of a chat: \"chats\""),
        ("{ chats: [private, group], from_me: false }", "{ chats: [status] }", "event of a chat: \"chats\""),
        ("{ from_me: true, chats: [private] }", "{ from_me: false }", "message: \"from_me\""),
        ("{ types: [text], history: false, max_age: 10m }", "{ types: [image, video] }", "message: \"types\""),
        (".payload.chatKind == \"group\"", "{ chats: [private] }", nil),
        (".event == \"message.received\"", "{ from_me: true }", "message: \"from_me\""),
        (".event == \"message.received\" and .payload.isGroup", "{ chats: [private] }", "event of a chat: \"chats\""),
        (".event == \"message.received\" and .payload.type == \"text\"", "{ types: [image] }", nil),
    ])
    func criteriaThatExcludeEachOtherAreReported(first: String, second: String, words: String?) {
        let report = report(
            "  - persist\n  - filter: { keep: '\(first)' }\n  - enrich: [chat_name]\n  - filter: { keep: \(second) }\n  - send: crm\n"
                .replacing("'{", with: "{").replacing("}'", with: "}"),
            head: "from: [baileys]\n")
        let place = "pipelines/default.yaml:6:21: warning: the filter drops every "
        #expect(report.contains(place + (words ?? "event: \"keep\" is never true here")), "\(report)")
    }

    @Test(arguments: [
        ("{ chats: [private, group] }", "{ chats: [group] }"), ("{ from_me: false }", "{ types: [text] }"),
        (".event | startswith(\"session.\")", "{ chats: [group], from_me: true, types: [text] }"),
        ("{ chats: [status] }", "{ history: false, max_age: 1m }"),
        (".event == \"message.read\"", "{ types: [text], from_me: true }"),
        (".payload.isGroup", "{ chats: [group] }"), (".payload.chatKind == \"newsletter\"", "{ chats: [channel] }"),
    ])
    func criteriaThatSomethingMeetsAreNotReported(first: String, second: String) {
        let report = report(
            "  - persist\n  - filter: { keep: '\(first)' }\n  - filter: { keep: \(second) }\n  - send: crm\n"
                .replacing("'{", with: "{").replacing("}'", with: "}"),
            head: "from: [baileys]\n")
        #expect(!report.contains("warning: the filter drops"), "\(report)")
    }

    @Test(arguments: [
        ("criteria: { types: [image] }", "{ types: [text] }", "wants no message of what comes here"),
        ("criteria: { chats: [group], max_age: 5m }", "{ chats: [private] }", "wants no event of a chat"),
        ("events: [message.received], criteria: { from_me: true }", "{ chats: [private] }", "wants no message"),
        ("events: [message.read], criteria: { types: [image] }", "{ types: [text] }", nil),
        ("criteria: { types: [image] }", "{ types: [image, text] }", nil),
    ])
    func criteriaOfADestinationThatNothingMeetsAreReported(options: String, keep: String, words: String?) {
        let workspace = Workspace.config(
            """
            sources: { baileys: { transport: http, format: baileys } }
            destinations: { crm: { type: webhook, url: https://crm.example.com, \(options) } }
            """,
            pipeline: "from: [baileys]\nstages:\n  - persist\n  - filter: { keep: \(keep) }\n  - send: crm\n")
        let report = workspace.report(registry: Self.registry)
        #expect(report.contains("\"crm\" wants no") == (words != nil), "\(report)")
        if let words { #expect(report.contains("pipelines/default.yaml:5:11: warning: \"crm\" \(words)"), "\(report)") }
    }

    @Test func aTypeThatNoGatewaySendsIsReported() {
        let report = report("  - persist\n  - filter: { keep: { types: [photo, voice, text] } }\n  - send: crm\n")
        #expect(report.contains("3:31: warning: no gateway sends messages of the type \"photo\""), "\(report)")
        #expect(report.contains("3:38: warning: no gateway sends messages of the type \"voice\""), "\(report)")
        #expect(!report.contains("the type \"text\""))
        #expect(report.contains("help: there are text, image, video, audio"), "\(report)")
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
