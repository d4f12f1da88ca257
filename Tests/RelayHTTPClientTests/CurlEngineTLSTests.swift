import Foundation
import RelayHTTPClient
import RelayTesting
import Testing

/// Against `openssl s_server` with a certificate of its own.
@Suite(.timeLimit(.minutes(1)), .enabled(if: TLSServer.isAvailable, "needs the openssl command"))
struct CurlEngineTLSTests {
    @Test func unknownAuthoritiesAreRefusedUnlessTrusted() async throws {
        let server = try TLSServer(name: "IP:127.0.0.1")
        defer { server.stop() }
        let plain = HTTPRequest(method: "GET", url: server.url)
        try await withEngine { engine in
            let failure = await engine.failure(plain)
            #expect(failure?.kind == .tls)
            #expect(failure?.message.contains("self-signed certificate") == true)

            var trusting = plain
            trusting.caFile = server.certificate
            #expect(await engine.answer(trusting)?.status == 200)

            var careless = plain
            careless.verifyTLS = false
            #expect(await engine.answer(careless)?.status == 200)

            // A connection that was made without verification is not lent to a request that asks for it.
            #expect(await engine.failure(plain)?.kind == .tls)
        }
    }

    @Test func certificatesOfOtherHostsAreRefused() async throws {
        let server = try TLSServer(name: "DNS:other.example")
        defer { server.stop() }
        var request = HTTPRequest(method: "GET", url: server.url)
        request.caFile = server.certificate
        try await withEngine { engine in
            #expect(await engine.failure(request)?.kind == .tls)
        }
    }

    @Test func oldVersionsOfTLSAreRefused() async throws {
        let server = try TLSServer(name: "IP:127.0.0.1", arguments: ["-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"])
        defer { server.stop() }
        var request = HTTPRequest(method: "GET", url: server.url)
        request.verifyTLS = false
        try await withEngine { engine in
            #expect(await engine.failure(request)?.kind == .tls)
        }
    }

    @Test func aMissingAuthorityFileIsATLSFailure() async throws {
        let receiver = try ScriptedReceiver()
        var request = HTTPRequest(url: "https://127.0.0.1:\(receiver.port)/")
        request.caFile = "/nonexistent/ca.pem"
        try await withEngine { engine in
            #expect(await engine.failure(request)?.kind == .tls)
        }
    }

    @Test func plaintextBehindHTTPSIsRefused() async throws {
        let receiver = try ScriptedReceiver(default: .status(200))
        let url = "https://127.0.0.1:\(receiver.port)/"
        try await withEngine { engine in
            // The receiver waits for a line of HTTP that never comes, as a stalled handshake does.
            var request = HTTPRequest(url: url)
            request.connectTimeout = .milliseconds(300)
            #expect(await engine.failure(request)?.kind == .timeout)
        }
        #expect(receiver.requests.isEmpty)
    }
}

/// A TLS server on a free loopback port, with a fresh self-signed certificate.
private final class TLSServer {
    static let isAvailable = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")

    struct Failure: Error {
        let output: String
    }

    let url: String
    let certificate: String
    private let process = Process()
    private let folder: URL

    init(name: String, arguments: [String] = []) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        certificate = folder.appending(path: "cert.pem").path
        let key = folder.appending(path: "key.pem").path

        let maker = Process()
        maker.executableURL = URL(filePath: "/usr/bin/openssl")
        maker.arguments = [
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test", "-addext",
            "subjectAltName=\(name)", "-keyout", key, "-out", certificate,
        ]
        maker.standardError = FileHandle.nullDevice
        try maker.run()
        maker.waitUntilExit()

        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments =
            ["s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, "-www", "-naccept", "50"] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()

        var text = ""
        var port: Substring?
        while port == nil {
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { throw Failure(output: text) }
            text += String(decoding: data, as: UTF8.self)
            port = text.split(separator: "\n").first { $0.hasPrefix("ACCEPT 127.0.0.1:") }?.split(separator: ":").last
        }
        url = "https://127.0.0.1:\(port ?? "")/"
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }
}
