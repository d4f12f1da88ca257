import RelayCore
import Testing

struct ASCIIURLTests {
    @Test(arguments: [
        ("https://müller.example/", "https://xn--mller-kva.example/"),
        ("https://MÜLLER.example:8443/x", "https://xn--mller-kva.example:8443/x"),
        ("https://m\u{75}\u{308}ller.example/", "https://xn--mller-kva.example/"),
        ("https://m%C3%BCller.example/", "https://xn--mller-kva.example/"),
        ("https://straße.example", "https://xn--strae-oqa.example"),
        ("https://例え。テスト/a", "https://xn--r8jz45g.xn--zckzah/a"),
        ("http://café.example?x=ç", "http://xn--caf-dma.example?x=%C3%A7"),
        ("https://a.example/preço/olá mundo", "https://a.example/pre%C3%A7o/ol%C3%A1%20mundo"),
        ("http://müller.example/ä b?q=ü x", "http://xn--mller-kva.example/%C3%A4%20b?q=%C3%BC%20x"),
        ("https://a.example/x?y#frag", "https://a.example/x?y"), ("https://a.example#a#b", "https://a.example"),
        ("https://a.example/100%/%41%zz", "https://a.example/100%25/%41%25zz"),
        ("https://a.example/x?a[0]={b}|c^d`e\"<f>\\", "https://a.example/x?a%5B0%5D=%7Bb%7D%7Cc%5Ed%60e%22%3Cf%3E%5C"),
    ])
    func whatAURLMayNotHoldIsEncoded(url: String, sent: String) throws {
        #expect(try ASCIIURL.of(url) == sent)
        #expect(try ASCIIURL.of(sent) == sent)
    }

    @Test(arguments: [
        "https://crm.example.com/hooks/a-b_c.d~e?x=1&y=%20;z,+!$'()*@:/?", "http://[::1]:3000/x",
        "http://[fe80::1%25eth0]/", "http://10.0.0.5:8080", "https://XN--MLLER-KVA.example/", "crm.example/ç", "",
        "http://under_score.internal/",
    ])
    func anythingElseStaysAsItIs(url: String) throws {
        #expect(try ASCIIURL.of(url) == url)
    }

    @Test(arguments: [
        "https://\u{2100}.example/", "https://a\u{0301}\u{200B}\u{FFFD}.example/", "https://xn--ü.example/",
        "https://ü\(String(repeating: "a", count: 64)).example/", "https://%ff.example/", "https://%zz.example/",
        "https://ü%00.example/", "https://ü%2F.example/",
        "https://a%20b.example/", "https://a%2Fb.example/",
    ])
    func hostsThatAreNoneAreRefused(url: String) {
        #expect(throws: ASCIIURL.InvalidHostError.self) { try ASCIIURL.of(url) }
    }

    @Test func aTemplateKeepsItsPlaceholders() throws {
        let template = try ASCIIURL.ofTemplate("http://müller.example/{{ session }}/ç d|{{chat.id}}?x={a}#f")
        #expect(template == "http://xn--mller-kva.example/{{ session }}/%C3%A7%20d%7C{{chat.id}}?x=%7Ba%7D")
    }

    @Test func namesThatNoHostHasAreToldApart() {
        let long = String(repeating: "a", count: 63)
        for name in [
            "a", "a.example", "a.example.", "under_score", "a-b.example", "10.0.0.1", "localhost", long,
            [long, long, long, String(long.dropFirst(2))].joined(separator: "."),
        ] {
            #expect(ASCIIURL.problem(ofHost: name) == nil, "\(name)")
        }
        for (name, reason) in [
            ("", "nothing before or between"), (".", "nothing before or between"),
            ("a..b", "nothing before or between"),
            (".a", "nothing before or between"), ("a.example..", "nothing before or between"),
            ("-bad-.com", "hyphen"), ("a.bad-", "hyphen"), (long + "a", "more than 63"),
            ([long, long, long, String(long.dropFirst())].joined(separator: "."), "more than 253"),
        ] {
            #expect(ASCIIURL.problem(ofHost: name)?.contains(reason) == true, "\(name)")
        }
    }
}
