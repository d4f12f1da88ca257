import Foundation
import RelayCore
import RelayTesting
import Testing

@testable import RelayMedia

/// The results of a download: success, and each kind of failure.
@Suite struct MediaFileFetchTests {
    private static let direct = "/v/t62.7118-24/x.enc?ccb=1&oe=1"
    private static let address = "https://mmg.whatsapp.net" + direct

    private let sealed = WhatsAppMediaEncryptor.seal(bytes(5000), as: .audio, key: bytes(32, seed: 3))

    private var reference: RawMediaReference { sealed.reference(directPath: Self.direct) }

    // MARK: Success

    @Test func anEncryptedFileIsFetchedDecryptedAndKept() async throws {
        let fixture = try await MediaServiceFixture()
        fixture.transport.serve(.file(sealed.encrypted), at: Self.address)
        let media = try await fixture.fetch(reference)
        #expect(media == sealed.media)
        #expect(try await fixture.content(media) == sealed.plain)
        #expect(fixture.transport.requests.first?.header("Accept-Encoding") == "identity")
        #expect(fixture.drafts.isEmpty)
    }

    @Test func aWrongKindAndAPlainNewsletterAreTaken() async throws {
        let fixture = try await MediaServiceFixture()
        var reference = reference
        reference.kind = .document
        fixture.transport.script([.file(sealed.encrypted)])
        #expect(try await fixture.fetch(reference) == sealed.media)

        let plain = WhatsAppMediaEncryptor.seal(bytes(777))
        fixture.transport.script([.file(plain.plain)])
        #expect(try await fixture.fetch(plain.reference(directPath: "/n")) == plain.media)
    }

    @Test func anEmptyFileAndOneLargerThanAnyBufferAreKept() async throws {
        let fixture = try await MediaServiceFixture()
        for size in [0, 700_000] {
            let sealed = WhatsAppMediaEncryptor.seal(bytes(size))
            fixture.transport.script([.file(sealed.encrypted)])
            let media = try await fixture.fetch(sealed.reference(directPath: "/\(size)"))
            #expect(media == sealed.media)
            #expect(try await fixture.content(media) == sealed.plain)
        }
        #expect(fixture.drafts.isEmpty)
    }

    @Test func whatIsKeptUnderItsHashIsNotFetchedAgain() async throws {
        let fixture = try await MediaServiceFixture()
        let media = try await fixture.mediaStore.deposit(sealed.plain)
        #expect(try await fixture.fetch(reference) == media)
        #expect(fixture.transport.requests.isEmpty)
    }

    @Test func aFileThatCameInTheDocumentIsThere() async throws {
        let fixture = try await MediaServiceFixture()
        let media = try await fixture.mediaStore.deposit(bytes(10))
        #expect(try await fixture.fetch(RawMediaReference(kind: .image, locations: [.stored(media.id)])) == media)
        let gone = RawMediaReference(kind: .image, locations: [.stored(MediaID(digest: 0..<32))])
        #expect(await fixture.failure(gone)?.code == .notStored)
    }

    @Test func aPlainFileComesFromBelowTheBaseURL() async throws {
        let options = MediaSourceOptions(
            baseURL: "http://gowa:3000/api/", headers: [.init(name: "Authorization", value: "Basic secret")])
        let fixture = try await MediaServiceFixture(options: options)
        fixture.transport.serve(.file(bytes(100)), at: "http://gowa:3000/api/statics/media/a.jpg")
        let media = try await fixture.fetch(.gateway("statics/media/a.jpg"))
        #expect(try await fixture.content(media) == bytes(100))
        #expect(try await fixture.fetch(.gateway("/statics/media/a.jpg")) == media)
        #expect(fixture.transport.requests.allSatisfy { $0.header("Authorization") == "Basic secret" })
    }

    @Test func theSessionIsPutIntoTheBaseURL() async throws {
        let fixture = try await MediaServiceFixture(options: .init(baseURL: "http://gw/{session}/files"))
        fixture.transport.serve(.file(bytes(10)), at: "http://gw/main/files/a")
        _ = try await fixture.fetch(.gateway("a"))
    }

    @Test func theNextPlaceServesWhenTheFirstDoesNot() async throws {
        let fixture = try await MediaServiceFixture(options: .init(baseURL: "http://gowa:3000"))
        var reference = reference
        reference.locations = [
            .stored(MediaID(digest: 0..<32)), .gateway(url: "statics/a"), reference.locations[0],
        ]
        fixture.transport.serve(.file(sealed.encrypted), at: Self.address)
        #expect(try await fixture.fetch(reference) == sealed.media)
        #expect(fixture.transport.urls == ["http://gowa:3000/statics/a", Self.address])
    }

    /// The stored file of a gateway that converts files differs from the one in the message.
    @Test func aCopyThatIsAnotherFileIsPassedOver() async throws {
        let fixture = try await MediaServiceFixture(options: .init(baseURL: "http://gowa:3000"))
        var reference = reference
        reference.locations.insert(.gateway(url: "a.mp3"), at: 0)
        fixture.transport.serve(.file(bytes(99)), at: "http://gowa:3000/a.mp3")
        fixture.transport.serve(.file(sealed.encrypted), at: Self.address)
        #expect(try await fixture.fetch(reference) == sealed.media)
        #expect(fixture.kept == ["\(sealed.media.id)"])
    }

    @Test func theURLServesWhereTheDirectPathDoesNot() async throws {
        let fixture = try await MediaServiceFixture()
        let other = "https://media-gru1-1.cdn.whatsapp.net/v/x.enc?oe=1"
        fixture.transport.serve(.file(sealed.encrypted), at: other)
        #expect(try await fixture.fetch(sealed.reference(url: other, directPath: Self.direct)) == sealed.media)
        #expect(fixture.transport.urls == [Self.address, other])

        // The same file on the same server is requested once.
        let same = sealed.reference(url: Self.address + "&mms3=true", directPath: Self.direct)
        _ = try await fixture.mediaStore.sweep(before: fixture.clock.wall + .seconds(1))
        #expect(await fixture.failure(same)?.code == .gone)
        #expect(fixture.transport.urls.count == 3)
    }

    // MARK: Meta

    private static let graph = MediaSourceOptions.metaGraph

    private func cloud(sha256: [UInt8]? = nil) -> RawMediaReference {
        RawMediaReference(kind: .image, locations: [.cloud(id: "1234", url: nil)], fileSHA256: sha256)
    }

    private func lookup(_ url: String, _ more: String = "") -> ScriptedTransport.Answer {
        .file(Array(#"{"url":"\#(url)","mime_type":"image/jpeg","id":"1234"\#(more)}"#.utf8))
    }

    @Test func aCloudFileIsLookedUpAndFetchedWithTheToken() async throws {
        let fixture = try await MediaServiceFixture(options: .init(token: "EAAx"))
        let file = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"
        let hex = MediaID(digest: sha256(bytes(100))).description
        fixture.transport.serve(lookup(file, #","file_size":100,"sha256":"\#(hex)""#), at: Self.graph + "/1234")
        fixture.transport.serve(.file(bytes(100)), at: file)
        let media = try await fixture.fetch(cloud())
        #expect(try await fixture.content(media) == bytes(100))
        #expect(fixture.transport.urls == [Self.graph + "/1234", file])
        #expect(fixture.transport.requests.allSatisfy { $0.header("Authorization") == "Bearer EAAx" })
    }

    @Test func theTokenIsShownToMetasServersOnly() async throws {
        let fixture = try await MediaServiceFixture(options: .init(token: "EAAx"))
        let file = "https://scontent.xx.fbcdn.net/v/1"
        fixture.transport.script([lookup(file), .file(bytes(1))])
        _ = try await fixture.fetch(cloud())
        #expect(fixture.transport.requests.map { $0.header("Authorization") } == ["Bearer EAAx", nil])

        fixture.transport.script([lookup("https://evil.example.com/a")])
        #expect(await fixture.failure(cloud())?.code == .notAllowed)
        fixture.transport.script([lookup("http://lookaside.fbsbx.com/a")])
        #expect(await fixture.failure(cloud())?.code == .notAllowed)
        #expect(fixture.transport.requests.count == 4)
    }

    @Test func aCloudFileIsCheckedAgainstTheLookup() async throws {
        let fixture = try await MediaServiceFixture(options: .init(token: "EAAx"))
        let file = "https://lookaside.fbsbx.com/a"
        fixture.transport.serve(
            lookup(file, #","sha256":"\#(Base64.encode(sha256(bytes(9))))""#), at: Self.graph + "/1234")
        fixture.transport.serve(.file(bytes(8)), at: file)
        #expect(await fixture.failure(cloud())?.code == .hashMismatch)

        fixture.transport.serve(lookup(file, #","file_size":"1001""#), at: Self.graph + "/1234")
        fixture.transport.serve(lookup(file, #","file_size":1001"#), at: Self.graph + "/1234")
        let requests = fixture.transport.requests.count
        #expect(await fixture.failure(cloud(), limits: MediaFetchLimits(maxSize: 1000))?.code == .tooLarge)
        #expect(fixture.transport.requests.count == requests + 1)
    }

    @Test(arguments: ["", "[]", "{}", #"{"url":7}"#, "<html>"])
    func aLookupThatIsNoneIsRefused(_ answer: String) async throws {
        let fixture = try await MediaServiceFixture(options: .init(token: "EAAx"))
        fixture.transport.script([.file(Array(answer.utf8))])
        #expect(await fixture.failure(cloud())?.code == .refused)
    }

    @Test func aCloudFileNeedsAToken() async throws {
        let fixture = try await MediaServiceFixture()
        let failure = await fixture.failure(cloud())
        #expect(failure?.code == .refused)
        #expect(failure?.message.contains("media.token") == true)
        #expect(fixture.transport.requests.isEmpty)
    }

    // MARK: Reasons

    @Test(
        arguments: [
            (400, .refused), (401, .refused), (403, .gone), (404, .gone), (410, .gone), (416, .refused),
            (204, .refused),
            (206, .refused), (300, .refused), (304, .refused),
        ] as [(Int, MediaError.Code)])
    func aFinalStatusIsReportedAndNotTriedAgain(_ status: Int, _ code: MediaError.Code) async throws {
        let fixture = try await MediaServiceFixture()
        fixture.transport.serve(.status(status), at: Self.address)
        let failure = await fixture.failure(reference)
        #expect(failure?.code == code)
        #expect(failure?.message.contains("mmg.whatsapp.net") == true)
        #expect(failure?.message.contains("oe=") == false)
        #expect(fixture.transport.requests.count == 1)
    }

    @Test func aRefusedTokenIsSaidSo() async throws {
        let fixture = try await MediaServiceFixture(options: .init(token: "EAAx"))
        fixture.transport.script([.status(401)])
        let failure = await fixture.failure(cloud())
        #expect(failure?.message.contains("check media.token of the source gw") == true)
        #expect(failure?.message.contains("EAAx") == false)
    }

    @Test func aCompressedAnswerIsRefused() async throws {
        let fixture = try await MediaServiceFixture()
        fixture.transport.serve(.file(sealed.encrypted, headers: [("content-encoding", "gzip")]), at: Self.address)
        let failure = await fixture.failure(reference)
        #expect(failure?.code == .refused)
        #expect(failure?.message.contains("compressed") == true)
        fixture.transport.serve(.file(sealed.encrypted, headers: [("content-encoding", "Identity")]), at: Self.address)
        #expect(try await fixture.fetch(reference) == sealed.media)
    }

    @Test func aFileThatIsTooLargeIsNotReadFurther() async throws {
        let fixture = try await MediaServiceFixture()
        let limits = MediaFetchLimits(maxSize: 3000)
        let length = [("content-length", "\(sealed.encrypted.count)")]
        fixture.transport.serve(.file(sealed.encrypted, headers: length), at: Self.address)
        #expect(await fixture.failure(reference, limits: limits)?.code == .tooLarge)
        #expect(fixture.transport.taken == 0, "its length said so")

        fixture.transport.serve(.file(sealed.encrypted), at: Self.address)
        #expect(await fixture.failure(reference, limits: limits)?.code == .tooLarge)
        #expect(fixture.transport.taken == 4, "of pieces of 1000 bytes, the one that was too much is the last")

        // The limit is exact: a file of this size is accepted.
        #expect(try await fixture.fetch(reference, limits: MediaFetchLimits(maxSize: 5000)) == sealed.media)
        _ = try await fixture.mediaStore.sweep(before: fixture.clock.wall + .seconds(1))
        #expect(await fixture.failure(reference, limits: MediaFetchLimits(maxSize: 4999))?.code == .tooLarge)
        #expect(fixture.kept.isEmpty)
        #expect(fixture.drafts.isEmpty)
    }

    @Test func aFileThatIsNotWhatWasSentIsDownloadedOnceMore() async throws {
        let fixture = try await MediaServiceFixture()
        var changed = sealed.encrypted
        changed[17] ^= 1
        fixture.transport.script([.file(changed), .file(sealed.encrypted)])
        #expect(try await fixture.fetch(reference) == sealed.media)
        #expect(fixture.transport.requests.count == 2)
    }

    @Test func afterOneMoreItIsFinal() async throws {
        var changed = sealed.encrypted
        changed[17] ^= 1
        var unnamed = reference
        unnamed.encryptedSHA256 = nil
        var other = unnamed
        other.fileSHA256 = sha256([1])
        let cases: [(RawMediaReference, [UInt8], MediaError.Code)] = [
            (reference, changed, .encryptedHashMismatch), (unnamed, changed, .macMismatch),
            (reference, Array(sealed.encrypted.dropLast()), .badLength), (reference, [], .badLength),
            (other, sealed.encrypted, .hashMismatch),
        ]
        for (reference, bytes, code) in cases {
            let fixture = try await MediaServiceFixture()
            fixture.transport.serve(.file(bytes), at: Self.address)
            #expect(await fixture.failure(reference, limits: MediaFetchLimits(attempts: 9))?.code == code)
            #expect(fixture.transport.requests.count == 2, "\(code)")
            #expect(fixture.kept.isEmpty)
            #expect(fixture.drafts.isEmpty)
        }
    }

    @Test func wrongPaddingIsTheSendersAndFinal() async throws {
        let fixture = try await MediaServiceFixture()
        let sealed = WhatsAppMediaEncryptor.seal(bytes(14), padding: [9, 9])
        fixture.transport.serve(.file(sealed.encrypted), at: Self.address)
        #expect(await fixture.failure(sealed.reference(directPath: Self.direct))?.code == .badPadding)
        #expect(fixture.transport.requests.count == 1)
    }

    @Test func aFileThatIsLargerThanTheQuotaIsTooLarge() async throws {
        let fixture = try await MediaServiceFixture(quota: 100)
        let length = [("content-length", "\(sealed.encrypted.count)")]
        for (headers, taken) in [(length, 0), ([], 1)] {
            fixture.transport.serve(.file(sealed.encrypted, headers: headers), at: Self.address)
            let failure = await fixture.failure(reference)
            #expect(failure?.code == .tooLarge)
            #expect(failure?.message == "the file has more than the 100 bytes that media.quota allows")
            #expect(failure?.isRetryable == false, "no room can ever be made for it")
            #expect(fixture.transport.taken == taken, "pieces of 1000 bytes; nothing is read that cannot be stored")
        }
        #expect(fixture.transport.requests.count == 2)
        // 101 bytes have the same encrypted size as 100.
        let larger = WhatsAppMediaEncryptor.seal(bytes(101))
        fixture.transport.serve(.file(larger.encrypted), at: Self.address)
        let failure = await fixture.failure(larger.reference(directPath: Self.direct))
        #expect(failure?.message == "the file has more than the 100 bytes that media.quota allows")
        #expect(fixture.drafts.isEmpty)
    }

    @Test func ofSeveralPlacesTheBestOneSaysWhy() async throws {
        let fixture = try await MediaServiceFixture()
        var reference = reference
        reference.locations = [
            .stored(MediaID(digest: 0..<32)), .gateway(url: "http://elsewhere/a"), reference.locations[0],
        ]
        let failure = await fixture.failure(reference)
        #expect(failure?.code == .notAllowed)
        #expect(failure?.message.contains("elsewhere") == true)
        #expect(failure?.message.contains("mmg.whatsapp.net:443 answered 404") == true)
    }

    @Test func aMessageWithoutAPlaceIsIncomplete() async throws {
        let fixture = try await MediaServiceFixture()
        #expect(await fixture.failure(RawMediaReference(kind: .image, locations: []))?.code == .incomplete)
        let failure = await fixture.failure(.gateway("statics/a"))
        #expect(failure?.code == .incomplete)
        #expect(failure?.message.contains("media.base_url") == true)
    }
}
