import Foundation
import RelayChatwoot
import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// Plans the events of the formats' content cases: what agents see of each kind, and which of them open a conversation.
struct ContentCaseTests {
    private static let cases: [JSON] = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("RelayFormatsTests/ContentCases")
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }.flatMap { file in
            (try? JSON(parsing: Array(Data(contentsOf: file))))?.array ?? []
        }.filter { $0["chatwoot"] != nil }
    }()

    @Test func theCasesAreWhole() {
        #expect(Self.cases.count > 100)
    }

    @Test(arguments: cases)
    func agentsSeeTheContent(_ given: JSON) throws {
        let name = given["name"]?.text ?? ""
        let format = try #require(BuiltInSourceFormats.format(named: given["format"]?.string ?? ""))
        let context = FormatReadContext(session: given["session"]?.string, receivedAt: now)
        let events = try (given["documents"]?.array ?? []).flatMap {
            try format.read($0.bytes, context: context).events
        }
        let expected = given["chatwoot"]?.array ?? []
        try #require(events.count == expected.count, "\(name)")
        let planner = ChatwootActionPlanner(try chatwoot())
        var sourceIDs: Set<String> = []
        for (event, expected) in zip(events, expected) {
            let plan = try planner.plan(body(event.type.name, .object(event.payload)), at: now)
            try #require(plan.actions.count == 1, "\(name)")
            guard case .message(let message) = plan.actions.first else {
                #expect(plan.actions.first?.json == expected, "\(name)")
                continue
            }
            sourceIDs.insert(message.sourceID)
            #expect(message.content == expected["content"]?.string, "\(name)")
            #expect(message.reach.rawValue == expected["reach"]?.string, "\(name)")
            #expect(message.direction.rawValue == expected["direction"]?.string, "\(name)")
        }
        if let count = given["sourceIDs"]?.int { #expect(sourceIDs.count == Int(count), "\(name)") }
    }
}
