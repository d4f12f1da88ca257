import RelayCore
import RelayJSON
import RelayTesting
import Testing

@testable import RelayMedia

/// The two addresses of a file on WhatsApp's servers: their queries are signatures.
@Suite(.limitedConcurrency) struct WhatsAppAddressTests {
    private let server: TestMediaServer
    private let sealed = WhatsAppMediaEncryptor.seal(bytes(5000))

    init() throws {
        server = try TestMediaServer()
    }

    private func open() async throws -> LoopbackMediaFixture {
        try await LoopbackMediaFixture(options: MediaSourceOptions(whatsAppURL: server.url))
    }

    /// What a server of WhatsApp does: it serves the signed address that has not expired, and no other.
    @Test(arguments: [
        ("/v/x.enc", "/v/x.enc?oh=s&oe=693F0B70"), ("/v/x.enc?oh=old&oe=600F0B70", "/v/x.enc?oh=s&oe=693F0B70"),
        ("/v/x.enc?oh=s&oe=693F0B70", "/v/x.enc?oh=old&oe=600F0B70"), ("/v/x.enc?oh=s&oe=693F0B70", "/v/x.enc"),
    ])
    func theAddressWithTheLaterExpiryServes(_ directPath: String, _ url: String) async throws {
        server.serve(.status(403), at: directPath)
        server.serve(.status(403), at: url)
        server.serve(.file(sealed.encrypted), at: "/v/x.enc?oh=s&oe=693F0B70")
        let fixture = try await open()
        let reference = sealed.reference(url: server.url + url, directPath: directPath)
        #expect(try await fixture.fetch(reference) == sealed.media)
        #expect(server.requests.map(\.path) == ["/v/x.enc?oh=s&oe=693F0B70"], "the later one is asked first")
    }

    @Test func theOtherAddressIsTriedWhenTheFirstIsRefused() async throws {
        server.serve(.status(403), at: "/v/x.enc?oh=new&oe=693F0B70")
        server.serve(.file(sealed.encrypted), at: "/v/x.enc?oh=s&oe=692F0B70")
        let fixture = try await open()
        let reference = sealed.reference(
            url: server.url + "/v/x.enc?oh=s&oe=692F0B70", directPath: "/v/x.enc?oh=new&oe=693F0B70")
        #expect(try await fixture.fetch(reference) == sealed.media)
        #expect(server.requests.count == 2)
    }

    @Test func theSameAddressIsAskedOnce() async throws {
        let fixture = try await open()
        let reference = sealed.reference(
            url: server.url + "/v/x.enc?oe=693F0B70&oh=s&mms3=true", directPath: "/v/x.enc?oh=s&oe=693F0B70")
        #expect(await failure { _ = try await fixture.fetch(reference) }?.code == .gone)
        #expect(server.requests.count == 1)
    }

    // MARK: Channels

    private func channelFile(_ plain: [UInt8]) throws -> RawMediaReference {
        let json: JSON = [
            "mediaType": "image", "url": .string(server.url + "/m1/v/t24/x?oe=693F0B70"), "directPath": .null,
            "mediaKey": .null, "fileEncSha256": .null, "fileSha256": .string(Base64.encode(sha256(plain))),
        ]
        return try RawMediaReference(json)
    }

    @Test func aFileOfAChannelIsFetchedAsItIs() async throws {
        let plain = bytes(3000)
        server.serve(.file(plain), at: "/m1/v/t24/x?oe=693F0B70")
        let fixture = try await open()
        #expect(try await fixture.content(fixture.fetch(channelFile(plain))) == plain)
    }

    @Test func aFileOfAChannelIsChecked() async throws {
        server.serve(.file(bytes(3001)), at: "/m1/v/t24/x?oe=693F0B70")
        let fixture = try await open()
        let failure = await failure { _ = try await fixture.fetch(channelFile(bytes(3000))) }
        #expect(failure?.code == .hashMismatch)
    }

    /// A gateway that withholds the key leaves the hash of the encrypted file.
    @Test func anEncryptedFileWithoutItsKeyIsNotTakenForAPlainOne() throws {
        let json: JSON = [
            "mediaType": "image", "url": "https://mmg.whatsapp.net/x",
            "fileEncSha256": .string(Base64.encode(bytes(32))),
            "fileSha256": .string(Base64.encode(bytes(32))),
        ]
        #expect(throws: MediaError.self) { try RawMediaReference(json) }
        #expect(throws: MediaError.self) {
            try RawMediaReference(["mediaType": "image", "url": "https://mmg.whatsapp.net/x"])
        }
    }

    @Test func aStickerPackHasKeysOfItsOwn() async throws {
        let pack = WhatsAppMediaEncryptor.seal(bytes(4000), as: .stickerPack)
        server.serve(.file(pack.encrypted), at: "/v/pack.enc")
        let fixture = try await open()
        #expect(try await fixture.fetch(pack.reference(directPath: "/v/pack.enc")) == pack.media)
    }
}
