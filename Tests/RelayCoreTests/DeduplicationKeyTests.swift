import RelayCore
import Testing

/// The ids in deduplication keys: which of them are hidden identities, and their canonical form.
struct DeduplicationKeyTests {
    @Test(
        arguments: [
            ("message.received|5511988887777@s.whatsapp.net|A", []), ("message.received|1234@lid|A", ["1234@lid"]),
            ("1@lid|a|2@lid", ["1@lid", "2@lid"]), ("a|@lid|1@lid2|", []), ("", []), ("|", []), ("1@lid", ["1@lid"]),
        ] as [(String, [String])])
    func hiddenIdentities(_ key: String, lids: [String]) {
        #expect(LIDResolver.lids(inKey: key) == lids)
    }

    @Test(arguments: [
        ("message.sent|5511988887777@s.whatsapp.net|A", "message.sent|5511988887777@s.whatsapp.net|A"),
        ("message.sent|551188887777@s.whatsapp.net|A", "message.sent|5511988887777@s.whatsapp.net|A"),
        ("a|1@lid|551188887777@s.whatsapp.net", "a|5511988887777@s.whatsapp.net|5511988887777@s.whatsapp.net"),
        ("a|2@lid|A", "a|2@lid|A"), ("abcdefghijkl@s.whatsapp.net|A", "abcdefghijkl@s.whatsapp.net|A"),
        ("120363000000000001@g.us||", "120363000000000001@g.us||"), ("", ""),
    ])
    func canonicalForms(_ key: String, expected: String) {
        // One hidden identity is known, by the shorter spelling of its phone.
        let canonical = LIDResolver.canonicalKey(key) { $0 == "1@lid" ? "551188887777@s.whatsapp.net" : nil }
        #expect(canonical == expected)
    }
}
