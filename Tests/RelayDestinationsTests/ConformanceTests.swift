import Foundation
import Glibc
import Logging
import RelayChatwoot
import RelayConfig
import RelayCore
import RelayDestinations
import RelayHTTPClient
import RelayJSON
import RelayTesting
import Testing

/// Every kind of destination has the behavior that all kinds must have.
@Suite(.limitedConcurrency)
struct ConformanceTests {
    static let kinds: [String: DestinationConformance] = [
        WebhookDestinationOptions.kind: webhook, FileDestinationOptions.kind: file,
        StdoutDestinationOptions.kind: standardOutput,
        WhatsAppDestinationOptions.kind: whatsApp, ChatwootDestinationOptions.kind: chatwoot,
        ChatwootCloudInboxDestinationOptions.kind: nativeChannel,
    ]

    struct ConformanceCase: Sendable, CustomTestStringConvertible {
        let kind: String
        let behaviour: DestinationConformance.Requirement
        var testDescription: String { "\(kind) \(behaviour.rawValue)" }
    }

    static let cases = kinds.sorted { $0.key < $1.key }.flatMap { kind, conformance in
        conformance.behaviours.map { ConformanceCase(kind: kind, behaviour: $0) }
    }

    @Test(arguments: cases)
    func conforms(_ conformanceCase: ConformanceCase) async throws {
        try await Self.kinds[conformanceCase.kind]?.run(conformanceCase.behaviour)
    }

    @Test func everyKindIsTried() {
        #expect(Set(Self.kinds.keys) == Set(BuiltInDestinations.all.map { $0.kind }))
        for (kind, conformance) in Self.kinds { #expect(conformance.behaviours.count >= 4, "\(kind)") }
    }

    // MARK: webhook

    static let webhook = DestinationConformance(
        outcomes: [
            .takes: .delivered, .refuses: .refused, .hangs: .failed(.timeout), .unreachable: .failed(.connect),
            .refusesAtLength: .refused, .answersTwice: .refused, .losesTheBody: .delivered,
        ]
    ) { situation, timeout in
        let receiver = try receiver(in: situation)
        let engine = try CurlEngine(guard: EgressGuard(allow: ["127.0.0.1"]), logger: Logger(label: "test"))
        let destination = WebhookDestination(
            url: receiver.url + "/hook",
            secrets: [secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
            timeout: timeout,
            settings: DestinationDispatchSettings(),
            engine: engine
        )
        return DestinationConformance.Subject(
            destination,
            arrivals: {
                receiver.requests.map { .init(id: $0.header("x-zaphub-delivery") ?? "", body: $0.body) }
            },
            isDone: { hasAnsweredTwice(receiver) },
            close: {
                receiver.stop()
                engine.shutdown()
            }
        )
    }

    private static let secondAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    private static func receiver(in situation: DestinationConformance.Situation) throws -> ScriptedReceiver {
        let receiver = try ScriptedReceiver(default: answer(in: situation))
        if situation == .unreachable { receiver.stop() }
        if situation == .answersTwice {
            receiver.script([.followed(.status(200, body: "{}"), by: secondAnswer, after: .milliseconds(50))])
        }
        return receiver
    }

    /// Whether the second answer of ``receiver(in:)`` is sent.
    private static func hasAnsweredTwice(_ receiver: ScriptedReceiver) -> Bool {
        receiver.sentBytes >= secondAnswer.utf8.count * 2 + 2
    }

    private static func answer(in situation: DestinationConformance.Situation) -> ScriptedReceiver.Answer {
        switch situation {
        case .takes, .unreachable: return .status(204)
        case .refuses, .answersTwice: return .status(503, body: "busy")
        case .losesTheBody: return .closeEarly
        case .hangs: return .hang
        case .refusesAtLength:
            let head = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 100000\r\n\r\n"
            return .raw(Array(head.utf8) + [UInt8](repeating: 0xFF, count: 100_000))
        }
    }

    // MARK: whatsapp

    private static let command = Event(
        id: EventID(1), source: "chatwoot", type: .messageSend, session: "main", chat: "5511999999001@s.whatsapp.net",
        occurredAt: nil, receivedAt: Timestamp(seconds: 1_763_029_800),
        payload: ["commandId": "cw-1-1", "chatId": "5511999999001@s.whatsapp.net", "text": "Olá 🚚"]
    )

    static let whatsApp = DestinationConformance(
        outcomes: [
            .takes: .delivered, .refuses: .refused, .hangs: .failed(.timeout), .unreachable: .failed(.connect),
            // No second answer: a command that the ledger has as sent is not sent again.
            .refusesAtLength: .refused, .losesTheBody: .failed(.reset),
        ],
        event: command
    ) { situation, timeout in
        let receiver = try receiver(in: situation)
        let kind = try BuiltIn.destination(
            "type: whatsapp\nprovider: bridge\nurl: \(receiver.url)\ntimeout: \(timeout.milliseconds)ms")
        return DestinationConformance.Subject(
            kind.destination,
            arrivals: {
                try receiver.requests.map { request in
                    let isSame = try JSON(parsing: request.body)["text"] == "Olá 🚚"
                    return isSame ? DestinationConformance.arrival(of: command) : .init(id: "", body: request.body)
                }
            },
            isDone: { hasAnsweredTwice(receiver) },
            close: {
                receiver.stop()
                kind.engine.shutdown()
            }
        )
    }

    // MARK: chatwoot

    static let chatwoot = DestinationConformance(
        outcomes: [
            .takes: .delivered, .refuses: .refused, .hangs: .failed(.timeout), .unreachable: .failed(.connect),
        ]
    ) { situation, timeout in
        let double = ChatwootDouble()
        let url = try await double.start()
        let account = double.addAccount()
        let user = double.addUser(in: account.id, role: .administrator)
        let inbox = double.addInbox(in: account.id)
        switch situation {
        case .refuses: double.inject(.status(503), into: .messageCreate, probability: 1)
        case .hangs: double.inject(.hang, into: .messageCreate, probability: 1)
        case .unreachable: double.stop()
        case .takes, .refusesAtLength, .answersTwice, .losesTheBody: break
        }
        let kind = try BuiltIn.destination(
            """
            type: chatwoot
            url: \(url)
            account: \(account.id)
            inbox: \(inbox.id)
            token: "\(user.token)"
            timeout: \(timeout.milliseconds)ms
            """)
        return DestinationConformance.Subject(
            kind.destination,
            arrivals: {
                try double.requests.filter { $0.method == "POST" && $0.path.hasSuffix("/messages") }.compactMap {
                    request in
                    let body = try JSON(parsing: request.body)
                    // After the last attempt, agents are notified.
                    if body["private"] == true { return nil }
                    let isSame = body["source_id"] == "WAID:A1"
                    let message = DestinationConformance.arrival(of: DestinationConformance.message)
                    return isSame ? message : .init(id: "", body: request.body)
                }
            },
            close: {
                double.stop()
                kind.engine.shutdown()
            }
        )
    }

    // MARK: chatwoot_whatsapp

    private static let document: Event = {
        var event = DestinationConformance.message
        event.raw = RawGatewayDocument(
            bytes: Array(#"{"object": "whatsapp_business_account"}"#.utf8), signature: "sha256=ab12")
        return event
    }()

    static let nativeChannel = DestinationConformance(
        outcomes: [
            .takes: .delivered, .refuses: .refused, .hangs: .failed(.timeout), .unreachable: .failed(.connect),
            .refusesAtLength: .refused, .answersTwice: .refused, .losesTheBody: .failed(.reset),
        ],
        event: document
    ) { situation, timeout in
        let receiver = try receiver(in: situation)
        let kind = try BuiltIn.destination(
            """
            type: chatwoot_whatsapp
            url: \(receiver.url)
            phone: "+5511999999001"
            app_secret: s
            timeout: \(timeout.milliseconds)ms
            """)
        return DestinationConformance.Subject(
            kind.destination,
            arrivals: {
                receiver.requests.map { request in
                    let isSame =
                        request.body == document.raw?.bytes
                        && request.header("x-hub-signature-256") == document.raw?.signature
                    return isSame ? DestinationConformance.arrival(of: document) : .init(id: "", body: request.body)
                }
            },
            isDone: { hasAnsweredTwice(receiver) },
            close: {
                receiver.stop()
                kind.engine.shutdown()
            }
        )
    }

    // MARK: file

    static let file = DestinationConformance(outcomes: [.takes: .delivered, .unreachable: .failed(.other)]) {
        situation, timeout in
        let folder = try TemporaryDirectory()
        // A folder exists at the path of the file.
        if situation == .unreachable { try folder.makeDirectory("events.ndjson") }
        let sinks = SharedLineSinks(clock: SystemClock(), logger: quiet)
        let destination = LineOutputDestination(
            sinks.file(folder.path("events.ndjson"), rotation: LineFileRotationPolicy()),
            target: folder.path("events.ndjson"),
            timeout: timeout,
            settings: DestinationDispatchSettings(),
            clock: SystemClock()
        )
        return DestinationConformance.Subject(
            destination,
            arrivals: { try arrivals(folder.lines("events.ndjson")) },
            close: { folder.remove() }
        )
    }

    // MARK: stdout

    static let standardOutput = DestinationConformance(
        outcomes: [.takes: .delivered, .hangs: .failed(.timeout), .unreachable: .failed(.reset)],
        seesHanging: false
    ) { situation, timeout in
        let pipe = try TestPipe()
        switch situation {
        case .hangs: pipe.fill()
        case .unreachable: pipe.closeReader()
        default: break
        }
        let sinks = SharedLineSinks(clock: SystemClock(), logger: quiet, standardOutput: pipe.writer)
        let destination = LineOutputDestination(
            sinks.standardOutput,
            target: "standard output",
            timeout: timeout,
            settings: DestinationDispatchSettings(),
            clock: SystemClock()
        )
        return DestinationConformance.Subject(
            destination,
            arrivals: { try arrivals(pipe.available().split(separator: "\n").map(String.init)) },
            close: { pipe.closeReader() }
        )
    }

    private static func arrivals(_ lines: [String]) throws -> [DestinationConformance.ReceivedDelivery] {
        try lines.map { .init(id: try JSON(parsing: $0)["deliveryId"]?.string ?? "", body: Array($0.utf8)) }
    }
}
