import Foundation
import Logging
import RelayCore
import RelayHTTPClient
import RelayTesting
import Testing

@testable import RelayMedia

/// A server that speaks S3: moto's, in a process of its own, on a free loopback port. It checks signatures, and knows one
/// user, who may do everything in S3.
final class MotoServer: Sendable {
    /// One for all tests that do not end it; each has a bucket of its own there.
    static func shared() async throws -> MotoServer { try await starting.value }

    private static let starting = Task { try await MotoServer() }

    /// It takes one request after the other, for moto cannot put an object twice at once, and ends with the test's process,
    /// also when that is killed.
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
            // Requests before the user is there need no signature.
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

    /// The interpreter that `make test-packages` sets up.
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
            // As signed, for moto finds the service in it; nobody checks it yet.
            let scope = "Credential=any/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=any"
            let response = try await engine.send(
                HTTPRequest(
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
            HTTPRequest(
                url: url + "/moto-api/reset-auth",
                headers: [("Content-Type", "text/plain")],
                body: Array("0".utf8),
                timeout: .waitLimit
            )
        )
        try #require(checking.status == 200)
        return (try value("AccessKeyId", in: keys), try value("SecretAccessKey", in: keys))
    }

    /// Options for a bucket, with the user's keys unless told otherwise.
    func options(
        _ bucket: String,
        prefix: String = "media/",
        accessKey: String? = nil,
        secretKey: String? = nil
    ) throws -> S3Options {
        try S3Options(
            endpoint: url,
            region: "us-east-1",
            bucket: bucket,
            prefix: prefix,
            accessKey: accessKey ?? self.accessKey,
            secretKey: secretKey ?? self.secretKey
        )
    }

    /// A new bucket's name.
    func makeBucket() async throws -> String {
        let bucket = "media-\(UUID().uuidString.lowercased())"
        let (status, body) = try await call("PUT", "/\(bucket)")
        try #require(status == 200, "\(body)")
        return bucket
    }

    /// A signed request of the test's own.
    func call(_ method: String, _ path: String) async throws -> (status: Int, body: String) {
        var request = HTTPRequest(method: method, url: url + path, timeout: .waitLimit)
        request.awsSigV4 = AWSSigV4Parameters(region: "us-east-1", accessKey: accessKey, secretKey: secretKey)
        let response = try await engine.send(request)
        return (response.status, String(decoding: response.body, as: UTF8.self))
    }

    /// The names in a bucket, in order.
    func names(in bucket: String) async throws -> [String] {
        let (status, body) = try await call("GET", "/\(bucket)?list-type=2")
        try #require(status == 200, "\(body)")
        return body.split(separator: "<Key>").dropFirst().map { String($0.prefix { $0 != "<" }) }
    }

    /// Ends it at once, as a crash does.
    func kill() {
        process.kill()
    }
}
