import RelayCore
import RelayHTTPClient
import RelayTesting
import Testing

@testable import RelayMedia

/// The servers to which requests are sent, and the credentials in them.
@Suite struct AllowListTests {
    private let sealed = WhatsAppMediaEncryptor.seal(bytes(500))

    // MARK: Addresses

    @Test(arguments: [
        "https://evil.example.com/x", "http://mmg.whatsapp.net/x", "https://whatsapp.net/x",
        "https://mmg.whatsapp.net.evil.com/x", "https://evilwhatsapp.net/x", "https://mmg.whatsapp.net:8443/x",
        "https://mmg.whatsapp.net@evil.com/x", "https://evil.com#.whatsapp.net/", "https://evil.com?.fbcdn.net",
        "https://evil.com\\.whatsapp.net/", "ftp://mmg.whatsapp.net/x", "file:///etc/passwd", "//mmg.whatsapp.net/x",
        "https://127.0.0.1/x", "https://[::1]/x", "http://169.254.169.254/latest/", "https://mmg.whatsapp.net\r\nX: y",
        "", "x",
    ])
    func aWhatsAppFileIsNotFetchedFromElsewhere(_ url: String) async throws {
        let fixture = try await MediaServiceFixture()
        let failure = await fixture.failure(sealed.reference(url: url))
        #expect(failure?.code == .notAllowed)
        #expect(fixture.transport.requests.isEmpty)
    }

    @Test(arguments: [
        "https://mmg.whatsapp.net/x", "https://media-gru1-1.cdn.whatsapp.net/v/t62/x",
        "https://scontent.xx.fbcdn.net/x",
        "https://MMG.WhatsApp.NET/x", "https://mmg.whatsapp.net:443/x",
    ])
    func aWhatsAppFileIsFetchedFromWhatsApp(_ url: String) async throws {
        let fixture = try await MediaServiceFixture()
        fixture.transport.script([.file(sealed.encrypted)])
        #expect(try await fixture.fetch(sealed.reference(url: url)) == sealed.media)
    }

    @Test(arguments: ["@evil.com/x", ".evil.com/x", "evil", ":99/x", "", "//evil.com/x", "/../x"])
    func aDirectPathStaysAtWhatsApp(_ directPath: String) async throws {
        let fixture = try await MediaServiceFixture()
        _ = await fixture.failure(sealed.reference(directPath: directPath))
        #expect(fixture.transport.urls.allSatisfy { $0.hasPrefix("https://mmg.whatsapp.net/") })
    }

    @Test func anotherBaseForWhatsAppIsTheOperatorsChoice() async throws {
        let fixture = try await MediaServiceFixture(options: .init(whatsAppURL: "http://mirror:8080/wa/"))
        fixture.transport.script([.file(sealed.encrypted)])
        #expect(try await fixture.fetch(sealed.reference(directPath: "/x")) == sealed.media)
        #expect(fixture.transport.urls == ["http://mirror:8080/wa/x"])
        let failure = await fixture.failure(
            WhatsAppMediaEncryptor.seal(bytes(9)).reference(url: "http://mirror:8081/x"))
        #expect(failure?.code == .notAllowed)
    }

    @Test(arguments: [
        ("http://minio:9000/a", true), ("https://minio:9000/a", true), ("http://minio/a", false),
        ("http://files/a", true), ("http://files:81/a", true), ("https://files/a", true),
        ("http://filesx.org/a", false),
        ("https://cdn.example.com/a", true), ("http://cdn.example.com/a", false), ("https://example.com/a", false),
        ("http://gw:3000/a", true), ("https://gw:3000/a", true), ("http://gw.example/a", false),
        ("http://10.0.0.7/a", true),
        ("http://0x0a000007/a", true), ("http://user@files/a", false),
    ])
    func aGatewaysFilesComeFromTheListedHosts(_ url: String, _ isAllowed: Bool) async throws {
        let options = MediaSourceOptions(
            baseURL: "http://gw:3000", hosts: ["minio:9000", "Files", "*.example.com", "10.0.0.7", "not a host"])
        let fixture = try await MediaServiceFixture(options: options)
        fixture.transport.script([.file(bytes(5))])
        if isAllowed {
            _ = try await fixture.fetch(.gateway(url))
        } else {
            #expect(await fixture.failure(.gateway(url))?.code == .notAllowed)
            #expect(fixture.transport.requests.isEmpty)
        }
    }

    @Test(arguments: ["../admin", "a/../../admin", "%2e%2E/admin", "a/.%2e/x", "..", "..?x", "..#x", "a\\..\\..\\x"])
    func aPathDoesNotLeadOutOfTheBase(_ path: String) async throws {
        let fixture = try await MediaServiceFixture(options: .init(baseURL: "http://gw/files"))
        #expect(await fixture.failure(.gateway(path))?.code == .notAllowed)
        #expect(fixture.transport.requests.isEmpty)
    }

    @Test(arguments: [
        ("minio", true), ("minio:9000", true), ("*.example.com", true), ("10.0.0.1", true), ("[::1]:80", true),
        ("", false), ("*", false), ("*.", false), ("http://minio", false), ("minio/a", false), ("a b", false),
        ("minio:", false), ("minio:x", false), ("minio:99999", false), ("*.*.com", false), ("user@minio", false),
    ])
    func entriesOfTheListAreRead(_ entry: String, _ isGood: Bool) {
        #expect((MediaSourceOptions.problem(host: entry) == nil) == isGood)
    }

    // MARK: Redirects

    @Test func redirectsAreFollowedThreeTimes() async throws {
        let fixture = try await MediaServiceFixture()
        fixture.transport.script([
            .redirect("/b"), .redirect("c?x=1", status: 307), .redirect("https://cdn.fbcdn.net/d", status: 301),
            .file(sealed.encrypted),
        ])
        #expect(try await fixture.fetch(sealed.reference(directPath: "/v/a")) == sealed.media)
        let host = "https://mmg.whatsapp.net"
        #expect(fixture.transport.urls == [host + "/v/a", host + "/b", host + "/c?x=1", "https://cdn.fbcdn.net/d"])

        fixture.transport.script(Array(repeating: .redirect("/again"), count: 4))
        let failure = await fixture.failure(WhatsAppMediaEncryptor.seal(bytes(7)).reference(directPath: "/a"))
        #expect(failure?.code == .refused)
        #expect(fixture.transport.requests.count == 8)
    }

    @Test(arguments: [
        "https://evil.example.com/x", "http://mmg.whatsapp.net/x", "//evil.com/x", "https://mmg.whatsapp.net:22/x",
        "http://169.254.169.254/latest/meta-data/",
    ])
    func aRedirectToElsewhereIsNotFollowed(_ location: String) async throws {
        let fixture = try await MediaServiceFixture()
        fixture.transport.script([.redirect(location)])
        #expect(await fixture.failure(sealed.reference(directPath: "/a"))?.code == .notAllowed)
        #expect(fixture.transport.requests.count == 1)
    }

    @Test(arguments: ["file:///etc/passwd", "gopher://x/", "https://", "https://a b/c"])
    func aRedirectToNowhereIsRefused(_ location: String) async throws {
        let fixture = try await MediaServiceFixture()
        fixture.transport.script([.redirect(location)])
        let code = await fixture.failure(sealed.reference(directPath: "/a"))?.code
        #expect(code == .refused || code == .notAllowed)
        #expect(fixture.transport.requests.count == 1)
    }

    // MARK: Credentials

    @Test func theGatewaysHeadersGoToItsBaseAlone() async throws {
        let options = MediaSourceOptions(
            baseURL: "http://gw:3000", hosts: ["minio", "gw:3001"], headers: [.init(name: "apikey", value: "secret")])
        let fixture = try await MediaServiceFixture(options: options)
        fixture.transport.script([.redirect("http://minio/b"), .redirect("http://gw:3000/c"), .file(bytes(1))])
        _ = try await fixture.fetch(.gateway("http://gw:3000/a"))
        #expect(fixture.transport.requests.map { $0.header("apikey") } == ["secret", nil, "secret"])

        fixture.transport.script([.file(bytes(2))])
        _ = try await fixture.fetch(.gateway("http://gw:3001/a"))
        #expect(fixture.transport.requests.last?.header("apikey") == nil, "another port is another server")
    }

    @Test func credentialsNeverGoToWhatsApp() async throws {
        let options = MediaSourceOptions(
            baseURL: "http://gw", headers: [.init(name: "apikey", value: "secret")], token: "EAAx")
        let fixture = try await MediaServiceFixture(options: options)
        fixture.transport.script([.file(sealed.encrypted)])
        _ = try await fixture.fetch(sealed.reference(directPath: "/a"))
        let headers = try #require(fixture.transport.requests.first?.headers)
        #expect(!headers.contains { $0.value.contains("secret") || $0.value.contains("EAAx") })
    }

    @Test func aReloadChangesTheOptions() async throws {
        let fixture = try await MediaServiceFixture()
        #expect(await fixture.failure(.gateway("http://gw/a"))?.code == .notAllowed)
        fixture.options.value = MediaSourceOptions(hosts: ["gw"])
        fixture.transport.script([.file(bytes(1))])
        _ = try await fixture.fetch(.gateway("http://gw/a"))
    }
}
