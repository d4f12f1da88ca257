import Foundation
import Relay
import RelayConfig
import RelayCore
import RelayJSON
import RelayPipeline
import RelayTesting
import Testing

/// A change of a stage that waited: none.
@Sendable private func goOn(_ draft: inout PipelineEvent, _ context: StageContext) throws(StageError) -> StageOutcome {
    .next
}

/// The recipes' pipelines on texts of the greatest length that WhatsApp allows. Strangers write such texts, so they must
/// neither fail a stage nor exceed its budget.
@Suite struct RecipeTextTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("docs/recipes")
    private static let length = 65_536

    /// Repeated to the full length.
    private static let parts = [
        "a@b ", "a", "1", "+1 ", "https://", "https://a ", "@", "a.", "a@", "1-", "( ", "é", "👍", "\n", "\"\\", "<b>",
        "x y ",
        "0 (0) 0 ", "a@a.a@a.a@", ".",
    ]
    private static let names =
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { !$0.hasSuffix(".md") }.sorted()

    @Test func thereAreTenRecipes() {
        #expect(Self.names.count == 10)
    }

    @Test(arguments: names)
    func noTextFailsAStage(recipe: String) throws {
        let configuration = try RelayConfiguration.load(
            path: Self.folder.appendingPathComponent("\(recipe)/config.yaml").path,
            environment: [:],
            registry: .builtIn,
            assumesVariables: true
        ).configuration
        for definition in configuration.pipelines {
            let pipeline = Pipeline(definition)
            for part in Self.parts {
                let text = String(String(repeating: part, count: Self.length / part.count + 1).prefix(Self.length))
                for (kind, chat) in [("direct", "5511999999001@s.whatsapp.net"), ("group", "120363000000000001@g.us")] {
                    let (draft, end) = Self.run(pipeline, text, kind: kind, chat: chat)
                    if case .failed(let stage, let message) = end {
                        Issue.record("\(recipe): \(stage) failed on \(part.debugDescription): \(message)")
                    }
                    #expect(draft.event.session == "main")
                }
            }
        }
    }

    private static func run(
        _ pipeline: Pipeline, _ text: String, kind: String, chat: String
    ) -> (PipelineEvent, Pipeline.End) {
        let event = Event(
            id: EventID(1),
            source: pipeline.definition.from.first ?? "baileys",
            type: .messageReceived,
            session: "main",
            chat: chat,
            occurredAt: nil,
            receivedAt: Timestamp(milliseconds: 1_763_000_000_000),
            payload: [
                "messageId": "3EB0", "chatId": .string(chat), "chatKind": .string(kind), "type": "text",
                "isGroup": .bool(kind == "group"), "fromMe": false, "timestamp": 1_763_000_000,
                "contactName": .string(text), "pushName": .string(text), "content": ["text": .string(text)],
            ]
        )
        let context = StubStageDirectory().context
        var result = pipeline.run(event, in: context)
        while true {
            switch result {
            case .ended(let draft, let end): return (draft, end)
            case .waiting(let suspension):
                result = pipeline.resume(suspension, with: .success(goOn), in: context)
            }
        }
    }
}
