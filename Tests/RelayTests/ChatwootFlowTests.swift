import Foundation
import RelayHTTPClient
import RelayJSON
import RelayTesting
import Testing

/// From a gateway's document to the message that agents see, with a relay process.
@Suite(.serialized, .limitedConcurrency)
struct ChatwootFlowTests {
    /// Exactly once under `kill -9`: the relay looks up messages in flight in Chatwoot before it sends anything again.
    /// Messages name their chat by phone, by hidden identity and by both.
    @Test func tenKillsNeitherLoseNorDoubleAMessage() async throws {
        let chats = 50
        let each = 100
        try await withChatwootInbox { fixture in
            let (chatwoot, relay) = (fixture.chatwoot, fixture.relay)
            chatwoot.inject(.commitThen500, into: .messageCreate, probability: 0.02)
            chatwoot.inject(.commitThenReset, into: .messageCreate, probability: 0.01)
            chatwoot.inject(.commitThenHang, into: .messageCreate, probability: 0.002)
            try await relay.start()
            try await withThrowingTaskGroup { group in
                for chat in 0..<chats {
                    group.addTask {
                        for message in 0..<each {
                            // The first one reports both names, so that every later one is the same chat.
                            let lid = message % 3 == 1 ? nil : "\(700_000_000_000_000 + chat)@lid"
                            let document = baileysText(
                                "M\(chat)-\(message)", chat: "55119999990\(chat + 10)", lid: lid,
                                isPhoneHidden: message % 3 == 2)
                            while (try? await relay.call("POST", "/in/baileys", document))?.status != 200 {
                                try await Task.sleep(for: .milliseconds(5))
                            }
                            try await Task.sleep(for: .milliseconds(Int.random(in: 0...60)))
                        }
                    }
                }
                for _ in 1...10 {
                    try await Task.sleep(for: .milliseconds(Int.random(in: 50...300)))
                    try await relay.end(SIGKILL)
                    try await relay.start()
                }
                try await group.waitForAll()
            }
            // An empty queue alone may mean that the pipeline still has the last events.
            try await relay.eventually("all is delivered") {
                guard try await relay.count("delivered", "dead") >= chats * each else { return false }
                return try await relay.count("queued", "in_flight") == 0
            }
            #expect(try await relay.count("dead") == 0)
            #expect(chatwoot.contacts.count == chats)
            #expect(chatwoot.conversations.count == chats)
            #expect(chatwoot.messages.count == chats * each)
            let disorderly = chatwoot.conversations.filter { conversation in
                let ids = chatwoot.messages(in: conversation.id).compactMap(\.sourceID)
                let chat = ids.first?.dropFirst("WAID:M".count).prefix { $0 != "-" } ?? ""
                return ids != (0..<each).map { "WAID:M\(chat)-\($0)" }
            }
            #expect(disorderly.isEmpty)
        }
    }

    /// Every document of the formats' corpus, with the default stages.
    @Test func nothingOfTheCorpusIsADeadLetter() async throws {
        let folders = [
            ("baileys", "baileys"), ("cloudapi", "cloud_api"), ("evolution", "evolution"),
            ("evolution-go", "evolution_go"), ("gowa", "gowa"), ("zaphub", "native"),
        ]
        let sources = folders.map { "  corpus-\($0.0): { transport: http, format: \($0.1) }\n" }.joined()
        try await withChatwootInbox(sources: sources, options: "group_changes: note") { fixture in
            let (chatwoot, relay) = (fixture.chatwoot, fixture.relay)
            try await relay.start()
            var accepted = 0
            for (folder, _) in folders {
                for (name, document) in try Self.documents(folder) {
                    // Some contain the same messages, so each has its own session.
                    let session = name.replacing(".", with: "-")
                    let answer = try await relay.call("POST", "/in/corpus-\(folder)/\(session)", document)
                    if answer.status == 200 { accepted += 1 }
                }
            }
            // The pipeline takes events in the order of acceptance: with the last one it has had all.
            let last = try await relay.call("POST", "/in/corpus-baileys/last", baileysText("LAST", session: "last"))
            #expect(last.status == 200)
            try await relay.eventually("the last message is there") {
                chatwoot.messages.contains { $0.sourceID == "WAID:LAST" }
            }
            try await relay.eventually("all is delivered") {
                try await relay.count("queued", "in_flight") == 0
            }
            let dead = try await relay.call("GET", "/api/v1/deliveries?state=dead")
            #expect(try await relay.count("dead") == 0, "\(dead.document.text.prefix(3000))")
            #expect(accepted > 160)
            #expect(chatwoot.contacts.count > 10)
            #expect(chatwoot.messages.count > 70)
            let empty = chatwoot.messages.filter { ($0.content ?? "").isEmpty && $0.attachments.isEmpty }
            #expect(empty.isEmpty)
        }
    }

    /// Chatwoot answers 500 to a name with NUL, because PostgreSQL cannot store it.
    @Test func namesReachChatwootWithoutControlCharacters() async throws {
        try await withChatwootInbox { fixture in
            let (chatwoot, relay) = (fixture.chatwoot, fixture.relay)
            try await relay.start()
            var document = baileysText("M1")
            document["data"]?["messages"] = [
                [
                    "key": ["remoteJid": "5511999999001@s.whatsapp.net", "fromMe": false, "id": "M1"],
                    "messageTimestamp": 1_763_000_000, "pushName": "Ma\0ria\u{7} \u{202E}Silva\u{85}",
                    "message": ["conversation": "oi"],
                ]
            ]
            #expect(try await relay.call("POST", "/in/baileys", document).status == 200)
            try await relay.eventually("the message is there") { chatwoot.messages.count == 1 }
            #expect(chatwoot.contacts.map(\.name) == ["Maria Silva"])
        }
    }

    /// A mention by a hidden identity whose phone and name other documents told. The documents are made up after
    /// openclaw/openclaw#122073.
    @Test func aMentionedAndAQuotedPersonHaveTheirNames() async throws {
        try await withChatwootInbox { fixture in
            let (chatwoot, relay) = (fixture.chatwoot, fixture.relay)
            try await relay.start()
            let (phone, lid, group) = ("5511999990051@s.whatsapp.net", "237722279121137@lid", "120363000000000001@g.us")
            func post(_ event: String, _ data: JSON) async throws {
                let document: JSON = ["session": "main", "event": .string(event), "data": data]
                #expect(try await relay.call("POST", "/in/baileys", document).status == 200)
            }
            func message(_ id: String, _ text: String, _ context: JSON) async throws {
                let content: JSON = ["extendedTextMessage": ["text": .string(text), "contextInfo": context]]
                let key: JSON = [
                    "remoteJid": .string(group), "fromMe": false, "id": .string(id),
                    "participant": "100000000000001@lid", "participantAlt": "5511999990001@s.whatsapp.net",
                ]
                let entry: JSON = [
                    "key": key, "messageTimestamp": .int(Int64(Date().timeIntervalSince1970)),
                    "pushName": "Maria Silva", "message": content,
                ]
                try await post("messages.upsert", ["type": "notify", "messages": [entry]])
            }
            func shown(_ id: String) async throws -> String? {
                try await relay.eventually("\(id) is shown") {
                    chatwoot.messages.contains { $0.sourceID == "WAID:\(id)" }
                }
                return chatwoot.messages.first { $0.sourceID == "WAID:\(id)" }?.content
            }
            try await post("lid-mapping.update", ["lid": .string(lid), "pn": .string(phone)])
            let mention: JSON = ["mentionedJid": [.string(lid)]]
            try await message("MEN1", "@237722279121137 que horas?", mention)
            #expect(try await shown("MEN1")?.hasSuffix("@+5511999990051 que horas?") == true)
            try await post("contacts.upsert", [["id": .string(phone), "name": "João Souza"]])
            try await message("MEN2", "depois", [:])
            _ = try await shown("MEN2")
            try await message("MEN3", "@237722279121137 que horas?", mention)
            #expect(try await shown("MEN3")?.hasSuffix("@João Souza que horas?") == true)
            let quote: JSON = [
                "stanzaId": "OLD", "participant": .string(lid), "quotedMessage": ["conversation": "às 15h"],
            ]
            try await message("MEN4", "obrigada", quote)
            #expect(try await shown("MEN4")?.contains("> **João Souza:** às 15h") == true)
        }
    }

    private static func documents(_ folder: String) throws -> [(name: String, document: JSON)] {
        let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("RelayFormatsTests/Corpus/\(folder)")
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
        return try names.filter { $0.hasSuffix(".json") && !$0.hasSuffix(".expected.json") }.map { name in
            let raw = try JSON(parsing: Array(Data(contentsOf: directory.appendingPathComponent(name))))
            let stem = name.dropLast(5)
            let expected = try JSON(
                parsing: Array(Data(contentsOf: directory.appendingPathComponent("\(stem).expected.json"))))
            guard let wrap = expected["wrap"] else { return (String(stem), raw) }
            let data: JSON =
                switch wrap["as"]?.string {
                case "message": ["messages": [raw], "type": "notify"]
                case "key": ["messages": [["key": raw, "message": ["conversation": "hello"]]], "type": "notify"]
                default: raw
                }
            return (String(stem), ["event": wrap["event"] ?? .null, "data": data])
        }
    }
}
