import Glibc
import RelayHTTPClient
import RelayTesting
import Testing

/// A receiver that moved is found as soon as the old address has failed once: the next request asks the DNS again.
///
/// The name is known to no DNS. Its first address is put into libcurl's cache, and a request that asks the DNS instead
/// fails with `.dns`.
@Suite(.limitedConcurrency)
struct CurlEngineNameTests {
    private func withCachedName<Result>(
        port: Int,
        _ body: (CurlEngine, String) async throws -> Result
    ) async throws -> Result {
        var configuration = CurlEngine.Configuration()
        configuration.resolve = ["+moved.invalid:\(port):127.0.0.1"]
        return try await withEngine(configuration: configuration) { try await body($0, "moved.invalid:\(port)") }
    }

    @Test func aRefusedConnectionDropsTheAddress() async throws {
        let receiver = try ScriptedReceiver()
        try await withCachedName(port: receiver.port) { engine, authority in
            #expect(await engine.answer(.small("http://\(authority)/"))?.status == 200)
            receiver.stop()
            #expect(await engine.failure(.small("http://\(authority)/"))?.code == .connect)
            #expect(await engine.failure(.small("http://\(authority)/"))?.code == .dns)
        }
    }

    @Test func aNameBeyondASCIIIsReachedUnderItsPunycode() async throws {
        let receiver = try ScriptedReceiver()
        var configuration = CurlEngine.Configuration()
        configuration.resolve = ["xn--mller-kva.invalid:\(receiver.port):127.0.0.1"]
        try await withEngine(allow: ["müller.invalid"], configuration: configuration) { engine in
            #expect(await engine.answer(.small("http://müller.invalid:\(receiver.port)/ç?x=[ü]"))?.status == 200)
        }
        #expect(receiver.requests.first?.path == "/%C3%A7?x=%5B%C3%BC%5D")
        #expect(receiver.requests.first?.header("host") == "xn--mller-kva.invalid:\(receiver.port)")
    }

    @Test func anAnswerKeepsTheAddress() async throws {
        let receiver = try ScriptedReceiver(default: .status(503, headers: [("Connection", "close")]))
        try await withCachedName(port: receiver.port) { engine, authority in
            for _ in 0..<3 { #expect(await engine.answer(.small("http://\(authority)/"))?.status == 503) }
        }
        #expect(receiver.connectionCount == 3)
    }

    @Test func aTimedOutConnectionDropsTheAddressAndTellsTheLimit() async throws {
        let listener = try FullListener()
        defer { listener.close() }
        try await withCachedName(port: listener.port) { engine, authority in
            var request = HTTPClientRequest.small("http://\(authority)/")
            request.connectTimeout = .milliseconds(300)
            let failure = await engine.failure(request)
            #expect(failure?.code == .timeout)
            #expect(failure?.message.contains("within 0.3 seconds") == true, "\(failure?.message ?? "")")
            #expect(await engine.failure(request)?.code == .dns)
        }
    }

    /// At the old address somebody else may listen, who takes requests and never answers, or has another certificate.
    @Test func aRequestWithoutAnAnswerDropsTheAddress() async throws {
        for answer in [ScriptedReceiver.Answer.hang, .reset] {
            let receiver = try ScriptedReceiver(default: answer)
            try await withCachedName(port: receiver.port) { engine, authority in
                let first = await engine.failure(.small("http://\(authority)/", timeout: .milliseconds(300)))
                #expect(first?.code == .timeout || first?.code == .reset)
                #expect(await engine.failure(.small("http://\(authority)/"))?.code == .dns)
            }
        }
    }

    @Test(.enabled(if: TLSServer.isAvailable, "needs the openssl command"))
    func aCertificateOfAnotherHostDropsTheAddress() async throws {
        let server = try await TLSServer(name: "DNS:other.invalid")
        defer { server.stop() }
        let port = try #require(server.url.split(separator: ":").last.flatMap { Int($0.dropLast()) })
        try await withCachedName(port: port) { engine, authority in
            #expect(await engine.failure(.small("https://\(authority)/"))?.code == .tls)
            #expect(await engine.failure(.small("https://\(authority)/"))?.code == .dns)
        }
    }
}

private struct NoListenerError: Error {}

/// A listener that accepts nothing and whose queue is full: the system drops further attempts to connect.
private struct FullListener {
    let port: Int
    private var descriptors: [Int32] = []

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        descriptors.append(listener)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, size) == 0 && listen(listener, 0) == 0
                    && getsockname(listener, generic, &size) == 0
            }
        }
        guard isListening else { throw NoListenerError() }
        port = Int(in_port_t(bigEndian: address.sin_port))
        for _ in 0..<4 {
            let client = socket(
                AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
            descriptors.append(client)
            _ = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(client, $0, size) }
            }
        }
        // The handshake of the first is over when its socket can be written to.
        var first = pollfd(fd: descriptors[1], events: Int16(POLLOUT), revents: 0)
        guard poll(&first, 1, -1) == 1 else { throw NoListenerError() }
    }

    func close() {
        for descriptor in descriptors { Glibc.close(descriptor) }
    }
}
