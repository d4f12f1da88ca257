import Foundation
import RelayChatwoot
import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// Forwards the events of every document in the formats' corpus to Chatwoot.
struct CorpusTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("RelayFormatsTests/Corpus")

    static let folders: [(folder: String, format: String)] = [
        ("baileys", "baileys"), ("cloudapi", "cloud_api"), ("evolution", "evolution"),
        ("evolution-go", "evolution_go"), ("gowa", "gowa"), ("waha", "waha"), ("zaphub", "native"),
    ]

    /// The events of each document, by its name.
    private static func events(_ folder: String, _ formatName: String) throws -> [(name: String, events: [ParsedEvent])]
    {
        let directory = root.appendingPathComponent(folder)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
        let format = try #require(BuiltInSourceFormats.format(named: formatName))
        return try names.filter { $0.hasSuffix(".json") && !$0.hasSuffix(".expected.json") }.compactMap { name in
            let raw = try JSON(parsing: Array(Data(contentsOf: directory.appendingPathComponent(name))))
            let stem = name.dropLast(5)
            let expected = try JSON(
                parsing: Array(Data(contentsOf: directory.appendingPathComponent("\(stem).expected.json"))))
            guard expected["refused"] == nil else { return nil }
            let data: JSON =
                switch expected["wrap"]?["as"]?.string {
                case "message": ["messages": [raw], "type": "notify"]
                case "key": ["messages": [["key": raw, "message": ["conversation": "hello"]]], "type": "notify"]
                default: raw
                }
            let document: JSON = expected["wrap"].map { ["event": $0["event"] ?? .null, "data": data] } ?? raw
            let context = FormatReadContext(session: expected["session"]?.string ?? "demo", receivedAt: now)
            return (String(stem), try format.read(document.bytes, context: context).events)
        }
    }

    @Test(arguments: folders)
    func everyDocumentComesOutAsItDid(_ folder: String, _ format: String) throws {
        let planner = ChatwootActionPlanner(
            try chatwoot("group_changes: note\nutc_offset: \"-03:00\"\nlanguage: pt-BR"))
        var plans = JSONObject()
        for (name, events) in try Self.events(folder, format) {
            let all = try events.map { event in
                let body = body(event.type.name, .object(event.payload), session: event.session)
                let plan = try planner.plan(body, at: now)
                check(plan, name)
                return JSON.object(["event": .string(event.type.name), "plan": plan.json])
            }
            plans[name] = .array(all)
        }
        try Golden.check(plans, folder)
    }

    /// No customer content is lost: each content is shown, at least as a placeholder.
    @Test(arguments: folders)
    func noMessageIsLost(_ folder: String, _ format: String) throws {
        let planner = ChatwootActionPlanner(try chatwoot())
        let shown: Set<ChatKind> = [.direct, .group]
        for (name, events) in try Self.events(folder, format) {
            for event in events where event.type == .messageReceived || event.type == .messageSent {
                guard let type = event.payload["type"]?.string, event.payload["history"] == nil,
                    let chat = event.chat.flatMap({ JID($0) }), shown.contains(chat.chatKind),
                    !["album", "poll_vote"].contains(type)
                else { continue }
                let plan = try planner.plan(body(event.type.name, .object(event.payload)), at: now)
                let isMessage = plan.actions.contains { if case .message = $0 { true } else { false } }
                #expect(isMessage, "\(folder)/\(name)")
            }
        }
    }

    /// Payloads with one invalid value are planned as far as possible.
    @Test(arguments: folders)
    func aBrokenPayloadIsPlanned(_ folder: String, _ format: String) throws {
        let planner = ChatwootActionPlanner(try chatwoot())
        let replacements: [JSON] = [.null, true, -1, "", "text", [], [:], [[]], .number("1e400")]
        for (name, events) in try Self.events(folder, format) {
            for event in events {
                for payload in Broken.all(of: .object(event.payload), with: replacements) {
                    check(try planner.plan(body(event.type.name, payload), at: now), name)
                }
            }
        }
    }

    private func check(_ plan: ChatwootForwardPlan, _ name: String) {
        #expect(!plan.actions.isEmpty)
        if let contact = plan.contact {
            let isSafe = contact.sourceID.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 95
            }
            #expect(isSafe && contact.name.unicodeScalars.count <= 255 && !contact.name.isEmpty, "\(name)")
            #expect(contact.attributes.values.allSatisfy { $0.string != nil }, "\(name)")
        }
        for case .message(let message) in plan.actions {
            #expect(!message.content.isEmpty || !message.files.isEmpty, "\(name)")
            #expect(message.content.unicodeScalars.count <= 150_000 && message.sourceID.count > 5, "\(name)")
            #expect(!message.isExternalEcho || !message.content.contains("{{"), "\(name)")
        }
    }
}

/// Creates documents with one invalid value.
enum Broken {
    static func all(of value: JSON, with replacements: [JSON]) -> [JSON] {
        var all: [JSON] = []
        if let object = value.object {
            for (key, member) in object {
                for inner in replacements + self.all(of: member, with: replacements) {
                    var changed = object
                    changed[key] = inner
                    all.append(.object(changed))
                }
                var without = object
                without[key] = nil
                all.append(.object(without))
            }
        } else if let array = value.array {
            for (index, element) in array.enumerated() {
                for inner in replacements + self.all(of: element, with: replacements) {
                    var changed = array
                    changed[index] = inner
                    all.append(.array(changed))
                }
            }
        }
        return all
    }
}
