import Foundation
import RelayCore
import RelayTesting
import Testing

@testable import RelayMedia

/// What comes of a fetch: the good ways, and each reason.
@Suite struct FetchTests {
    private static let direct = "/v/t62.7118-24/x.enc?ccb=1&oe=1"
    private static let address = "https://mmg.whatsapp.net" + direct

    private let sealed = MediaSealer.seal(bytes(5000), as: .audio, key: bytes(32, seed: 3))

    private var reference: RawMedia { sealed.reference(directPath: Self.direct) }

    // MARK: Good ways

    @Test func anEncryptedFileIsFetchedDecryptedAndKept() async throws {
        let trial = try await FetchTrial()
        trial.transport.serve(.file(sealed.encrypted), at: Self.address)
        let media = try await trial.fetch(reference)
        #expect(media == sealed.media)
        #expect(try await trial.content(media) == sealed.plain)
        #expect(trial.transport.requests.first?.header("Accept-Encoding") == "identity")
        #expect(trial.drafts.isEmpty)
    }

    @Test func aWrongKindAndAPlainNewsletterAreTaken() async throws {
        let trial = try await FetchTrial()
        var reference = reference
        reference.kind = .document
        trial.transport.script([.file(sealed.encrypted)])
        #expect(try await trial.fetch(reference) == sealed.media)

        let plain = MediaSealer.seal(bytes(777))
        trial.transport.script([.file(plain.plain)])
        #expect(try await trial.fetch(plain.reference(directPath: "/n")) == plain.media)
    }

    @Test func anEmptyFileAndOneLargerThanAnyBufferAreKept() async throws {
        let trial = try await FetchTrial()
        for size in [0, 700_000] {
            let sealed = MediaSealer.seal(bytes(size))
            trial.transport.script([.file(sealed.encrypted)])
            let media = try await trial.fetch(sealed.reference(directPath: "/\(size)"))
            #expect(media == sealed.media)
            #expect(try await trial.content(media) == sealed.plain)
        }
        #expect(trial.drafts.isEmpty)
    }

    @Test func whatIsKeptUnderItsHashIsNotFetchedAgain() async throws {
        let trial = try await FetchTrial()
        let media = try await trial.depot.deposit(sealed.plain)
        #expect(try await trial.fetch(reference) == media)
        #expect(trial.transport.requests.isEmpty)
    }

    @Test func aFileThatCameInTheDocumentIsThere() async throws {
        let trial = try await FetchTrial()
        let media = try await trial.depot.deposit(bytes(10))
        #expect(try await trial.fetch(RawMedia(kind: .image, locations: [.stored(media.id)])) == media)
        let gone = RawMedia(kind: .image, locations: [.stored(MediaID(digest: 0..<32))])
        #expect(await trial.failure(gone)?.reason == .notStored)
    }

    @Test func aPlainFileComesFromBelowTheBaseURL() async throws {
        let options = MediaSourceOptions(
            baseURL: "http://gowa:3000/api/", headers: [.init(name: "Authorization", value: "Basic secret")])
        let trial = try await FetchTrial(options: options)
        trial.transport.serve(.file(bytes(100)), at: "http://gowa:3000/api/statics/media/a.jpg")
        let media = try await trial.fetch(.gateway("statics/media/a.jpg"))
        #expect(try await trial.content(media) == bytes(100))
        #expect(try await trial.fetch(.gateway("/statics/media/a.jpg")) == media)
        #expect(trial.transport.requests.allSatisfy { $0.header("Authorization") == "Basic secret" })
    }

    @Test func theSessionIsPutIntoTheBaseURL() async throws {
        let trial = try await FetchTrial(options: .init(baseURL: "http://gw/{session}/files"))
        trial.transport.serve(.file(bytes(10)), at: "http://gw/main/files/a")
        _ = try await trial.fetch(.gateway("a"))
    }

    @Test func theNextPlaceServesWhenTheFirstDoesNot() async throws {
        let trial = try await FetchTrial(options: .init(baseURL: "http://gowa:3000"))
        var reference = reference
        reference.locations = [
            .stored(MediaID(digest: 0..<32)), .gateway(url: "statics/a"), reference.locations[0],
        ]
        trial.transport.serve(.file(sealed.encrypted), at: Self.address)
        #expect(try await trial.fetch(reference) == sealed.media)
        #expect(trial.transport.urls == ["http://gowa:3000/statics/a", Self.address])
    }

    /// A gateway that converts what it keeps has another file than the message names.
    @Test func aCopyThatIsAnotherFileIsPassedOver() async throws {
        let trial = try await FetchTrial(options: .init(baseURL: "http://gowa:3000"))
        var reference = reference
        reference.locations.insert(.gateway(url: "a.mp3"), at: 0)
        trial.transport.serve(.file(bytes(99)), at: "http://gowa:3000/a.mp3")
        trial.transport.serve(.file(sealed.encrypted), at: Self.address)
        #expect(try await trial.fetch(reference) == sealed.media)
        #expect(trial.kept == ["\(sealed.media.id)"])
    }

    @Test func theURLServesWhereTheDirectPathDoesNot() async throws {
        let trial = try await FetchTrial()
        let other = "https://media-gru1-1.cdn.whatsapp.net/v/x.enc?oe=1"
        trial.transport.serve(.file(sealed.encrypted), at: other)
        #expect(try await trial.fetch(sealed.reference(url: other, directPath: Self.direct)) == sealed.media)
        #expect(trial.transport.urls == [Self.address, other])

        // The same file at the same server is asked for once.
        let same = sealed.reference(url: Self.address + "&mms3=true", directPath: Self.direct)
        _ = try await trial.depot.sweep(before: trial.clock.wall + .seconds(1))
        #expect(await trial.failure(same)?.reason == .gone)
        #expect(trial.transport.urls.count == 3)
    }

    // MARK: Meta

    private static let graph = MediaSourceOptions.metaGraph

    private func cloud(sha256: [UInt8]? = nil) -> RawMedia {
        RawMedia(kind: .image, locations: [.cloud(id: "1234", url: nil)], fileSHA256: sha256)
    }

    private func lookup(_ url: String, _ more: String = "") -> ScriptedTransport.Answer {
        .file(Array(#"{"url":"\#(url)","mime_type":"image/jpeg","id":"1234"\#(more)}"#.utf8))
    }

    @Test func aCloudFileIsLookedUpAndFetchedWithTheToken() async throws {
        let trial = try await FetchTrial(options: .init(token: "EAAx"))
        let file = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"
        let hex = MediaID(digest: sha256(bytes(100))).description
        trial.transport.serve(lookup(file, #","file_size":100,"sha256":"\#(hex)""#), at: Self.graph + "/1234")
        trial.transport.serve(.file(bytes(100)), at: file)
        let media = try await trial.fetch(cloud())
        #expect(try await trial.content(media) == bytes(100))
        #expect(trial.transport.urls == [Self.graph + "/1234", file])
        #expect(trial.transport.requests.allSatisfy { $0.header("Authorization") == "Bearer EAAx" })
    }

    @Test func theTokenIsShownToMetasServersOnly() async throws {
        let trial = try await FetchTrial(options: .init(token: "EAAx"))
        let file = "https://scontent.xx.fbcdn.net/v/1"
        trial.transport.script([lookup(file), .file(bytes(1))])
        _ = try await trial.fetch(cloud())
        #expect(trial.transport.requests.map { $0.header("Authorization") } == ["Bearer EAAx", nil])

        trial.transport.script([lookup("https://evil.example.com/a")])
        #expect(await trial.failure(cloud())?.reason == .notAllowed)
        trial.transport.script([lookup("http://lookaside.fbsbx.com/a")])
        #expect(await trial.failure(cloud())?.reason == .notAllowed)
        #expect(trial.transport.requests.count == 4)
    }

    @Test func aCloudFileIsCheckedAgainstTheLookup() async throws {
        let trial = try await FetchTrial(options: .init(token: "EAAx"))
        let file = "https://lookaside.fbsbx.com/a"
        trial.transport.serve(
            lookup(file, #","sha256":"\#(Base64.encode(sha256(bytes(9))))""#), at: Self.graph + "/1234")
        trial.transport.serve(.file(bytes(8)), at: file)
        #expect(await trial.failure(cloud())?.reason == .hashMismatch)

        trial.transport.serve(lookup(file, #","file_size":"1001""#), at: Self.graph + "/1234")
        trial.transport.serve(lookup(file, #","file_size":1001"#), at: Self.graph + "/1234")
        let requests = trial.transport.requests.count
        #expect(await trial.failure(cloud(), limits: MediaLimits(maxSize: 1000))?.reason == .tooLarge)
        #expect(trial.transport.requests.count == requests + 1)
    }

    @Test(arguments: ["", "[]", "{}", #"{"url":7}"#, "<html>"])
    func aLookupThatIsNoneIsRefused(_ answer: String) async throws {
        let trial = try await FetchTrial(options: .init(token: "EAAx"))
        trial.transport.script([.file(Array(answer.utf8))])
        #expect(await trial.failure(cloud())?.reason == .refused)
    }

    @Test func aCloudFileNeedsAToken() async throws {
        let trial = try await FetchTrial()
        let failure = await trial.failure(cloud())
        #expect(failure?.reason == .refused)
        #expect(failure?.message.contains("media.token") == true)
        #expect(trial.transport.requests.isEmpty)
    }

    // MARK: Reasons

    @Test(
        arguments: [
            (400, .refused), (401, .refused), (403, .gone), (404, .gone), (410, .gone), (416, .refused),
            (204, .refused),
            (206, .refused), (300, .refused), (304, .refused),
        ] as [(Int, MediaError.Reason)])
    func aFinalStatusIsToldAndNotTriedAgain(_ status: Int, _ reason: MediaError.Reason) async throws {
        let trial = try await FetchTrial()
        trial.transport.serve(.status(status), at: Self.address)
        let failure = await trial.failure(reference)
        #expect(failure?.reason == reason)
        #expect(failure?.message.contains("mmg.whatsapp.net") == true)
        #expect(failure?.message.contains("oe=") == false)
        #expect(trial.transport.requests.count == 1)
    }

    @Test func aRefusedTokenIsSaidSo() async throws {
        let trial = try await FetchTrial(options: .init(token: "EAAx"))
        trial.transport.script([.status(401)])
        let failure = await trial.failure(cloud())
        #expect(failure?.message.contains("check media.token of the source gw") == true)
        #expect(failure?.message.contains("EAAx") == false)
    }

    @Test func aCompressedAnswerIsRefused() async throws {
        let trial = try await FetchTrial()
        trial.transport.serve(.file(sealed.encrypted, headers: [("content-encoding", "gzip")]), at: Self.address)
        let failure = await trial.failure(reference)
        #expect(failure?.reason == .refused)
        #expect(failure?.message.contains("compressed") == true)
        trial.transport.serve(.file(sealed.encrypted, headers: [("content-encoding", "Identity")]), at: Self.address)
        #expect(try await trial.fetch(reference) == sealed.media)
    }

    @Test func aFileThatIsTooLargeIsNotReadFurther() async throws {
        let trial = try await FetchTrial()
        let limits = MediaLimits(maxSize: 3000)
        let length = [("content-length", "\(sealed.encrypted.count)")]
        trial.transport.serve(.file(sealed.encrypted, headers: length), at: Self.address)
        #expect(await trial.failure(reference, limits: limits)?.reason == .tooLarge)
        #expect(trial.transport.taken == 0, "its length said so")

        trial.transport.serve(.file(sealed.encrypted), at: Self.address)
        #expect(await trial.failure(reference, limits: limits)?.reason == .tooLarge)
        #expect(trial.transport.taken == 4, "of pieces of 1000 bytes, the one that was too much is the last")

        // To the byte: what fits is taken.
        #expect(try await trial.fetch(reference, limits: MediaLimits(maxSize: 5000)) == sealed.media)
        _ = try await trial.depot.sweep(before: trial.clock.wall + .seconds(1))
        #expect(await trial.failure(reference, limits: MediaLimits(maxSize: 4999))?.reason == .tooLarge)
        #expect(trial.kept.isEmpty)
        #expect(trial.drafts.isEmpty)
    }

    @Test func aFileThatIsNotWhatWasSentIsDownloadedOnceMore() async throws {
        let trial = try await FetchTrial()
        var changed = sealed.encrypted
        changed[17] ^= 1
        trial.transport.script([.file(changed), .file(sealed.encrypted)])
        #expect(try await trial.fetch(reference) == sealed.media)
        #expect(trial.transport.requests.count == 2)
    }

    @Test func afterOneMoreItIsFinal() async throws {
        var changed = sealed.encrypted
        changed[17] ^= 1
        var unnamed = reference
        unnamed.encryptedSHA256 = nil
        var other = unnamed
        other.fileSHA256 = sha256([1])
        let cases: [(RawMedia, [UInt8], MediaError.Reason)] = [
            (reference, changed, .encryptedHashMismatch), (unnamed, changed, .macMismatch),
            (reference, Array(sealed.encrypted.dropLast()), .badLength), (reference, [], .badLength),
            (other, sealed.encrypted, .hashMismatch),
        ]
        for (reference, bytes, reason) in cases {
            let trial = try await FetchTrial()
            trial.transport.serve(.file(bytes), at: Self.address)
            #expect(await trial.failure(reference, limits: MediaLimits(attempts: 9))?.reason == reason)
            #expect(trial.transport.requests.count == 2, "\(reason)")
            #expect(trial.kept.isEmpty)
            #expect(trial.drafts.isEmpty)
        }
    }

    @Test func wrongPaddingIsTheSendersAndFinal() async throws {
        let trial = try await FetchTrial()
        let sealed = MediaSealer.seal(bytes(14), padding: [9, 9])
        trial.transport.serve(.file(sealed.encrypted), at: Self.address)
        #expect(await trial.failure(sealed.reference(directPath: Self.direct))?.reason == .badPadding)
        #expect(trial.transport.requests.count == 1)
    }

    @Test func storageThatIsFullEndsTheFetch() async throws {
        let trial = try await FetchTrial(quota: 100)
        trial.transport.serve(.file(sealed.encrypted), at: Self.address)
        let failure = await trial.failure(reference)
        #expect(failure?.reason == .storageFull)
        #expect(failure?.isRetryable == true)
        #expect(trial.transport.requests.count == 1)
        #expect(trial.drafts.isEmpty)
    }

    @Test func ofSeveralPlacesTheBestOneSaysWhy() async throws {
        let trial = try await FetchTrial()
        var reference = reference
        reference.locations = [
            .stored(MediaID(digest: 0..<32)), .gateway(url: "http://elsewhere/a"), reference.locations[0],
        ]
        let failure = await trial.failure(reference)
        #expect(failure?.reason == .notAllowed)
        #expect(failure?.message.contains("elsewhere") == true)
        #expect(failure?.message.contains("mmg.whatsapp.net:443 answered 404") == true)
    }

    @Test func aMessageWithoutAPlaceIsIncomplete() async throws {
        let trial = try await FetchTrial()
        #expect(await trial.failure(RawMedia(kind: .image, locations: []))?.reason == .incomplete)
        let failure = await trial.failure(.gateway("statics/a"))
        #expect(failure?.reason == .incomplete)
        #expect(failure?.message.contains("media.base_url") == true)
    }
}
