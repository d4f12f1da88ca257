import Foundation
import Glibc
import RelayJSON
import RelayTesting
import Synchronization
import Testing

@Suite(.limitedConcurrency)
struct ShutdownTests {
    @Test func aSecondSignalEndsAtOnceAndLosesNothing() async throws {
        let receiver = try ScriptedReceiver(default: .hang)
        defer { receiver.stop() }
        let relay = try RelayProcess(
            configuration: RelayProcess.configuration(delivery: "shutdown_grace: 10m")
        )
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession("main", webhook: ["url": .string(receiver.url), "timeout_ms": 120_000])
        _ = try await relay.call("POST", "/in/baileys", baileysText("M1"))
        let sent = try #require(try await receiver.next(count: 1).first)

        relay.signal(SIGTERM)
        try await relay.eventually("it drains") { relay.log.contains("Draining") }
        #expect(try await relay.end(SIGTERM) == 130)
        #expect(relay.log.contains("Second signal"))

        receiver.respond { _ in .status(200) }
        try await relay.start()
        try await relay.eventually("delivered") { try await relay.count("delivered") == 1 }
        let again = try #require(receiver.requests.last)
        #expect(receiver.requests.count == 2, "what was under way is sent again, once")
        #expect(again.body == sent.body)
        #expect(again.header("x-zaphub-delivery") == sent.header("x-zaphub-delivery"))
    }

    /// The sender of half a body may take any time for the rest. It gets an answer at once.
    @Test(arguments: ["/in/baileys", "/api/v1/sessions"])
    func halfABodyIsRefusedAndHoldsNothingUp(path: String) async throws {
        let relay = try RelayProcess(configuration: RelayProcess.configuration(delivery: "shutdown_grace: 10m"))
        defer { relay.remove() }
        try await relay.start()
        let client = try RawConnection(to: relay.url)
        defer { client.close() }
        client.send(
            "POST \(path) HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer \(RelayProcess.key)\r\n"
                + "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"half\":")
        // What the server does for a later connection, it does after it has read the half.
        _ = try await relay.call("GET", "/healthz")
        #expect(try await relay.end(SIGTERM) == 0)
        let answer = client.readToEnd()
        #expect(answer.hasPrefix("HTTP/1.1 503"), "\(answer)")
        #expect(answer.contains("\"draining\""), "\(answer)")
    }

    /// A receiver that takes no more of a request holds up nothing beyond the grace, and the delivery is sent again.
    @Test func halfARequestEndsWithTheGrace() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let begun = Mutex(false)
        receiver.beforeBodies { _ in
            begun.withLock { $0 = true }
            return .hang
        }
        let configuration = RelayProcess.configuration(delivery: "shutdown_grace: 100ms")
            .replacing("listen: 127.0.0.1:0", with: "listen: 127.0.0.1:0\n  max_body: 64MiB")
        let relay = try RelayProcess(configuration: configuration)
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession("main", webhook: ["url": .string(receiver.url), "timeout_ms": 600_000])
        // More than the buffers of both sockets hold.
        let text = String(repeating: "x", count: 24 << 20)
        _ = try await relay.call("POST", "/in/baileys", baileysText("M1", text: text))
        try await relay.eventually("the request begins") { begun.withLock { $0 } }
        #expect(try await relay.end(SIGTERM) == 0)

        receiver.beforeBodies { _ in nil }
        try await relay.start()
        try await relay.eventually("delivered") { try await relay.count("delivered") == 1 }
        #expect(receiver.requests.count == 1)
    }
}

/// A connection whose bytes the test writes itself.
private final class RawConnection {
    private let descriptor: Int32

    init(to url: String) throws {
        let port = try #require(url.split(separator: ":").last.flatMap { UInt16($0) })
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(code == 0)
    }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// All bytes up to the end of the connection.
    func readToEnd() -> String {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &piece, piece.count, 0)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += piece[..<count]
        }
    }

    func close() { Glibc.close(descriptor) }
}
