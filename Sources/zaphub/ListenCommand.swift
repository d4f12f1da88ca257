import ArgumentParser
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import RelayCore
import RelayDestinations
import RelayJSON
import Synchronization

struct ListenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "listen",
        abstract: "A receiver for trying things out: prints each delivery and checks its signature.",
        discussion: """
            zaphub listen --port 9000                     answer 200
            zaphub listen --port 9000 --secret whsec_…    check signatures as well
            zaphub listen --port 9000 --status 500        fail everything
            zaphub listen --port 9000 --fail-first 3      fail three times, then answer 200
            zaphub listen --port 9000 --delay 5           be slow
            zaphub listen --port 9000 --hang              never answer
            """
    )

    @Option(name: .shortAndLong, help: "The port on 127.0.0.1.")
    var port = 9000

    @Option(help: "The secret that signs (whsec_… or any text). Without it signatures are shown, not checked.")
    var secret: String?

    @Option(help: "The status to answer.")
    var status = 200

    @Option(help: "How many deliveries to answer with 500 first.")
    var failFirst = 0

    @Option(help: "Seconds to wait before answering.")
    var delay: Double = 0

    @Flag(help: "Take deliveries and never answer.")
    var hang = false

    @Flag(help: "One line for each delivery, without its body.")
    var brief = false

    func validate() throws {
        guard (100...599).contains(status) else { throw ValidationError("--status is an HTTP status, 100 to 599") }
        if let secret, StandardWebhooksVerifier(secret: secret) == nil {
            throw ValidationError("--secret is not one: after whsec_ stands base64")
        }
    }

    func run() async throws {
        let printer = ReceivedDeliveryPrinter(secret: secret, isBrief: brief)
        let plan = self
        let router = Router()
        let receive: @Sendable (Request, BasicRequestContext) async throws -> Response = { request, _ in
            let body = try await request.body.collect(upTo: 64 << 20)
            let count = printer.show(request, body: Array(body.readableBytesView))
            if plan.hang { try await Task.sleep(for: .seconds(86_400)) }
            if plan.delay > 0 { try await Task.sleep(for: .seconds(plan.delay)) }
            let status = count <= plan.failFirst ? 500 : plan.status
            return Response(
                status: .init(code: status),
                headers: [.contentType: "application/json"],
                body: .init(byteBuffer: ByteBuffer(string: "{\"received\":true}"))
            )
        }
        router.post("/", use: receive)
        router.post("**", use: receive)
        var quiet = Logger(label: "listen")
        quiet.logLevel = .error
        let server = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in
                printLine("listening on http://127.0.0.1:\(channel.localAddress?.port ?? plan.port)/  (ctrl-c ends)")
            },
            logger: quiet
        )
        do {
            try await server.runService()
        } catch {
            let text = listenFailure(error, address: "127.0.0.1:\(port)", remedy: "give another --port")
            guard let text else { throw error }
            printError(text)
            throw ExitCode(71)
        }
    }
}

/// Prints deliveries and remembers those that were printed.
private final class ReceivedDeliveryPrinter: Sendable {
    private struct State: Sendable {
        var count = 0
        var seen: [String: Int] = [:]
    }

    private let verifier: StandardWebhooksVerifier?
    private let isBrief: Bool
    private let state = Mutex(State())

    init(secret: String?, isBrief: Bool) {
        verifier = secret.flatMap { StandardWebhooksVerifier(secret: $0) }
        self.isBrief = isBrief
    }

    /// Returns the number of deliveries so far.
    func show(_ request: Request, body: [UInt8]) -> Int {
        func header(_ name: String) -> String? {
            HTTPField.Name(name).flatMap { request.headers[$0] }
        }
        let document = try? JSON(parsing: body)
        // A batch is an array of the documents that are otherwise sent one by one.
        let events = document?.array ?? [document ?? .null]
        let ids = events.map { $0["deliveryId"]?.string ?? header("x-zaphub-delivery") ?? "-" }
        let (count, times) = state.withLock { state in
            state.count += 1
            // Bounds the memory of a long run; a forgotten delivery would only be shown as new again.
            if state.seen.count > 100_000 { state.seen.removeAll() }
            for id in ids { state.seen[id, default: 0] += 1 }
            return (state.count, ids.compactMap { state.seen[$0] }.max() ?? 1)
        }
        let signature =
            switch verifier?.verify(body: body, at: SystemClock.wallNow, header: header) {
            case .valid: "signature ok"
            case .unsigned: "NOT SIGNED (no webhook-signature header)"
            case .invalid(let reason): "SIGNATURE WRONG: \(reason)"
            case nil: header("webhook-signature") == nil ? "not signed" : "signed (not checked: no --secret)"
            }
        let again = times > 1 ? "  seen \(times) times" : ""
        let event = header("x-zaphub-event") ?? (ids.count > 1 ? "mixed" : events.first?["event"]?.string ?? "?")
        let size = header("x-zaphub-batch").map { "  batch of \($0)" } ?? ""
        var text =
            "#\(count) \(SystemClock.wallNow.iso8601) \(event)  \(header("x-zaphub-session") ?? "-")  \(signature)\(size)\(again)\n"
        text += ids.map { "   \($0)\n" }.joined()
        if !isBrief {
            text += (document?.prettyText ?? String(decoding: body, as: UTF8.self)) + "\n"
        }
        printLine(text)
        return count
    }
}
