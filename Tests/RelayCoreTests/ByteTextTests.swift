import RelayCore
import Testing

/// Texts that are made and compared by their bytes.
struct ByteTextTests {
    @Test func textsAreConcatenated() {
        #expect(String(concatenating: "") == "")
        #expect(String(concatenating: "a", "", "é", "🙏") == "aé🙏")
        let long = String(repeating: "long é ", count: 50)
        #expect(String(concatenating: long, "|", long) == long + "|" + long)
    }

    /// A character that no name keeps, at every place of names of every length.
    @Test func namesAreCleanedAtEveryPlace() {
        for length in 1..<26 {
            let plain = String(repeating: "é", count: length)
            #expect(DisplayName.cleaned(plain) == plain)
            for place in 0..<length {
                let (before, after) = (
                    String(repeating: "y", count: place), String(repeating: "z", count: length - place)
                )
                for character in ["\u{7F}", "\u{1}", "\u{80}", "\u{202E}"] {
                    #expect(DisplayName.cleaned(before + character + after) == before + after)
                }
                #expect(DisplayName.cleaned(before + "\u{C2}" + after) == before + "\u{C2}" + after)
            }
        }
    }

    @Test func partsAndPrefixesAreFound() {
        #expect("extendedTextMessage".containsASCII("Message"))
        #expect("MessageX".containsASCII("Message"))
        #expect("MesMessage".containsASCII("Message"))
        #expect(!"message".containsASCII("Message"))
        #expect(!"".containsASCII("Message"))
        #expect("message.received".hasASCIIPrefix("message."))
        #expect(!"message".hasASCIIPrefix("message."))
    }

    @Test(
        arguments: [
            (784_111_777_000, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (1_763_029_800_123, "Thu, 13 Nov 2025 10:30:00 GMT"), (1_709_164_800_000, "Thu, 29 Feb 2024 00:00:00 GMT"),
            (-86_400_000, "Wed, 31 Dec 1969 00:00:00 GMT"),
        ] as [(Int64, String)])
    func datesOfHTTP(_ milliseconds: Int64, text: String) {
        let moment = Timestamp(milliseconds: milliseconds)
        #expect(moment.httpDate == text)
        #expect(Timestamp(httpDate: text)?.seconds == moment.seconds)
    }

    @Test(arguments: [
        ("5511999990001@s.whatsapp.net", "5511999990001", "s.whatsapp.net"),
        ("5511999990001:15@s.whatsapp.net", "5511999990001", "s.whatsapp.net"),
        ("5511999990001_1@c.us", "5511999990001", "s.whatsapp.net"), ("1234@hosted.lid", "1234", "lid"),
        ("12036304_1:2@g.us", "12036304_1:2", "g.us"), ("a@b@newsletter", "a@b", "newsletter"),
    ])
    func aJIDHasItsCanonicalText(_ text: String, user: String, server: String) throws {
        let jid = try #require(JID(text))
        #expect(jid.user == user)
        #expect(jid.server == server)
        #expect(jid.description == "\(user)@\(server)")
        #expect(JID(jid.description) == jid)
    }

    @Test(arguments: ["", "@", "a", "a@", "@g.us", ":1@s.whatsapp.net", "_@lid"])
    func whatIsNoJIDIsNone(_ text: String) {
        #expect(JID(text) == nil)
    }
}
