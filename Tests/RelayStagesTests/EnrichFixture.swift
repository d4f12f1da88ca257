import RelayConfig
import RelayCore
import RelayJSON
import RelayStages
import RelayTesting
import Synchronization

let group = "120363000000000001@g.us"
let ana = "5511999999001@s.whatsapp.net"
let hidden = "100000000000002@lid"

/// A directory, a gateway and a clock, and an `enrich` between them.
final class EnrichFixture: ContactDirectorySnapshot, DeliveryTargetResolver, GatewayDirectoryLookup {
    private struct State: Sendable {
        var contacts: [String: Contact] = [:]
        var groups: [String: Group] = [:]
        var asked: [String] = []
        var routes: [any LookupEndpoint] = []
        var answer: DirectoryLookupAnswer?
        var isAvailable = true
    }

    let clock = ManualClock()
    private let state = Mutex(State())
    private let enrich: any Stage

    init(
        _ yaml: String = "enrich: { lookup: { preset: waha, url: \"http://waha:3000\" } }",
        environment: [String: String] = [:]
    ) throws {
        let registry = ConfigurationKindRegistry(
            stages: BuiltInStages.all, destinations: [], formats: [], transports: [])
        enrich = try registry.step(yaml: yaml, environment: environment).stage
    }

    var waits: Bool { enrich.waits }

    // MARK: Dependencies

    func knows(_ record: HistoryChange) {
        state.withLock { state in
            switch record {
            case .contact(let contact):
                state.contacts[contact.id] = state.contacts[contact.id]?.merged(with: contact) ?? contact
            case .group(let group):
                state.groups[group.id] = state.groups[group.id]?.merged(with: group) ?? group
            case .pictureChanged(let key):
                state.contacts[key.id]?.imageURL = nil
                state.contacts[key.id]?.checkedAt = nil
                state.groups[key.id]?.imageURL = nil
                state.groups[key.id]?.checkedAt = nil
            default: break
            }
        }
    }

    /// Sets the gateway's response from now on; nil for no response.
    func answers(_ answer: DirectoryLookupAnswer?) { state.withLock { $0.answer = answer } }
    func isAvailable(_ isAvailable: Bool) { state.withLock { $0.isAvailable = isAvailable } }

    /// The ids that the gateway was asked for.
    var asked: [String] { state.withLock { $0.asked } }
    var route: (any LookupEndpoint)? { state.withLock { $0.routes.last } }

    func contact(_ id: String, session: String) -> Contact? { state.withLock { $0.contacts[id] } }
    func group(_ id: String, session: String) -> Group? { state.withLock { $0.groups[id] } }
    func phone(ofLID lid: String, session: String) -> String? {
        state.withLock { $0.contacts.values.first { $0.lid == lid }?.id }
    }
    func route(to destination: String) -> DeliveryTarget? { nil }
    func webhooks(of session: String) -> [DeliveryTarget] { [] }

    func mayLookUp(_ key: DirectoryEntryKey, at route: any LookupEndpoint) -> Bool { state.withLock { $0.isAvailable } }

    func lookUp(_ key: DirectoryEntryKey, at route: any LookupEndpoint) async -> DirectoryLookupAnswer? {
        state.withLock { state in
            state.asked.append(key.id)
            state.routes.append(route)
            return state.answer
        }
    }

    // MARK: Actions

    /// Runs a message through the stage, waits for its work, and has the directory learn from the result.
    /// - Parameter meanwhile: called while the stage waits.
    func enriched(_ draft: PipelineEvent, asking: Bool = true, meanwhile: () -> Void = {}) async throws -> JSONObject {
        var draft = draft
        let context = StageContext(directory: self, routes: self, gateways: asking ? self : nil, clock: clock)
        var outcome = try enrich.run(&draft, in: context)
        while case .wait(let work) = outcome {
            let change = await work.run()
            meanwhile()
            outcome = try change(&draft, context)
        }
        for record in draft.records { knows(record) }
        return draft.event.payload
    }
}

/// A message as the formats normalize it.
func message(in chat: String, type: EventType = .messageReceived, _ extra: JSONObject = [:]) -> PipelineEvent {
    var payload: JSONObject = [
        "messageId": "3EB0", "chatId": .string(chat), "from": .string(chat), "participant": nil, "type": "text",
        "content": ["text": "oi"], "chatName": nil, "chatImageUrl": nil, "participantName": nil, "groupName": nil,
        "groupImageUrl": nil, "contactName": nil, "contactImageUrl": nil,
    ]
    for (key, value) in extra { payload[key] = value }
    return draft(type, chat: chat, payload)
}

func draft(_ type: EventType, chat: String, _ payload: JSONObject) -> PipelineEvent {
    let now = Timestamp(seconds: 1_763_029_800)
    return PipelineEvent(
        event: Event(
            id: EventID(1),
            source: "baileys",
            type: type,
            session: "main",
            chat: chat,
            occurredAt: now,
            receivedAt: now,
            payload: payload
        ),
        pipeline: "default"
    )
}

extension ManualClock {
    /// The URL of a picture that is valid for a duration from now.
    func picture(_ name: String = "p", for duration: Duration) -> String {
        let expiry = String((now + duration).seconds, radix: 16, uppercase: true)
        return "https://pps.whatsapp.net/v/\(name).jpg?ccb=1&oe=\(expiry)"
    }
}
