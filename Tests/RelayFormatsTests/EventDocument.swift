import Foundation
import RelayConfig
import RelayCore
import RelayFormats
import RelayJSON
import RelayStages
import RelayTesting
import Testing

/// A document written to show an event or a type of content, or to fill fields that no other document has
/// (EventDocuments/README.md).
struct EventDocument: Sendable, CustomTestStringConvertible {
    /// What its first event shows: an event's type, `content.` and a type of content, or nil.
    let subject: String?
    /// What tells it from the first document of the same subject; nil: it is the first.
    let variant: String?
    private let format: any SourceFormat
    private let session: String?
    /// What becomes of the message's file: `stored`, `pending`, `large`, or nil: no stage fetches it.
    private let file: String?
    let document: JSON

    var testDescription: String { subject ?? document.text }

    static let all: [EventDocument] = ["events", "contents", "fields"].flatMap { name in
        let url = Bundle.module.url(forResource: "EventDocuments", withExtension: nil)?
            .appendingPathComponent(name + ".json")
        let documents = url.flatMap { try? Data(contentsOf: $0) }.flatMap { try? JSON(parsing: Array($0)) }
        return (documents?.array ?? []).compactMap { EventDocument($0) }
    }

    private init?(_ json: JSON) {
        guard let format = json["format"]?.string.flatMap(BuiltInSourceFormats.format(named:)),
            let document = json["document"]
        else { return nil }
        self.format = format
        self.document = document
        subject = json["for"]?.string
        variant = json["variant"]?.string
        session = json["session"]?.string
        file = json["file"]?.string
    }

    /// The events as the format reads them.
    func parsed() throws(InvalidDocumentError) -> [ParsedEvent] {
        try read(document.text, as: format, session: session)
    }

    /// The events as they leave the stages `enrich` and `media`.
    func staged() async throws -> [Event] {
        var events: [Event] = []
        for parsed in try parsed() {
            let event = Event(
                parsed, id: EventID(1), source: format is BaileysFormat ? "baileys" : "gateway", receivedAt: receivedAt)
            events.append(try await EventStages.run(event, file: file))
        }
        return events
    }
}

/// The stages `enrich` and `media`, with a directory that knows some people and a group.
struct EventStages: ContactDirectorySnapshot, DeliveryTargetResolver {
    private static let registry = ConfigurationKindRegistry(
        stages: BuiltInStages.all, destinations: [], formats: [], transports: [])

    /// - Parameter file: what becomes of the message's file: see ``EventDocument``.
    static func run(_ event: Event, file: String?) async throws -> Event {
        var draft = PipelineEvent(event: event, pipeline: "default")
        try await run("enrich", &draft, .fails(MediaError(.gone, "")))
        let stored = StoredMedia(id: MediaID(digest: [UInt8](0..<32)), size: 117_512)
        switch file {
        case "stored": try await run("media", &draft, .stored(stored))
        case "pending":
            try await run("media", &draft, .fails(MediaError(.unavailable, "mmg.whatsapp.net answered 503")))
        case "large": try await run("media: { max_size: 1KiB }", &draft, .stored(stored))
        default: break
        }
        return draft.event
    }

    private static func run(
        _ yaml: String, _ draft: inout PipelineEvent, _ outcome: ControllableMediaFetcher.Outcome
    ) async throws {
        let fetcher = ControllableMediaFetcher([outcome], expiresAt: Timestamp(seconds: 1_763_634_800))
        let directory = EventStages()
        let context = StageContext(
            directory: directory, routes: directory, media: fetcher, clock: ManualClock(now: receivedAt))
        let stage = try registry.step(yaml: yaml).stage
        var outcome = try stage.run(&draft, in: context)
        while case .wait(let work) = outcome { outcome = try await work.run()(&draft, context) }
    }

    // MARK: Directory

    private static let picture = "https://pps.whatsapp.net/v/example.jpg?oe=693F0B70"
    private static let people = [
        Contact(
            session: "main", id: "5511999999001@s.whatsapp.net", lid: "100000000000001@lid", name: "Maria (shop)",
            imageURL: picture, updatedAt: receivedAt),
        Contact(
            session: "main", id: "5511999999002@s.whatsapp.net", lid: "100000000000002@lid", pushName: "João Souza",
            updatedAt: receivedAt),
        Contact(
            session: "main", id: "5511999999003@s.whatsapp.net", lid: "100000000000003@lid", name: "Ana Lima",
            updatedAt: receivedAt),
    ]

    func contact(_ id: String, session: String) -> Contact? { Self.people.first { $0.id == id } }
    func phone(ofLID lid: String, session: String) -> String? { Self.people.first { $0.lid == lid }?.id }
    func group(_ id: String, session: String) -> Group? {
        guard id == "120363999999999001@g.us" else { return nil }
        return Group(session: session, id: id, name: "Support", imageURL: Self.picture, updatedAt: receivedAt)
    }
    func route(to destination: String) -> DeliveryTarget? { nil }
    func webhooks(of session: String) -> [DeliveryTarget] { [] }
}
