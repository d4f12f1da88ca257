import Foundation
import RelayCore
import RelayTesting
import Testing

@testable import RelayMedia

/// The reported errors when the S3 server rejects requests or closes the connection.
@Suite(.limitedConcurrency)
struct S3MediaStoreFailureTests {
    private let fixture: S3Fixture
    private var server: MotoServer { fixture.server }

    init() async throws {
        fixture = try await S3Fixture()
    }

    // MARK: Refusals

    @Test func aWrongSecretIsRefusedAndNotQuoted() async throws {
        let bucket = try await server.makeBucket()
        let right = try await fixture.open(try server.options(bucket))
        let media = try await right.deposit(Array("hello".utf8))
        for options in [
            try server.options(bucket, secretKey: "wrong\(server.secretKey)"),
            try server.options(bucket, accessKey: "AKIAWRONGWRONGWRONG1"),
        ] {
            let mediaStore = try await fixture.open(options)
            let (path, staged) = try fixture.stage(bytes(2 << 20), for: mediaStore)
            let failures = [
                await failure { _ = try await mediaStore.deposit(Array("other".utf8)) },
                await failure { try await mediaStore.deposit(file: path, as: staged) },
                await failure { _ = try await mediaStore.find(media.id) },
                await failure { _ = try await mediaStore.open(media.id) { 0..<$0 } },
            ]
            for failure in failures {
                #expect(failure?.code == .storage)
                #expect(failure?.isRetryable == true)
                #expect(failure?.message.contains("403") == true)
                #expect(failure?.message.contains("check access_key, secret_key and the bucket's policy") == true)
                for secret in [server.secretKey, server.accessKey, "WRONGWRONG"] {
                    #expect(failure?.message.contains(secret) == false)
                }
            }
            #expect(!FileManager.default.fileExists(atPath: path))
        }
        #expect(try await server.names(in: bucket) == ["media/\(media.id)"])
    }

    @Test func aMissingBucketIsNamed() async throws {
        let mediaStore = try await fixture.open(try server.options("no-such-bucket"))
        let (path, staged) = try fixture.stage(Array("file".utf8), for: mediaStore)
        let failures = [
            await failure { _ = try await mediaStore.deposit(Array("hello".utf8)) },
            await failure { try await mediaStore.deposit(file: path, as: staged) },
            await failure { _ = try await mediaStore.find(staged.id) },
            await failure { _ = try await mediaStore.open(staged.id) { 0..<$0 } },
        ]
        for failure in failures {
            #expect(failure?.code == .storage)
            #expect(failure?.message.contains("the bucket no-such-bucket of \(server.url)") == true)
            #expect(failure?.message.contains("there is no such bucket: create it") == true)
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test(arguments: [
        (503, "SlowDown", MediaError.Code.storage, "503 SlowDown; it may do so again soon"),
        (500, "", .storage, "500; it may do so again soon"),
        (507, "XMinioStorageFull", .storageFull, "507 XMinioStorageFull; free some room there"),
        (403, "QuotaExceeded", .storageFull, "403 QuotaExceeded; free some room there"),
        (403, "RequestTimeTooSkewed", .storage, "403 RequestTimeTooSkewed; set this machine's clock"),
        (400, "AuthorizationHeaderMalformed", .storage, "correct region (the server says eu-north-1)"),
        (400, "XAmzContentSHA256Mismatch", .storage, "the file was changed on its way"),
        (404, "Not a <b>word</b>", .storage, "404; check endpoint, bucket and path_style"),
        (200, "InternalError", .storage, "200 InternalError"),
    ])
    func refusalsSayWhatToDo(
        status: Int,
        code: String,
        reason: MediaError.Code,
        message: String
    ) async throws {
        let receiver = try ScriptedReceiver()
        let body = "<?xml version=\"1.0\"?>\n<Error><Code>\(code)</Code><Message>SECRET</Message></Error>"
        receiver.respond { request in
            if request.method == "HEAD" { return .status(404) }
            return .status(status, headers: [("x-amz-bucket-region", "eu-north-1")], body: body)
        }
        let mediaStore = try await fixture.open(try fixture.options(of: receiver))
        let failure = await failure { _ = try await mediaStore.deposit(Array("hello".utf8)) }
        #expect(failure?.code == reason)
        #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
        #expect(failure?.message.contains("SECRET") == false)
    }

    // MARK: Broken servers

    @Test func aServerThatDiesInTheMiddleIsAFailure() async throws {
        let server = try await MotoServer()
        let bucket = try await server.makeBucket()
        let mediaStore = try await S3MediaStore.open(
            try server.options(bucket),
            staging: fixture.directory.path + "/staging",
            engine: server.engine
        )
        // More than the system's buffers hold, so that the server cannot have sent everything.
        let all = [UInt8](repeating: 7, count: 64 << 20)
        let media = try await mediaStore.deposit(all)
        let content = try await mediaStore.open(media.id) { 0..<$0 }
        var count = 0
        let broken = await failure {
            for try await chunk in content.chunks {
                if count == 0 { server.kill() }
                count += chunk.count
            }
        }
        #expect(broken?.code == .storage)
        #expect(count < all.count)
        let after = await failure { _ = try await mediaStore.find(media.id) }
        #expect(after?.code == .storage)
        #expect(after?.message.contains("check the host, the port and that the receiver runs") == true)
    }

    @Test func anAnswerThatIsNoPartOfTheFileIsAFailure() async throws {
        let receiver = try ScriptedReceiver()
        let mediaStore = try await fixture.open(try fixture.options(of: receiver))
        let media = StoredMedia(id: MediaID(digest: sha256(Array("hello".utf8))), size: 5)
        for answer in [
            .status(200, body: "hell"), .status(200, body: "hello, world"), .status(206, body: "hello"), .closeEarly,
            .status(404), .status(500), .reset,
        ] as [ScriptedReceiver.Answer] {
            receiver.respond { $0.method == "HEAD" ? .status(200, body: "hello") : answer }
            let failure = await failure {
                for try await _ in try await mediaStore.open(media.id, bounds: { 0..<$0 }).chunks {}
            }
            #expect(failure != nil, "\(answer)")
        }
        receiver.respond { $0.method == "HEAD" ? .status(200, body: "hello") : .status(200, body: "hello") }
        // A server that does not support ranges.
        #expect(await failure { _ = try await mediaStore.open(media.id) { _ in 1..<3 } }?.code == .storage)
    }
}
