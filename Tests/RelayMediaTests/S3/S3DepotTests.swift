import Foundation
import Logging
import RelayCore
import RelayHTTPClient
import RelayTesting
import Testing

@testable import RelayMedia

/// Against moto's server, which checks every signature.
@Suite(.timeLimit(.minutes(3)))
struct S3DepotTests {
    private let scratch: Scratch
    private let server: MotoServer

    init() async throws {
        scratch = try Scratch()
        server = try await MotoServer.shared()
    }

    private func open(
        _ options: S3Options,
        renewalAge: Duration = .seconds(86_400)
    ) async throws -> S3Depot {
        try await S3Depot.open(
            options,
            staging: scratch.path + "/staging",
            engine: server.engine,
            renewalAge: renewalAge
        )
    }

    private func content(_ depot: S3Depot, _ id: MediaID) async throws -> [UInt8] {
        var read: [UInt8] = []
        for try await chunk in try await depot.open(id, bounds: { 0..<$0 }).chunks { read += chunk }
        return read
    }

    private func stage(_ bytes: [UInt8], for depot: S3Depot) throws -> (path: String, media: StoredMedia) {
        let draft = try DraftFile(in: depot.stagingDirectory)
        try draft.append(bytes)
        return (draft.handOver(), draft.media)
    }

    // MARK: Files

    @Test(arguments: ["", "media/", "a b/ç+=&?#/x-"])
    func aFileLiesUnderItsPrefixAndHash(prefix: String) async throws {
        let bucket = try await server.makeBucket()
        let depot = try await open(try server.options(bucket, prefix: prefix))
        let media = try await depot.deposit(Array("hello".utf8))
        #expect(media.id.description == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
        #expect(try await depot.deposit(Array("hello".utf8)) == media)
        let expected = (prefix + media.id.description).replacingOccurrences(of: "&", with: "&amp;")
        #expect(try await server.names(in: bucket) == [expected])
        #expect(try await content(depot, media.id) == Array("hello".utf8))
    }

    /// moto takes the bucket from the host where that is Amazon's.
    @Test func theBucketMayComeInTheHost() async throws {
        let bucket = try await server.makeBucket()
        let port = try #require(server.url.split(separator: ":").last)
        var configuration = CurlEngine.Configuration()
        configuration.resolve = ["\(bucket).s3.amazonaws.com:\(port):127.0.0.1"]
        let engine = try CurlEngine(
            configuration: configuration,
            guard: EgressGuard(allow: ["127.0.0.1"]),
            logger: Logger(label: "test")
        )
        defer { engine.shutdown() }
        let options = try S3Options(
            endpoint: "http://s3.amazonaws.com:\(port)",
            region: "us-east-1",
            bucket: bucket,
            prefix: "media/",
            accessKey: server.accessKey,
            secretKey: server.secretKey,
            pathStyle: false
        )
        let depot = try await S3Depot.open(options, staging: scratch.path + "/staging", engine: engine)
        let media = try await depot.deposit(Array("hello".utf8))
        #expect(try await server.names(in: bucket) == ["media/\(media.id)"])
        #expect(try await content(depot, media.id) == Array("hello".utf8))
        #expect(try await depot.find(MediaID(digest: sha256([]))) == nil)
    }

    @Test func aLargeFileComesAndGoesInPieces() async throws {
        let bucket = try await server.makeBucket()
        let depot = try await open(try server.options(bucket))
        let all = bytes(20 << 20)
        let (path, media) = try stage(all, for: depot)
        try await depot.deposit(file: path, as: media)
        #expect(!FileManager.default.fileExists(atPath: path))

        let content = try await depot.open(media.id) { 0..<$0 }
        #expect(content.size == 20 << 20)
        var count = 0
        for try await chunk in content.chunks {
            #expect(chunk.count <= 300 << 10)
            try #require(count + chunk.count <= all.count)
            let isNext = chunk.elementsEqual(all[count..<count + chunk.count])
            #expect(isNext, "after \(count) bytes")
            count += chunk.count
        }
        #expect(count == all.count)
    }

    /// Beside some of it in the system's buffers. A depot that read ahead would have the server send all.
    @Test func nothingComesMuchFasterThanItIsRead() async throws {
        let size = 96 << 20
        let receiver = try ScriptedReceiver(default: .largeBody(size))
        let depot = try await open(try options(of: receiver))
        let id = MediaID(digest: sha256([]))
        let content = try await depot.open(id) { 0..<$0 }
        #expect(content.size == Int64(size))
        var read = 0
        for try await chunk in content.chunks {
            read += chunk.count
            if read == chunk.count {
                var (sent, still) = (-1, 0)
                while still < 25, sent < size {
                    still = receiver.sentBytes == sent ? still + 1 : 0
                    sent = receiver.sentBytes
                    try await Task.sleep(for: .milliseconds(10))
                }
                #expect(sent - read < 48 << 20)
            }
        }
        #expect(read == size)
    }

    @Test func rangesAreReadAlone() async throws {
        let bucket = try await server.makeBucket()
        let depot = try await open(try server.options(bucket))
        let all = bytes(100_000)
        let id = try await depot.deposit(all).id
        for range in [0..<1, 99_999..<100_000, 10..<10, 500..<90_000, 99_000..<200_000] as [Range<Int64>] {
            let content = try await depot.open(id) { _ in range }
            var part: [UInt8] = []
            for try await chunk in content.chunks { part += chunk }
            #expect(content.range == range.clamped(to: 0..<100_000))
            let isSame = part == Array(all[Int(content.range.lowerBound)..<Int(content.range.upperBound)])
            #expect(isSame, "\(range)")
        }
    }

    /// moto would accept the bytes; S3 compares them with the hash that the signature covers.
    @Test func theHashOfTheBytesIsSigned() async throws {
        let receiver = try ScriptedReceiver()
        receiver.respond { $0.method == "HEAD" ? .status(404) : .status(200) }
        let depot = try await open(try options(of: receiver))
        let media = try await depot.deposit(Array("hello".utf8))
        let (path, other) = try stage(Array("other".utf8), for: depot)
        try await depot.deposit(file: path, as: other)
        let puts = receiver.requests.filter { $0.method == "PUT" }
        #expect(puts.map { $0.header("x-amz-content-sha256") } == [media.id.description, other.id.description])
        #expect(puts.map(\.text) == ["hello", "other"])
        for put in puts { #expect(put.header("authorization")?.contains(";x-amz-content-sha256;") == true) }
    }

    @Test func anObjectOfAnotherSizeIsReplaced() async throws {
        let bucket = try await server.makeBucket()
        let depot = try await open(try server.options(bucket))
        let (path, media) = try stage(bytes(1000), for: depot)
        try await depot.deposit(file: path, as: StoredMedia(id: media.id, size: 1000))
        let client = S3Client(options: try server.options(bucket), engine: server.engine)
        #expect(try await client.put(Array("broken".utf8), as: media.id).status == 200)
        #expect(try await depot.find(media.id)?.size == 6)
        #expect(try await depot.deposit(bytes(1000)) == media)
        #expect(try await content(depot, media.id) == bytes(1000))
    }

    /// As a lifecycle rule counts from an object's creation, it is made new.
    @Test func whatIsOldIsRenewedWhenItIsKeptAgainOrAskedFor() async throws {
        let bucket = try await server.makeBucket()
        let depot = try await open(try server.options(bucket, prefix: "a b/ç"), renewalAge: .zero)
        let media = try await depot.deposit(Array("hello".utf8))
        #expect(try await depot.find(media.id) == media)
        #expect(try await depot.deposit(Array("hello".utf8)) == media)
        #expect(try await content(depot, media.id) == Array("hello".utf8))

        let receiver = try ScriptedReceiver()
        let date = ("Date", "Tue, 24 Nov 2026 15:16:14 GMT")
        let ages = ["Mon, 23 Nov 2026 15:16:15 GMT", "Mon, 23 Nov 2026 15:16:14 GMT"]
        for (age, copies) in zip(ages, [0, 1]) {
            receiver.respond { request in
                if request.method == "HEAD" {
                    return .status(200, headers: [date, ("Last-Modified", age)], body: "hello")
                }
                return .status(200, body: "<CopyObjectResult/>")
            }
            let depot = try await open(try options(of: receiver))
            #expect(try await depot.find(media.id) == media)
            #expect(try await depot.deposit(Array("hello".utf8)) == media)
            let puts = receiver.requests.filter { $0.method == "PUT" }
            #expect(puts.count == 2 * copies)
            for put in puts {
                #expect(put.header("x-amz-copy-source") == "/bucket/media/\(media.id)")
                #expect(put.header("x-amz-metadata-directive") == "REPLACE")
            }
        }
    }

    @Test func aBucketIsNotSwept() async throws {
        let bucket = try await server.makeBucket()
        let depot = try await open(try server.options(bucket))
        let media = try await depot.deposit(Array("hello".utf8))
        #expect(try await depot.sweep(before: SystemClock().wall + .seconds(1_000_000)) == 0)
        #expect(try await depot.find(media.id) == media)
    }

    private func options(of receiver: ScriptedReceiver) throws -> S3Options {
        try S3Options(
            endpoint: receiver.url,
            region: "eu-west-1",
            bucket: "bucket",
            prefix: "media/",
            accessKey: "AKIDEXAMPLE",
            secretKey: "example/secret"
        )
    }

    // MARK: Refusals

    @Test func aWrongSecretIsRefusedAndNotQuoted() async throws {
        let bucket = try await server.makeBucket()
        let right = try await open(try server.options(bucket))
        let media = try await right.deposit(Array("hello".utf8))
        for options in [
            try server.options(bucket, secretKey: "wrong\(server.secretKey)"),
            try server.options(bucket, accessKey: "AKIAWRONGWRONGWRONG1"),
        ] {
            let depot = try await open(options)
            let (path, staged) = try stage(bytes(2 << 20), for: depot)
            let failures = [
                await failure { _ = try await depot.deposit(Array("other".utf8)) },
                await failure { try await depot.deposit(file: path, as: staged) },
                await failure { _ = try await depot.find(media.id) },
                await failure { _ = try await depot.open(media.id) { 0..<$0 } },
            ]
            for failure in failures {
                #expect(failure?.reason == .storage)
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
        let depot = try await open(try server.options("no-such-bucket"))
        let (path, staged) = try stage(Array("file".utf8), for: depot)
        let failures = [
            await failure { _ = try await depot.deposit(Array("hello".utf8)) },
            await failure { try await depot.deposit(file: path, as: staged) },
            await failure { _ = try await depot.find(staged.id) },
            await failure { _ = try await depot.open(staged.id) { 0..<$0 } },
        ]
        for failure in failures {
            #expect(failure?.reason == .storage)
            #expect(failure?.message.contains("the bucket no-such-bucket of \(server.url)") == true)
            #expect(failure?.message.contains("there is no such bucket: create it") == true)
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test(arguments: [
        (503, "SlowDown", MediaFailure.Reason.storage, "503 SlowDown; it may do so again soon"),
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
        reason: MediaFailure.Reason,
        message: String
    ) async throws {
        let receiver = try ScriptedReceiver()
        let body = "<?xml version=\"1.0\"?>\n<Error><Code>\(code)</Code><Message>SECRET</Message></Error>"
        receiver.respond { request in
            if request.method == "HEAD" { return .status(404) }
            return .status(status, headers: [("x-amz-bucket-region", "eu-north-1")], body: body)
        }
        let depot = try await open(try options(of: receiver))
        let failure = await failure { _ = try await depot.deposit(Array("hello".utf8)) }
        #expect(failure?.reason == reason)
        #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
        #expect(failure?.message.contains("SECRET") == false)
    }

    // MARK: Broken servers

    @Test func aServerThatDiesInTheMiddleIsAFailure() async throws {
        let server = try await MotoServer()
        let bucket = try await server.makeBucket()
        let depot = try await S3Depot.open(
            try server.options(bucket),
            staging: scratch.path + "/staging",
            engine: server.engine
        )
        // More than the system's buffers take, so that the server cannot have sent it all.
        let all = [UInt8](repeating: 7, count: 64 << 20)
        let media = try await depot.deposit(all)
        let content = try await depot.open(media.id) { 0..<$0 }
        var count = 0
        let broken = await failure {
            for try await chunk in content.chunks {
                if count == 0 { server.kill() }
                count += chunk.count
            }
        }
        #expect(broken?.reason == .storage)
        #expect(count < all.count)
        let after = await failure { _ = try await depot.find(media.id) }
        #expect(after?.reason == .storage)
        #expect(after?.message.contains("check the address, the port and that the receiver runs") == true)
    }

    @Test func anAnswerThatIsNoPartOfTheFileIsAFailure() async throws {
        let receiver = try ScriptedReceiver()
        let depot = try await open(try options(of: receiver))
        let media = StoredMedia(id: MediaID(digest: sha256(Array("hello".utf8))), size: 5)
        for answer in [
            .status(200, body: "hell"), .status(200, body: "hello, world"), .status(206, body: "hello"), .closeEarly,
            .status(404), .status(500), .reset,
        ] as [ScriptedReceiver.Answer] {
            receiver.respond { $0.method == "HEAD" ? .status(200, body: "hello") : answer }
            let failure = await failure {
                for try await _ in try await depot.open(media.id, bounds: { 0..<$0 }).chunks {}
            }
            #expect(failure != nil, "\(answer)")
        }
        receiver.respond { $0.method == "HEAD" ? .status(200, body: "hello") : .status(200, body: "hello") }
        // A server that does not know ranges.
        #expect(await failure { _ = try await depot.open(media.id) { _ in 1..<3 } }?.reason == .storage)
    }
}
