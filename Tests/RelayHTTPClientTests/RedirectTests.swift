import Testing

@testable import RelayHTTPClient

/// Resolves `Location` for callers that follow redirects themselves.
@Suite struct RedirectTests {
    @Test(arguments: [
        ("https://b.example/x", "https://b.example/x"), ("/y?q=1", "https://a.example:8443/y?q=1"),
        ("z", "https://a.example:8443/v/z"), ("../z", "https://a.example:8443/z"),
        ("//b.example/x", "https://b.example/x"),
        ("?q=2", "https://a.example:8443/v/x?q=2"), ("http://a.example/x", "http://a.example/x"),
    ])
    func aReferenceIsResolved(_ location: String, _ expected: String) throws {
        #expect(try CurlParsedURL.redirect(to: location, from: "https://a.example:8443/v/x?p=1") == expected)
    }

    @Test(arguments: ["gopher://b.example/", "https://", "a b", "/a\u{0}b", "/a\r\nX: y"])
    func whatLeadsNowhereIsRefused(_ location: String) {
        #expect(throws: CurlParsedURL.ParseError.self) {
            let url = try CurlParsedURL.redirect(to: location, from: "https://a.example/")
            _ = try CurlParsedURL(url: url)
        }
    }
}
