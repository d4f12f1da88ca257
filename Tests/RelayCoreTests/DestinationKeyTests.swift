import RelayCore
import Testing

struct DestinationKeyTests {
    @Test(arguments: [
        ("crm", DestinationKey.configured("crm")), ("wh_06j8m2v9c1q7t", .webhook("wh_06j8m2v9c1q7t")),
        ("pipeline/default", .pipeline("default")), ("whatsapp", .configured("whatsapp")),
    ])
    func theTextFormIsReadAndWritten(_ text: String, _ key: DestinationKey) {
        #expect(DestinationKey(text) == key)
        #expect(key.text == text && "\(key)" == text)
    }

    @Test func keysSortByTheirText() {
        let keys: [DestinationKey] = [.webhook("wh_1"), .pipeline("a"), .configured("z"), .configured("crm")]
        #expect(keys.sorted().map(\.text) == ["crm", "pipeline/a", "wh_1", "z"])
    }
}
