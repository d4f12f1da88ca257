import Foundation
import Logging
import RelayCore
import RelayHTTPClient
import RelayTesting
import Testing

@testable import RelayMedia

/// An S3-compatible server: moto, in its own process, on a free loopback port. It checks signatures, and has one user,
/// who has all permissions in S3.
final class MotoServer: Sendable {
    /// The server shared by all tests that do not stop it; each test has its own bucket.
    static func shared() async throws -> MotoServer { try await starting.value }

    private static let starting = Task { try await MotoServer() }

    /// It processes requests sequentially, because moto cannot store an object twice concurrently, and ends with the
    /// test process, even when that is killed.
    private static let program = """
        import os, threading, time
        from moto import server

        lock = threading.Lock()

        class OneAtATime(server.DomainDispatcherApplication):
            def __call__(self, environ, start_response):
                with lock:
                    return super().__call__(environ, start_response)

        server.DomainDispatcherApplication = OneAtATime

        parent = os.getppid()

        def end_with_parent():
            while os.getppid() == parent:
                time.sleep(0.5)
            os._exit(0)

        threading.Thread(target=end_with_parent, daemon=True).start()
        server.main(["-H", "127.0.0.1", "-p", "0"])
        """

    let url: String
    let accessKey: String
    let secretKey: String
    let engine: CurlEngine
    private let process: ChildProcess
    private let directory: TemporaryDirectory

    init() async throws {
        let directory = try TemporaryDirectory()
        let process = try ChildProcess(
            Self.python(),
            ["-c", Self.program],
            // Requests need no signature until the user exists.
            environment: ["INITIAL_NO_AUTH_ACTION_COUNT": "inf"],
            output: directory.path + "/out",
            errors: directory.path + "/err"
        )
        url = try await process.line(after: "Running on ", on: .errors)
        engine = try CurlEngine(guard: EgressGuard(allow: ["127.0.0.1"]), logger: Logger(label: "test"))
        (accessKey, secretKey) = try await Self.makeUser(at: url, engine)
        self.directory = directory
        self.process = process
    }

    deinit {
        engine.shutdown()
        process.kill()
    }

    /// The Python interpreter that `make test-packages` installs.
    private static func python() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let python = root.appendingPathComponent(".build-venv/bin/python").path
        let hasMoto = try? ChildProcess.run(python, "-c", "import flask_cors, moto.server")
        try #require(hasMoto == 0, "there is no \(python) with moto in it: run make test-packages")
        return python
    }

    // MARK: Users and buckets

    private static func makeUser(at url: String, _ engine: CurlEngine) async throws -> (String, String) {
        func ask(_ action: String) async throws -> String {
            // moto reads the service from this header; the signature is not checked yet.
            let scope = "Credential=any/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=any"
            let response = try await engine.send(
                HTTPClientRequest(
                    url: url,
                    headers: [
                        ("Authorization", "AWS4-HMAC-SHA256 \(scope)"),
                        ("Content-Type", "application/x-www-form-urlencoded"),
                    ],
                    body: Array("Version=2010-05-08&UserName=relay&\(action)".utf8),
                    timeout: .waitLimit
                )
            )
            let text = String(decoding: response.body, as: UTF8.self)
            try #require(response.status == 200, "\(text)")
            return text
        }
        func value(_ name: String, in text: String) throws -> String {
            let start = try #require(text.firstRange(of: "<\(name)>"))
            return String(text[start.upperBound...].prefix { $0 != "<" })
        }
        _ = try await ask("Action=CreateUser")
        let policy = #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#
        _ = try await ask("Action=PutUserPolicy&PolicyName=all&PolicyDocument=\(PercentCoding.encode(policy))")
        let keys = try await ask("Action=CreateAccessKey")
        let checking = try await engine.send(
            HTTPClientRequest(
                url: url + "/moto-api/reset-auth",
                headers: [("Content-Type", "text/plain")],
                body: Array("0".utf8),
                timeout: .waitLimit
            )
        )
        try #require(checking.status == 200)
        return (try value("AccessKeyId", in: keys), try value("SecretAccessKey", in: keys))
    }

    /// Options for a bucket, by default with the user's keys.
    func options(
        _ bucket: String,
        prefix: String = "media/",
        accessKey: String? = nil,
        secretKey: String? = nil
    ) throws -> S3MediaStoreOptions {
        try S3MediaStoreOptions(
            endpoint: url,
            region: "us-east-1",
            bucket: bucket,
            prefix: prefix,
            accessKey: accessKey ?? self.accessKey,
            secretKey: secretKey ?? self.secretKey
        )
    }

    /// Creates a bucket and returns its name.
    func makeBucket() async throws -> String {
        let bucket = "media-\(UUID().uuidString.lowercased())"
        let (status, body) = try await call("PUT", "/\(bucket)")
        try #require(status == 200, "\(body)")
        return bucket
    }

    /// Sends a signed request of the test itself.
    func call(_ method: String, _ path: String) async throws -> (status: Int, body: String) {
        var request = HTTPClientRequest(method: method, url: url + path, timeout: .waitLimit)
        request.awsSigV4 = AWSSigV4Parameters(region: "us-east-1", accessKey: accessKey, secretKey: secretKey)
        let response = try await engine.send(request)
        return (response.status, String(decoding: response.body, as: UTF8.self))
    }

    /// The names of the objects in a bucket, in order.
    func names(in bucket: String) async throws -> [String] {
        let (status, body) = try await call("GET", "/\(bucket)?list-type=2")
        try #require(status == 200, "\(body)")
        return body.split(separator: "<Key>").dropFirst().map { String($0.prefix { $0 != "<" }) }
    }

    /// Kills the server, as in a crash.
    func kill() {
        process.kill()
    }
}
