import RelayHTTPClient
import Testing

struct EgressGuardCheckTests {
    private func refusal(_ url: String, allow: [String] = [], ports: EgressGuard.Ports = .any) throws -> String? {
        let rules = try EgressGuard(allow: allow, ports: ports)
        do throws(EgressGuard.DeniedURLError) {
            try rules.check(url: url)
            return nil
        } catch {
            return error.message
        }
    }

    @Test(arguments: [
        "https://example.com", "http://example.com:8080/hook?x=1", "https://1.1.1.1/", "https://[2606:4700::1111]/hook",
        "https://xn--mnchen-3ya.example/", "HTTPS://EXAMPLE.COM/hook",
    ])
    func publicURLsPass(url: String) throws {
        #expect(try refusal(url) == nil)
    }

    @Test(arguments: [
        "http://127.0.0.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/",
        "http://0/",
        "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[64:ff9b::7f00:1]/",
        "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1:9/", "http://[fe80::1%25eth0]/",
        "http://localhost/", "http://LOCALHOST./", "http://app.localhost/", "http://printer.local/",
        "http://db.internal./",
        "http://nas.home.arpa/", "http://metadata.google.internal/", "http://metadata.amazonaws.com/",
        "http://chatwoot:3000/",
        "file:///etc/passwd", "gopher://127.0.0.1/", "ftp://example.com/", "example.com/hook", "", "http://",
        "http:///hook",
        "http://user@example.com/", "http://user:pass@example.com/", "http://example.com@127.0.0.1/",
        "http://example.com:0/", "http://example.com:99999/", "http://example.com/a b", "http://example.com/\r\nX: y",
        "http://example.com/\u{0}", "http://exa\tmple.com/",
    ])
    func everythingElseIsRefused(url: String) throws {
        #expect(try refusal(url) != nil)
    }

    @Test func theErrorSaysWhatToWriteInstead() throws {
        #expect(
            try refusal("ftp://example.com/") == "the URL's scheme \"ftp\" is not supported; write http:// or https://"
        )
        #expect(
            try refusal("http://me:secret@example.com/")
                == "the URL has a user name before its host; put credentials into a header, e.g. Authorization"
        )
        #expect(
            try refusal("http://chatwoot:3000/hook?token=secret")
                == "chatwoot is a name of the local network, where deliveries may not go; "
                + "if it is meant, add \"chatwoot:3000\" to egress.allow"
        )
    }

    @Test func theAllowListOpensNames() throws {
        #expect(try refusal("http://chatwoot:3000/", allow: ["chatwoot:3000"]) == nil)
        #expect(try refusal("http://chatwoot:3001/", allow: ["chatwoot:3000"]) != nil)
        #expect(try refusal("http://chatwoot:3000/", allow: ["172.16.0.0/12"]) == nil)
        #expect(try refusal("http://chatwoot:3000/", allow: ["127.0.0.1"]) != nil)
        #expect(try refusal("http://localhost:3000/", allow: ["127.0.0.1"]) == nil)
        #expect(try refusal("http://127.0.0.1:3000/", allow: ["127.0.0.1:3000"]) == nil)
        #expect(try refusal("http://metadata.google.internal/", allow: ["0.0.0.0/0"]) != nil)
    }

    @Test func portsAreCheckedWhenTheyAreLimited() throws {
        #expect(try refusal("http://example.com:22/", ports: .common) != nil)
        #expect(try refusal("http://example.com:8443/", ports: .common) == nil)
        #expect(try refusal("http://example.com:22/", allow: ["example.com:22"], ports: .common) == nil)
        #expect(try refusal("http://1.1.1.1:22/", ports: .common) != nil)
    }
}
