import Foundation
import RelayCore
import RelayFormats
import RelayJSON
import RelayTesting
import Testing

/// A body as a webhook gets it: a file of examples/bodies.
struct EventBody {
    let file: String
    let body: JSON

    static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("examples/bodies")

    /// Events that the relay itself makes.
    static let codeEvents: [Event] = {
        let pair = IdentityPair(lid: "100000000000001@lid", phone: "5511999999001@s.whatsapp.net")
        let identified = ParsedEvent.contactIdentified(pair, session: "main", at: receivedAt)
        let test = ParsedEvent(
            type: .webhookTest, session: "main", payload: ParsedEvent.webhookTestPayload(at: receivedAt))
        return [identified, test].map { Event($0, id: EventID(1), source: "relay", receivedAt: receivedAt) }
    }()

    /// All bodies, in the order of their documents.
    static func all() async throws -> [EventBody] {
        var bodies: [EventBody] = []
        for document in EventDocument.all {
            guard let subject = document.subject, let event = try await document.staged().first else { continue }
            let file = document.variant.map { "\(subject)-\($0)" } ?? subject
            bodies.append(EventBody(file: file, body: try body(of: event)))
        }
        for event in codeEvents { bodies.append(EventBody(file: event.type.name, body: try body(of: event))) }
        return bodies
    }

    private static func body(of event: Event) throws -> JSON {
        let delivery = PlannedDelivery(
            of: event, to: .configured("crm"), lane: nil, pipeline: "default", signing: .standardWebhooks)
        return try JSON(parsing: delivery.body(for: DeliveryID(1)))
    }
}

/// examples/bodies has what the code makes of the documents. `RENEW_GOLDEN=1` writes the files.
struct EventBodyTests {
    @Test func everyEventAndEveryContentHasABody() async throws {
        let files = Set(try await EventBody.all().map(\.file))
        for event in EventCatalogue.events { #expect(files.contains(event.type.name)) }
        for content in EventCatalogue.contents { #expect(files.contains("content." + content.name)) }
    }

    @Test func eachBodyShowsWhatItIsNamedAfter() async throws {
        for body in try await EventBody.all() {
            let name = body.file.prefix { $0 != "-" }
            let type = body.body["payload"]?["type"]?.string ?? ""
            #expect(name == body.body["event"]?.string ?? "" || name == "content." + type)
        }
    }

    @Test func noTwoHaveTheSameName() async throws {
        let files = try await EventBody.all().map(\.file)
        #expect(Set(files).count == files.count)
    }

    @Test func theFilesAreOfToday() async throws {
        let bodies = try await EventBody.all()
        if ProcessInfo.processInfo.environment["RENEW_GOLDEN"] != nil {
            for body in bodies {
                let url = EventBody.folder.appendingPathComponent(body.file + ".json")
                try (body.body.prettyText + "\n").write(to: url, atomically: true, encoding: .utf8)
            }
        }
        for body in bodies {
            let url = EventBody.folder.appendingPathComponent(body.file + ".json")
            let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
            #expect(text == body.body.prettyText + "\n", "\(body.file).json is stale: RENEW_GOLDEN=1 renews it")
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: EventBody.folder.path)
            .filter { $0.hasSuffix(".json") }
        #expect(Set(files) == Set(bodies.map { $0.file + ".json" }))
    }
}
