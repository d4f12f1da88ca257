import RelayConfig
import Testing

/// Messages for mistakes in `enrich: { lookup: … }` say how to fix them.
struct LookupOptionsTests {
    @Test(arguments: [
        ("url: \"http://{{ session }}:3000/{{ chat.id }}\"", "has a placeholder before its path"),
        ("url: \"http://g{{ chat.id }}\"", "has a placeholder before its path"),
        ("url: \"{{ session }}://g/{{ chat.id }}\"", "must begin with https:// or http://"),
        ("url: \"http://g/{{ chat.idd }}\"", "did you mean {{ chat.id }}?"),
        ("url: \"http://g/{{ chat.id\"", "has a {{ without its }}"),
        ("url: \"http://u:p@g/{{ chat.id }}\"", "has a user name or a password in it"),
        ("url: \"http://g/all\"", "put {{ chat.id }} into url or body"),
        ("url: \"ftp://g/{{ chat.id }}\"", "must begin with https:// or http://"),
        ("url: \"http://g/\", body: '{\"n\": {{ chat.id }}}'", "placeholders stand between quotes"),
        ("preset: waha", "add url:"),
        ("preset: wahaa, url: \"http://g\"", "did you mean \"waha\"?"),
        ("preset: waha, url: \"http://g/{{ chat.id }}\"", "write for example url: http://waha:3000"),
        ("preset: waha, url: \"http://g/?key=1\"", "send a key as a header"),
        ("preset: evolution, url: \"http://g\", picture_url: \"http://g/{{ chat.id }}\"", "remove one"),
        ("preset: evolution, url: \"http://g\", body: '{}'", "remove one"),
        ("url: \"http://g/{{ chat.id }}\", name: '.a ='", "is no jq expression"),
        ("url: \"http://g/{{ chat.id }}\", timeout: 2m", "a duration from 1ms to 1m"),
        ("url: \"http://g/{{ chat.id }}\", headers: { Host: x }", "is set by the relay itself"),
        ("url: \"http://g/{{ chat.id }}\", cach: 1h", "did you mean \"cache\"?"),
    ])
    func mistakesSayWhatToWrite(options: String, help: String) {
        let error = #expect(throws: InvalidConfigurationError.self) {
            _ = try EnrichFixture("enrich: { lookup: { \(options) } }")
        }
        #expect(error?.description.contains(help) == true, "\(error?.description ?? "")")
    }

    @Test func aPlaceholdersMistakeIsPointedAt() {
        let error = #expect(throws: InvalidConfigurationError.self) {
            _ = try EnrichFixture("enrich: { lookup: { url: \"http://g/{{ session }}/{{ chat.idd }}\" } }")
        }
        #expect(error?.diagnostics.first?.column == 50)
    }

    @Test func aKeyInAHeaderIsInNoMessage() {
        let error = #expect(throws: InvalidConfigurationError.self) {
            _ = try EnrichFixture("enrich: { lookup: { url: \"http://g/all\", headers: { k: canary } } }")
        }
        #expect(error?.description.contains("canary") == false, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        "enrich", "enrich: chat_name", "enrich: [chat_name, images]", "enrich: { with: [images] }",
        "enrich: { with: images, lookup: { preset: waha, url: http://waha:3000, headers: { X-Api-Key: k } } }",
        "enrich: { lookup: { url: \"http://g/x?id={{chat.id}}#f\", cache: 7d, negative_cache: 10m, timeout: 500ms } }",
    ])
    func theseAreRight(yaml: String) throws {
        _ = try EnrichFixture(yaml)
    }
}
