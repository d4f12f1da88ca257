import Foundation
import RelayCore
import RelayJSON
import RelayTesting
import Testing

/// People whom a gateway names by phone, by hidden identity (LID) and by both, with a relay process, a file and a
/// Chatwoot double.
@Suite(.serialized, .limitedConcurrency)
struct ChatwootIdentityFlowTests {
    /// One customer.
    private struct Person: Sendable {
        let number: Int
        /// Whether a document reports the phone and the hidden identity before any message.
        let isKnownFirst: Bool

        var phone: String { "55119999900\(number + 10)@s.whatsapp.net" }
        /// The Brazilian number without its ninth digit.
        var shortPhone: String { "5511\(99_990_010 + number)@s.whatsapp.net" }
        var lid: String { "\(700_000_000_000_000 + number)@lid" }
        func message(_ index: Int) -> String { "P\(number)M\(index)" }
    }

    /// The ways in which a gateway names the chat of a message.
    private enum Naming: CaseIterable {
        case phone, shortPhone, lid, both
    }

    private static func key(_ id: String, of person: Person, by naming: Naming, fromMe: Bool) -> JSON {
        var key: JSONObject = ["id": .string(id), "fromMe": .bool(fromMe)]
        switch naming {
        case .phone: key["remoteJid"] = .string(person.phone)
        case .shortPhone: key["remoteJid"] = .string(person.shortPhone)
        case .lid: key["remoteJid"] = .string(person.lid)
        case .both:
            key["remoteJid"] = .string(person.lid)
            key["remoteJidAlt"] = .string(person.phone)
        }
        return .object(key)
    }

    private static func document(_ event: String, _ data: JSON) -> JSON {
        ["session": "main", "event": .string(event), "data": data]
    }

    private static func message(_ key: JSON) -> JSON {
        ["key": key, "messageTimestamp": 1_763_000_000, "pushName": "Maria", "message": ["conversation": "oi"]]
    }

    private static func pair(_ person: Person) -> JSON {
        document("lid-mapping.update", ["lid": .string(person.lid), "pn": .string(person.phone)])
    }

    /// Every message and receipt of these people between one and three times, in any order, each time under another
    /// name, in documents of up to four.
    private static func documents(_ people: [Person], using random: inout SeededGenerator) -> [JSON] {
        var messages: [JSON] = []
        var receipts: [JSON] = []
        for person in people {
            for index in 0..<5 {
                for _ in 0...Int.random(in: 0...2, using: &random) {
                    let key = key(
                        person.message(index), of: person, by: random.pick(Naming.allCases), fromMe: index == 4)
                    messages.append(message(key))
                }
            }
            for status in [3, 4, 3, 4, 3] {
                let key = key(person.message(4), of: person, by: random.pick(Naming.allCases), fromMe: true)
                receipts.append(["key": key, "update": ["status": .int(Int64(status))]])
            }
        }
        messages.shuffle(using: &random)
        receipts.shuffle(using: &random)
        var documents = batches(messages, using: &random).map {
            document("messages.upsert", ["type": "notify", "messages": .array($0)])
        }
        documents += batches(receipts, using: &random).map { document("messages.update", .array($0)) }
        return documents.shuffled(using: &random)
    }

    private static func batches(_ items: [JSON], using random: inout SeededGenerator) -> [[JSON]] {
        var batches: [[JSON]] = []
        var rest = items[...]
        while !rest.isEmpty {
            let size = Int.random(in: 1...4, using: &random)
            batches.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        return batches
    }

    /// What the file destination has, each delivery once, in order.
    private func delivered(_ relay: RelayProcess) throws -> [JSON] {
        let text = try String(
            contentsOf: relay.folder.appendingPathComponent("archive/events.ndjson"), encoding: .utf8)
        var ids: Set<String> = []
        return try text.split(separator: "\n").map { try JSON(parsing: String($0)) }.filter {
            ids.insert($0["deliveryId"]?.string ?? "").inserted
        }
    }

    private func waitUntilAllIsDelivered(_ fixture: ChatwootInboxFixture) async throws {
        let relay = fixture.relay
        // The pipeline takes events in the order of acceptance: with the last one it has had all.
        let last = try await relay.call("POST", "/in/baileys", baileysText("LAST", chat: "491511234567"))
        #expect(last.status == 200)
        try await relay.eventually("the last message is in Chatwoot") {
            fixture.chatwoot.messages.contains { $0.sourceID == "WAID:LAST" }
        }
        try await relay.eventually("nothing is queued") { try await relay.count("queued", "in_flight") == 0 }
        #expect(try await relay.count("dead") == 0)
    }

    /// From the document that reports the pair, each message is one event, one delivery to each destination and one
    /// message in one conversation, and receipts only rise. Before it, a message is there at most twice, and
    /// `contact.identified` joins both.
    @Test(arguments: 1...3)
    func aPersonUnderEveryNameIsOnePerson(round: UInt64) async throws {
        let seed = UInt64.random(in: 0...(.max)) &+ round
        print("seed of the names of people: \(seed)")
        var random = SeededGenerator(seed: seed)
        let people = (0..<10).map { Person(number: $0, isKnownFirst: $0 % 2 == 0) }
        let late = people.filter { !$0.isKnownFirst }
        // The pair of the others comes last, so that all their messages come before it.
        let documents =
            people.filter(\.isKnownFirst).map(Self.pair) + Self.documents(people, using: &random)
            + late.map(Self.pair) + Self.documents(late, using: &random)
        let kills = (0..<2).map { _ in Int.random(in: 0..<documents.count, using: &random) }
        try await withChatwootInbox(
            destinations: "  archive: { type: file, path: archive/events.ndjson }", deliveringTo: "archive, desk"
        ) { fixture in
            let (chatwoot, relay) = (fixture.chatwoot, fixture.relay)
            try await relay.start()
            for (index, document) in documents.enumerated() {
                if kills.contains(index) {
                    try await relay.end(SIGKILL)
                    try await relay.start()
                }
                #expect(try await relay.call("POST", "/in/baileys", document).status == 200)
            }
            try await waitUntilAllIsDelivered(fixture)

            let events = try delivered(relay)
            for person in people {
                let limit = person.isKnownFirst ? 1...1 : 1...2
                for index in 0..<5 {
                    let id = person.message(index)
                    let type = index == 4 ? "message.sent" : "message.received"
                    let own = events.filter { $0["event"]?.string == type && $0["payload"]?["messageId"]?.string == id }
                    #expect(limit.contains(own.count), "\(id): \(own.count) events, seed \(seed)")
                    let shown = chatwoot.messages.filter { $0.sourceID == "WAID:\(id)" }
                    #expect(limit.contains(shown.count), "\(id): \(shown.count) in Chatwoot, seed \(seed)")
                }
                let statuses = events.filter { $0["payload"]?["messageId"]?.string == person.message(4) }
                    .compactMap { $0["event"]?.string }.filter { ["message.delivered", "message.read"].contains($0) }
                let news = events.filter {
                    $0["event"]?.string == "contact.identified" && $0["payload"]?["lid"]?.string == person.lid
                }
                if person.isKnownFirst {
                    #expect([["message.delivered", "message.read"], ["message.read"]].contains(statuses))
                    #expect(news.isEmpty)
                } else {
                    #expect(statuses.filter { $0 == "message.read" }.count <= 2)
                    #expect(news.count <= 1)
                }
            }
            let contacts = chatwoot.contacts.filter { !($0.identifier ?? "").hasPrefix("49") }
            #expect(contacts.count == people.count, "seed \(seed)")
            for person in people {
                let digits = "55119999900\(person.number + 10)"
                let own = contacts.filter {
                    $0.phoneNumber == "+\(digits)" || $0.phoneNumber == "+5511\(digits.dropFirst(5))"
                }
                #expect(own.count == 1, "\(person.phone), seed \(seed)")
                guard let contact = own.first else { continue }
                let conversations = chatwoot.conversations.filter { $0.contactID == contact.id }
                #expect(person.isKnownFirst ? conversations.count == 1 : conversations.count <= 2, "seed \(seed)")
                #expect(conversations.filter { $0.status == .open }.count <= (person.isKnownFirst ? 1 : 2))
            }
        }
    }

    /// A body that names the chat by the hidden identity alone is replayed after both names were joined.
    @Test func aReplayUnderAHiddenIdentityIsRecognised() async throws {
        try await withChatwootInbox { fixture in
            let (chatwoot, relay) = (fixture.chatwoot, fixture.relay)
            try await relay.start()
            let person = Person(number: 1, isKnownFirst: false)
            func post(_ id: String, _ naming: Naming) async throws {
                let key = Self.key(id, of: person, by: naming, fromMe: false)
                let data: JSON = ["type": "notify", "messages": [Self.message(key)]]
                let answer = try await relay.call("POST", "/in/baileys", Self.document("messages.upsert", data))
                #expect(answer.status == 200)
            }
            try await post("A1", .lid)
            try await relay.eventually("the message is there") { chatwoot.messages.count == 1 }
            try await post("A2", .both)
            try await relay.eventually("both are one contact") {
                chatwoot.messages.count == 2 && chatwoot.contacts.map(\.phoneNumber) == ["+5511999990011"]
            }
            try await relay.eventually("nothing is queued") { try await relay.count("queued", "in_flight") == 0 }
            let replay = try await relay.call(
                "POST", "/api/v1/replays", ["since": "2h", "from": "deliver", "destinations": ["desk"]])
            #expect(replay.status < 300, "\(replay.document.text)")
            let id = replay.document["data"]?["id"]?.string ?? ""
            try await relay.eventually("the replay has ended") {
                let state = try await relay.call("GET", "/api/v1/replays/\(id)").document["data"]?["state"]?.string
                guard state == "finished" else { return false }
                return try await relay.count("queued", "in_flight") == 0
            }
            #expect(chatwoot.messages.count == 2)
            #expect(chatwoot.contacts.count == 1)
        }
    }
}
