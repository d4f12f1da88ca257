import Foundation
import RelayCore
import RelayFormats
import RelayJSON
import Testing

@testable import RelaySources

/// The names in the documents of every format, on their way into the journal.
struct NameCleaningTests {
    private static let examples = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("examples/events")
    /// NUL, BEL, a directional override and an APC of C1, as JSON has them.
    private static let escapes = #"\u0000\u0007\u202e\u009f"#

    @Test(arguments: BuiltInSourceFormats.all.map { $0.name })
    func namesOfEveryFormatAreCleanedAndTextIsNot(_ name: String) async throws {
        let format = try #require(BuiltInSourceFormats.format(named: name))
        // Chatwoot's documents have the names of agents only.
        let document =
            name == "chatwoot"
            ? Self.chatwoot
            : try String(
                contentsOf: Self.examples.appendingPathComponent(name == "baileys" ? "text.json" : "\(name).json"),
                encoding: .utf8)
        let names = document.components(separatedBy: "Maria Silva").count - 1
        let texts = document.components(separatedBy: "\"Hello").count - 1
        try #require(names > 0 && texts > 0)
        let dirty = document.replacingOccurrences(of: "Maria Silva", with: "Maria\(Self.escapes) Silva")
            .replacingOccurrences(of: "\"Hello", with: "\"Hello\(Self.escapes)")
        let journal = MemoryJournal()
        _ = try await makeIntake(journal, format: format, defaultSession: "demo")
            .accept(Array(dirty.utf8), session: nil)
        let events = journal.events
        try #require(!events.isEmpty)
        let payload = events.map { JSON.object($0.payload).text }.joined()
        #expect(payload.contains("Maria Silva"))
        #expect(!payload.contains("Maria\\u0000"))
        #expect(payload.contains("Hello\\u0000\\u0007"), "text stays as it is")
    }

    private static let chatwoot = #"""
        {"event": "message_created", "id": 7, "message_type": "outgoing", "private": false, "content": "Hello from us",
         "account": {"id": 1}, "inbox": {"id": 2}, "sender": {"id": 3, "name": "Maria Silva", "type": "user"},
         "conversation": {"id": 4, "contact_inbox": {"source_id": "5511999999001"},
          "meta": {"sender": {"phone_number": "+5511999999001"}}}}
        """#
}
