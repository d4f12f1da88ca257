import RelayCore
import RelayTesting
import Testing

@testable import RelayMedia

/// The copies of files that gateways keep, as their servers hand them out.
@Suite(.limitedConcurrency) struct GatewayFileTests {
    private let server: TestMediaServer
    private let sealed = WhatsAppMediaEncryptor.seal(bytes(5000), as: .audio)
    private let file = Array("OggS\0, not really".utf8)

    init() throws {
        server = try TestMediaServer()
    }

    private func open(base: String? = nil, hosts: [String] = []) async throws -> LoopbackMediaFixture {
        try await LoopbackMediaFixture(
            options: MediaSourceOptions(
                baseURL: base ?? server.url, hosts: hosts, headers: [.init(name: "X-Api-Key", value: "badge")],
                whatsAppURL: server.url))
    }

    // MARK: URLs

    @Test(arguments: [
        ("/files/AC1.ogg; codecs=opus", "/files/AC1.ogg;%20codecs=opus"),
        ("/files/Relatório final.pdf", "/files/Relat%C3%B3rio%20final.pdf"),
        ("files/a b/c  d.pdf", "/files/a%20b/c%20%20d.pdf"), (" /files/a.pdf ", "/files/a.pdf"),
        ("/files/a%20b.pdf", "/files/a%20b.pdf"), ("/files/100%.pdf", "/files/100%25.pdf"),
        ("/files/a\tb.pdf", "/files/a%09b.pdf"), ("\n/files/a\r\nX: y.pdf\u{7F}", "/files/a%0D%0AX:%20y.pdf"),
        ("/files/[1] {2} \"3\".pdf?name=a b", "/files/%5B1%5D%20%7B2%7D%20%223%22.pdf?name=a%20b"),
    ])
    func charactersThatAURLMayNotHaveAreEncoded(_ path: String, _ sent: String) async throws {
        server.serve(.file(file), at: sent)
        let fixture = try await open()
        #expect(try await fixture.content(fixture.fetch(.gateway(path))) == file)
        let absolute =
            path.hasPrefix("/") ? server.url + path : server.url + "/" + path.drop { $0 == " " || $0 == "\n" }
        #expect(
            try await fixture.content(fixture.fetch(.gateway(absolute.replacing("//files", with: "/files")))) == file)
        #expect(server.requests.map(\.path) == [sent, sent])
    }

    @Test(arguments: [
        "http://127.0.0.1 /a", "http:// 127.0.0.1/a", "http://127.0.0.1\u{0}/a", "http://127.0.0.1\r\nX: y/a",
    ])
    func aURLWhoseHostIsInDoubtIsRefused(_ url: String) async throws {
        let fixture = try await open()
        #expect(await failure { _ = try await fixture.fetch(.gateway(url)) }?.code == .notAllowed)
        #expect(server.requests.isEmpty)
    }

    @Test func aRedirectToAFileNameWithBlanksIsFollowed() async throws {
        server.serve(.redirect("/b/Nota fiscal.pdf"), at: "/a")
        server.serve(.file(file), at: "/b/Nota%20fiscal.pdf")
        let fixture = try await open()
        #expect(try await fixture.content(fixture.fetch(.gateway("/a"))) == file)
    }

    @Test(arguments: [
        "http://localhost:3000/api/files/a.jpg", "http://127.0.0.1:1/api/files/a.jpg", "http://waha/api/files/a.jpg",
        "https://0.0.0.0:9/api/files/a.jpg", "http://[::1]:3000/api/files/a.jpg",
        "http://host.docker.internal:3000/api/files/a.jpg",
    ])
    func namesThatOnlyTheGatewayKnowsMeanTheGateway(_ url: String) async throws {
        server.serve(.file(file), at: "/api/files/a.jpg")
        // The base is on another name than those in the URLs.
        let base = server.url.replacing("127.0.0.1", with: "127.0.0.2")
        let options = MediaSourceOptions(baseURL: base)
        let candidates = MediaCandidate.all(of: .gateway(url), source: "gw", session: "main", options: options)
        #expect(candidates.compactMap(\.url) == [base + "/api/files/a.jpg"])
        let fixture = try await open(base: server.url)
        guard !url.contains("127.0.0.1") else { return }
        #expect(try await fixture.content(fixture.fetch(.gateway(url))) == file)
        #expect(server.requests.first?.header("x-api-key") == "badge")
    }

    @Test(
        arguments: [
            // (URL in the event, base, hosts, address; nil: refused)
            ("http://localhost:3000/gw/files/a", "https://gw.example/gw", [], "https://gw.example/gw/files/a"),
            ("http://localhost:3000/files/a?x=1#y", "https://gw.example/gw/", [], "https://gw.example/gw/files/a?x=1"),
            ("http://minio:9000/a", "http://gw:3000", ["minio:9000"], "http://minio:9000/a"),
            ("http://minio:9001/a", "http://gw:3000", ["minio:9000"], nil),
            // The port that the gateway has in its container.
            ("http://gw:3001/a", "http://gw:3000", [], "http://gw:3000/a"),
            ("http://localhost:3000/a", "http://localhost:3001", [], "http://localhost:3001/a"),
            ("http://localhost:9000/a", "http://localhost:3001", ["localhost:9000"], "http://localhost:9000/a"),
            ("http://10.0.0.9/a", "http://gw:3000", [], nil),
            ("http://files.example/a", "http://gw:3000", [], nil),
            ("http://localhost/../admin", "http://gw:3000", [], nil),
            ("http://localhost/a", nil, [], nil),
        ] as [(String, String?, [String], String?)])
    func otherNamesKeepTheirMeaning(_ url: String, _ base: String?, _ hosts: [String], _ address: String?) {
        let options = MediaSourceOptions(baseURL: base, hosts: hosts)
        let candidates = MediaCandidate.all(of: .gateway(url), source: "gw", session: "main", options: options)
        #expect(candidates.compactMap(\.url).first == address)
    }

    // MARK: Answers that are not the file

    private static let pages: [TestMediaServer.Page] = [
        .file([]), .file(Array("<!DOCTYPE html><title>Log in</title>".utf8)), .chunked(Array("\n <HTML>".utf8)),
        .file(Array("<div>502</div>".utf8), headers: [("Content-Type", "text/html; charset=utf-8")]),
        .file(Array(#"{"error": "não há"}"#.utf8), headers: [("Content-Type", "application/json")]),
        .file(
            Array(repeating: 0xC3, count: 1) + Array(repeating: 0xA3, count: 1),
            headers: [("Content-Type", "text/plain")]),
    ]

    @Test(arguments: 0..<pages.count, [true, false])
    func whatIsNotTheFileIsFetchedFromWhatsApp(_ page: Int, _ hasHash: Bool) async throws {
        server.serve(Self.pages[page], at: "/copy")
        server.serve(.file(sealed.encrypted), at: "/v/x.enc")
        var reference = sealed.reference(directPath: "/v/x.enc")
        if !hasHash { reference.fileSHA256 = nil }
        reference.locations.insert(.gateway(url: "/copy"), at: 0)
        let fixture = try await open()
        #expect(try await fixture.fetch(reference) == sealed.media)
        #expect(server.requests.map(\.path) == ["/copy", "/v/x.enc"])
    }

    @Test(arguments: 0..<pages.count)
    func whatIsNotTheFileIsToldWhenThereIsNoOther(_ page: Int) async throws {
        server.serve(Self.pages[page], at: "/copy")
        let fixture = try await open()
        let failure = await failure { _ = try await fixture.fetch(.gateway("/copy")) }
        #expect(failure?.code == (page == 0 ? .badLength : .refused))
        #expect(failure?.message.contains(page == 0 ? "empty" : page < 4 ? "HTML page" : "a text (") == true)
    }

    /// nginx gives files without a known extension its default type.
    @Test func aFileWithTheTypeOfAPageIsAFile() async throws {
        server.serve(.file(file, headers: [("Content-Type", "text/html")]), at: "/copy")
        let fixture = try await open()
        #expect(try await fixture.content(fixture.fetch(.gateway("/copy"))) == file)
    }

    @Test(arguments: ["application/json", "text/plain", "text/html"])
    func aTextThatWasSentAsADocumentIsAFile(_ type: String) async throws {
        let text = Array("{\"a\": 1}".utf8)
        server.serve(.file(text, headers: [("Content-Type", type)]), at: "/a.json")
        let fixture = try await open()
        var reference = RawMediaReference.gateway("/a.json")
        reference.kind = .document
        #expect(try await fixture.content(fixture.fetch(reference)) == text)
    }

    @Test func aPageThatWasSentAsADocumentIsAFile() async throws {
        let page = Array("<html></html>".utf8)
        server.serve(.file(page), at: "/page.html")
        server.serve(.file([]), at: "/empty.txt")
        let fixture = try await open()
        var reference = RawMediaReference.gateway("/page.html")
        reference.kind = .document
        reference.fileName = "page.html"
        #expect(try await fixture.content(fixture.fetch(reference)) == page)
        let known = RawMediaReference.gateway("/page.html", sha256: sha256(page))
        #expect(try await fixture.content(fixture.fetch(known)) == page)
        var empty = RawMediaReference.gateway("/empty.txt")
        empty.fileLength = 0
        #expect(try await fixture.fetch(empty).size == 0)
    }

    // MARK: Content-Encoding

    @Test(arguments: ["aws-chunked", "binary", "UTF-8", "utf-8,aws-chunked", "none", "identity", ""])
    func whatIsNoCompressionIsNone(_ encoding: String) async throws {
        server.serve(.file(file, headers: [("Content-Encoding", encoding)]), at: "/a")
        let fixture = try await open()
        #expect(try await fixture.content(fixture.fetch(.gateway("/a"))) == file)
    }

    @Test(arguments: ["gzip", "aws-chunked, gzip", "BR", "x-gzip", "deflate", "zstd"])
    func whatIsCompressedIsRefused(_ encoding: String) async throws {
        server.serve(.file(file, headers: [("Content-Encoding", encoding)]), at: "/a")
        let fixture = try await open()
        let failure = await failure { _ = try await fixture.fetch(.gateway("/a")) }
        #expect(failure?.code == .refused)
        #expect(failure?.message.contains("compressed") == true)
    }
}
