import Logging
import RelayCore
import RelayDestinations
import RelayHTTPClient
import RelayTesting
import Testing

struct ConformanceTests {
    static let conformance = DestinationConformance { situation, timeout in
        let receiver = try ScriptedReceiver(default: answer(in: situation))
        if situation == .unreachable { receiver.stop() }
        let engine = try CurlEngine(guard: EgressGuard(allow: ["127.0.0.1"]), logger: Logger(label: "test"))
        let destination = WebhookDestination(
            url: receiver.url + "/hook",
            secrets: [secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
            timeout: timeout,
            settings: DestinationSettings(),
            engine: engine
        )
        return DestinationConformance.Subject(
            destination,
            arrivals: {
                receiver.requests.map { .init(id: $0.header("x-zaphub-delivery") ?? "", body: $0.body) }
            },
            close: {
                receiver.stop()
                engine.shutdown()
            }
        )
    }

    private static func answer(in situation: DestinationConformance.Situation) -> ScriptedReceiver.Answer {
        switch situation {
        case .takes, .unreachable: return .status(204)
        case .refuses: return .status(503, body: "busy")
        case .hangs: return .hang
        case .refusesAtLength:
            let head = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 100000\r\n\r\n"
            return .raw(Array(head.utf8) + [UInt8](repeating: 0xFF, count: 100_000))
        }
    }

    @Test(arguments: DestinationConformance.Behaviour.allCases)
    func conforms(_ behaviour: DestinationConformance.Behaviour) async throws {
        try await Self.conformance.run(behaviour)
    }
}
