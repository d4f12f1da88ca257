import Glibc
import RelayHTTPClient
import RelayTesting
import Testing

/// The egress guard in the engine. The canary server listens on loopback, where no request may arrive.
@Suite(.limitedConcurrency)
struct CurlEngineEgressTests {
    @Test func noSpellingOfLoopbackReachesIt() async throws {
        let canary = try ScriptedReceiver()
        let port = canary.port
        let hosts = [
            "127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "0.0.0.0", "localhost", "LOCALHOST",
            "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::7f00:1]", "[64:ff9b::7f00:1]",
            "[0:0:0:0:0:0:0:1]",
            "%31%32%37.0.0.1",
        ]
        try await withEngine(allow: []) { engine in
            for host in hosts {
                let failure = await engine.failure(.small("http://\(host):\(port)/"))
                #expect(failure?.code == .blockedAddress, "\(host): \(String(describing: failure))")
            }
            let userinfo = await engine.failure(.small("http://example.com@127.0.0.1:\(port)/"))
            #expect(userinfo?.code == .invalidRequest)
        }
        #expect(canary.connectionCount == 0)
    }

    @Test(arguments: AddressVectors.denied)
    func aNameThatLeadsToADeniedAddressIsBlocked(address: String) async throws {
        var configuration = CurlEngine.Configuration()
        configuration.resolve = ["hooks.example.com:80:\(address.contains(":") ? "[\(address)]" : address)"]
        try await withEngine(allow: [], configuration: configuration) { engine in
            let failure = await engine.failure(.small("http://hooks.example.com/"))
            #expect(failure?.code == .blockedAddress)
            #expect(failure?.message.contains("egress.allow") == true)
        }
    }

    @Test func deniedAddressesAmongOthersAreSkipped() async throws {
        let receiver = try ScriptedReceiver()
        var configuration = CurlEngine.Configuration()
        configuration.resolve = ["mixed.example.com:\(receiver.port):169.254.169.254,10.0.0.1,127.0.0.1"]
        try await withEngine(allow: ["127.0.0.1"], configuration: configuration) { engine in
            let response = try await engine.send(HTTPClientRequest(url: "http://mixed.example.com:\(receiver.port)/"))
            #expect(response.address == "127.0.0.1")
        }
    }

    @Test func anAllowedAddressThatRefusesIsNotABlock() async throws {
        let receiver = try ScriptedReceiver()
        receiver.stop()
        var configuration = CurlEngine.Configuration()
        configuration.resolve = ["mixed.example.com:\(receiver.port):10.0.0.1,127.0.0.1"]
        try await withEngine(allow: ["127.0.0.1"], configuration: configuration) { engine in
            let failure = await engine.failure(HTTPClientRequest(url: "http://mixed.example.com:\(receiver.port)/"))
            #expect(failure?.code == .connect)
        }
    }

    @Test func hostEntriesAreMatchedByTheURLsHost() async throws {
        let receiver = try ScriptedReceiver()
        var configuration = CurlEngine.Configuration()
        configuration.resolve = ["chatwoot:\(receiver.port):127.0.0.1", "other:\(receiver.port):127.0.0.1"]
        try await withEngine(allow: ["chatwoot:\(receiver.port)"], configuration: configuration) { engine in
            #expect(await engine.answer(HTTPClientRequest(url: "http://chatwoot:\(receiver.port)/"))?.status == 200)
            #expect(
                await engine.failure(HTTPClientRequest(url: "http://other:\(receiver.port)/"))?.code == .blockedAddress)
        }
        #expect(receiver.requests.count == 1)
    }

    /// A reused connection opens no socket, so the first check is not repeated; the second one is.
    @Test func aReusedConnectionIsJudgedAgain() async throws {
        let receiver = try ScriptedReceiver()
        try await withEngine { engine in
            #expect(await engine.answer(HTTPClientRequest(url: receiver.url))?.status == 200)
            engine.replace(guard: try EgressGuard())
            let failure = await engine.failure(HTTPClientRequest(url: receiver.url))
            #expect(failure?.code == .blockedAddress)
            #expect(failure?.message.contains("add \"127.0.0.1:\(receiver.port)\" to egress.allow") == true)
        }
        #expect(receiver.requests.count == 1)
    }

    @Test func proxiesOfTheEnvironmentAreIgnored() async throws {
        let proxy = try ScriptedReceiver()
        let receiver = try ScriptedReceiver()
        setenv("http_proxy", proxy.url, 1)
        defer { unsetenv("http_proxy") }
        try await withEngine { engine in
            #expect(await engine.answer(HTTPClientRequest(url: receiver.url))?.status == 200)
        }
        #expect(proxy.connectionCount == 0)
        #expect(receiver.requests.count == 1)
    }
}
