import Foundation
import Logging
import RelayCore
import RelayHTTPClient
import RelayTesting
import Testing

@testable import RelayMedia

/// Runs against moto's server, which checks every signature.
@Suite(.limitedConcurrency)
struct S3MediaStoreTests {
    private let fixture: S3Fixture
    private var server: MotoServer { fixture.server }

    init() async throws {
        fixture = try await S3Fixture()
    }

    // MARK: Files

    @Test(arguments: ["", "media/", "a b/ç+=&?#/x-"])
    func aFileLiesUnderItsPrefixAndHash(prefix: String) async throws {
        let bucket = try await server.makeBucket()
        let mediaStore = try await fixture.open(try server.options(bucket, prefix: prefix))
        let media = try await mediaStore.deposit(Array("hello".utf8))
        #expect(media.id.description == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
        #expect(try await mediaStore.deposit(Array("hello".utf8)) == media)
        let expected = (prefix + media.id.description).replacingOccurrences(of: "&", with: "&amp;")
        #expect(try await server.names(in: bucket) == [expected])
        #expect(try await fixture.content(mediaStore, media.id) == Array("hello".utf8))
    }

    /// moto takes the bucket from the host name if that is one of Amazon's.
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
        let options = try S3MediaStoreOptions(
            endpoint: "http://s3.amazonaws.com:\(port)",
            region: "us-east-1",
            bucket: bucket,
            prefix: "media/",
            accessKey: server.accessKey,
            secretKey: server.secretKey,
            pathStyle: false
        )
        let mediaStore = try await S3MediaStore.open(
            options, staging: fixture.directory.path + "/staging", engine: engine)
        let media = try await mediaStore.deposit(Array("hello".utf8))
        #expect(try await server.names(in: bucket) == ["media/\(media.id)"])
        #expect(try await fixture.content(mediaStore, media.id) == Array("hello".utf8))
        #expect(try await mediaStore.find(MediaID(digest: sha256([]))) == nil)
    }

    @Test func aLargeFileComesAndGoesInPieces() async throws {
        let bucket = try await server.makeBucket()
        let mediaStore = try await fixture.open(try server.options(bucket))
        let all = bytes(20 << 20)
        let (path, media) = try fixture.stage(all, for: mediaStore)
        try await mediaStore.deposit(file: path, as: media)
        #expect(!FileManager.default.fileExists(atPath: path))

        let content = try await mediaStore.open(media.id) { 0..<$0 }
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

    /// The server sends only what is read, plus the data in the system's buffers. If the media store read ahead, the
    /// server would send everything.
    @Test func nothingComesMuchFasterThanItIsRead() async throws {
        let size = 96 << 20
        let receiver = try ScriptedReceiver(default: .largeBody(size))
        let mediaStore = try await fixture.open(try fixture.options(of: receiver))
        let id = MediaID(digest: sha256([]))
        let content = try await mediaStore.open(id) { 0..<$0 }
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
        let mediaStore = try await fixture.open(try server.options(bucket))
        let all = bytes(100_000)
        let id = try await mediaStore.deposit(all).id
        for range in [0..<1, 99_999..<100_000, 10..<10, 500..<90_000, 99_000..<200_000] as [Range<Int64>] {
            let content = try await mediaStore.open(id) { _ in range }
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
        let mediaStore = try await fixture.open(try fixture.options(of: receiver))
        let media = try await mediaStore.deposit(Array("hello".utf8))
        let (path, other) = try fixture.stage(Array("other".utf8), for: mediaStore)
        try await mediaStore.deposit(file: path, as: other)
        let puts = receiver.requests.filter { $0.method == "PUT" }
        #expect(puts.map { $0.header("x-amz-content-sha256") } == [media.id.description, other.id.description])
        #expect(puts.map(\.text) == ["hello", "other"])
        for put in puts { #expect(put.header("authorization")?.contains(";x-amz-content-sha256;") == true) }
    }

    @Test func anObjectOfAnotherSizeIsReplaced() async throws {
        let bucket = try await server.makeBucket()
        let mediaStore = try await fixture.open(try server.options(bucket))
        let (path, media) = try fixture.stage(bytes(1000), for: mediaStore)
        try await mediaStore.deposit(file: path, as: StoredMedia(id: media.id, size: 1000))
        let client = S3Client(options: try server.options(bucket), engine: server.engine)
        #expect(try await client.put(Array("broken".utf8), as: media.id).status == 200)
        #expect(try await mediaStore.find(media.id)?.size == 6)
        #expect(try await mediaStore.deposit(bytes(1000)) == media)
        #expect(try await fixture.content(mediaStore, media.id) == bytes(1000))
    }

    /// A lifecycle rule counts from the creation of an object, so the object is created again.
    @Test func whatIsOldIsRenewedWhenItIsKeptAgainOrAskedFor() async throws {
        let bucket = try await server.makeBucket()
        let mediaStore = try await fixture.open(try server.options(bucket, prefix: "a b/ç"), renewalAge: .zero)
        let media = try await mediaStore.deposit(Array("hello".utf8))
        #expect(try await mediaStore.find(media.id) == media)
        #expect(try await mediaStore.deposit(Array("hello".utf8)) == media)
        #expect(try await fixture.content(mediaStore, media.id) == Array("hello".utf8))

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
            let mediaStore = try await fixture.open(try fixture.options(of: receiver))
            #expect(try await mediaStore.find(media.id) == media)
            #expect(try await mediaStore.deposit(Array("hello".utf8)) == media)
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
        let mediaStore = try await fixture.open(try server.options(bucket))
        let media = try await mediaStore.deposit(Array("hello".utf8))
        #expect(try await mediaStore.sweep(before: SystemClock().wall + .seconds(1_000_000)) == 0)
        #expect(try await mediaStore.find(media.id) == media)
    }
}
