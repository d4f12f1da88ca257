import Foundation
import RelayCore
import RelayDestinations
import RelayHTTPClient
import RelayTesting
import Testing

/// Verifies signatures with an independent implementation: PyPI's `standardwebhooks` package, in its own process.
@Suite(.limitedConcurrency)
struct IndependentVerifierTests {
    private static let program = """
        import http.server, sys
        from standardwebhooks import Webhook, WebhookVerificationError

        class Receiver(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                answer, status = b"verified", 200
                try:
                    Webhook(sys.argv[1]).verify(body, {name.lower(): value for name, value in self.headers.items()})
                except WebhookVerificationError as error:
                    answer, status = str(error).encode(), 401
                self.send_response(status)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *words):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        print(f"listening on {server.server_port}", flush=True)
        server.serve_forever()
        """

    /// The Python interpreter that `scripts/bootstrap --tests` installs.
    private static func python() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let python = root.appendingPathComponent(".build-venv/bin/python").path
        try #require(
            FileManager.default.isExecutableFile(atPath: python),
            "there is no \(python): run scripts/bootstrap --tests"
        )
        return python
    }

    private let current = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private let other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"

    @Test func theirPackageVerifiesWhatWeSign() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("verifier-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let receiver = try ChildProcess(
            Self.python(),
            ["-c", Self.program, current],
            output: folder.appendingPathComponent("out").path,
            errors: folder.appendingPathComponent("err").path
        )
        defer { receiver.kill() }
        let port = try await receiver.line(after: "listening on ")
        try await withReceiver { _, engine in
            let now = SystemClock().wall
            func send(_ secrets: [WebhookSigningSecret], at moment: Timestamp) async -> AttemptResult {
                let body = #"{"event":"message.received","payload":{"text":"Olá 🚚 \u0000"}}"#
                return await WebhookDestination(
                    url: "http://127.0.0.1:\(port)/",
                    secrets: secrets,
                    timeout: .waitLimit,
                    settings: DestinationDispatchSettings(),
                    engine: engine
                ).send(claimed(body: body), at: moment)
            }
            let good = await send([secret(current)], at: now)
            #expect(good.response == "verified", "\(good)")
            let rotated = await send([secret(other), secret(current, expiresAt: now + .seconds(60))], at: now)
            #expect(rotated.response == "verified", "\(rotated)")
            let expired = await send([secret(other), secret(current, expiresAt: now)], at: now)
            #expect(expired.status == 401, "\(expired)")
            let late = await send([secret(current)], at: now - .seconds(400))
            #expect(late.status == 401, "\(late)")
            let unsigned = await send([], at: now)
            #expect(unsigned.status == 401, "\(unsigned)")
        }
    }
}
