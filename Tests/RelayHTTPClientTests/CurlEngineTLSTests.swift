import RelayHTTPClient
import RelayTesting
import Testing

/// Runs against `openssl s_server` with a self-signed certificate.
@Suite(.limitedConcurrency, .enabled(if: TLSServer.isAvailable, "needs the openssl command"))
struct CurlEngineTLSTests {
    @Test func unknownAuthoritiesAreRefusedUnlessTrusted() async throws {
        let server = try await TLSServer(name: "IP:127.0.0.1")
        defer { server.stop() }
        let plain = HTTPClientRequest(method: "GET", url: server.url)
        try await withEngine { engine in
            let failure = await engine.failure(plain)
            #expect(failure?.code == .tls)
            #expect(failure?.message.contains("self-signed certificate") == true)

            var trusting = plain
            trusting.caFile = server.certificate
            #expect(await engine.answer(trusting)?.status == 200)

            var careless = plain
            careless.verifyTLS = false
            #expect(await engine.answer(careless)?.status == 200)

            // A connection that was opened without verification is not reused for a request that requires it.
            #expect(await engine.failure(plain)?.code == .tls)
        }
    }

    /// Data that is decrypted but not read yet is not visible on a socket when the reader continues.
    @Test func aLargeBodyComesWholeToASlowReader() async throws {
        let body = pattern(8 << 20)
        let server = try await TLSServer(name: "IP:127.0.0.1", body: body)
        defer { server.stop() }
        var request = HTTPClientRequest(method: "GET", url: "\(server.url)body", timeout: .waitLimit)
        request.caFile = server.certificate
        request.maximumResponseBody = body.count
        try await withEngine { engine in
            let stream = try await engine.stream(request)
            var bytes: [UInt8] = []
            while let piece = try await stream.next() {
                bytes += piece
                try await Task.sleep(for: .milliseconds(2))
            }
            let isWhole = bytes == body
            #expect(isWhole, "\(bytes.count) bytes")
        }
    }

    @Test func certificatesOfOtherHostsAreRefused() async throws {
        let server = try await TLSServer(name: "DNS:other.example")
        defer { server.stop() }
        var request = HTTPClientRequest(method: "GET", url: server.url)
        request.caFile = server.certificate
        try await withEngine { engine in
            #expect(await engine.failure(request)?.code == .tls)
        }
    }

    @Test func oldVersionsOfTLSAreRefused() async throws {
        let server = try await TLSServer(
            name: "IP:127.0.0.1", arguments: ["-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"])
        defer { server.stop() }
        var request = HTTPClientRequest(method: "GET", url: server.url)
        request.verifyTLS = false
        try await withEngine { engine in
            #expect(await engine.failure(request)?.code == .tls)
        }
    }

    @Test func aMissingAuthorityFileIsATLSFailure() async throws {
        let receiver = try ScriptedReceiver()
        var request = HTTPClientRequest(url: "https://127.0.0.1:\(receiver.port)/")
        request.caFile = "/nonexistent/ca.pem"
        try await withEngine { engine in
            #expect(await engine.failure(request)?.code == .tls)
        }
    }

    @Test func plaintextBehindHTTPSIsRefused() async throws {
        let receiver = try ScriptedReceiver(default: .status(200))
        let url = "https://127.0.0.1:\(receiver.port)/"
        try await withEngine { engine in
            // The receiver waits for an HTTP line that never arrives, which is equivalent to a stalled handshake.
            var request = HTTPClientRequest(url: url)
            request.connectTimeout = .milliseconds(300)
            #expect(await engine.failure(request)?.code == .timeout)
        }
        #expect(receiver.requests.isEmpty)
    }
}
