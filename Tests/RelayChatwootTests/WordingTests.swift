import RelayCore
import Testing

@testable import RelayChatwoot

struct WordingTests {
    @Test(arguments: AgentPhrase.allCases)
    func everyNoticeIsInEveryLanguage(_ notice: AgentPhrase) {
        let texts = [notice.texts.english, notice.texts.portuguese, AgentPhrase.spanish[notice] ?? ""]
        let places = texts.map { $0.split(separator: "{}", omittingEmptySubsequences: false).count - 1 }
        #expect(texts.allSatisfy { !$0.isEmpty } && Set(places).count == 1 && places[0] <= 1)
        for language in AgentNoticeLanguage.allCases { #expect(!notice.text(in: language, "x").contains("{}")) }
    }

    @Test(arguments: [
        ("+00:00", "2025-11-13 10:13 UTC", "13/11/2025 10:13 UTC"), ("-03:00", "2025-11-13 07:13", "13/11/2025 07:13"),
        ("+14:00", "2025-11-14 00:13", "14/11/2025 00:13"), ("-10:30", "2025-11-12 23:43", "12/11/2025 23:43"),
    ])
    func aTimeIsWrittenAsInTheLanguage(_ offset: String, _ english: String, _ portuguese: String) throws {
        let clock = try #require(UTCOffset(offset))
        let moment = Timestamp(seconds: 1_763_028_800)
        #expect(clock.description == offset)
        #expect(clock.text(of: moment, in: .english) == english)
        #expect(clock.text(of: moment, in: .portuguese) == portuguese)
        #expect(clock.text(of: moment, in: .spanish) == portuguese)
    }

    @Test(arguments: ["3", "03:00", "-3:00", "-03:60", "+15:00", "-0300", "+ab:cd", ""])
    func whatIsNoOffsetIsRefused(_ text: String) {
        #expect(UTCOffset(text) == nil)
    }
}
