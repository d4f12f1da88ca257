import RelayCore
import Testing

struct TimestampTests {
    /// Seconds computed with Python's datetime.
    static let moments: [(text: String, milliseconds: Int64)] = [
        ("1970-01-01T00:00:00.000Z", 0),
        ("1969-12-31T23:59:59.000Z", -1000),
        ("1969-12-31T23:59:59.999Z", -1),
        ("2025-11-13T10:30:00.000Z", 1_763_029_800_000),
        ("2000-02-29T23:59:59.000Z", 951_868_799_000),
        ("2024-02-29T12:00:00.120Z", 1_709_208_000_120),
        ("1900-03-01T00:00:00.000Z", -2_203_891_200_000),
        ("2100-02-28T23:59:59.007Z", 4_107_542_399_007),
        ("0001-01-01T00:00:00.000Z", -62_135_596_800_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ]

    @Test(arguments: moments)
    func isReadAndWritten(text: String, milliseconds: Int64) {
        #expect(Timestamp(milliseconds: milliseconds).iso8601 == text)
        #expect(Timestamp(iso8601: text) == Timestamp(milliseconds: milliseconds))
    }

    @Test func everyDayOfFourCenturiesSurvivesTheRoundTrip() {
        let day: Int64 = 86_400_000
        for number in Int64(-60_000)...90_000 {
            let moment = Timestamp(milliseconds: number * day + 1)
            guard Timestamp(iso8601: moment.iso8601) != moment else { continue }
            Issue.record("\(moment.iso8601) is not \(moment.milliseconds)")
            return
        }
    }

    @Test(arguments: [
        ("2025-11-13T10:30:00Z", 0), ("2025-11-13t10:30:00z", 0), ("2025-11-13 10:30:00Z", 0),
        ("2025-11-13T10:30:00.5Z", 500), ("2025-11-13T10:30:00.25Z", 250), ("2025-11-13T10:30:00.123456789Z", 123),
        ("2025-11-13T07:30:00-03:00", 0), ("2025-11-13T16:00:00+05:30", 0), ("2025-11-13T07:30:00-0300", 0),
        ("2025-11-14T00:29:60+14:00", 0), ("2025-11-13T10:30:00-00:00", 0),
    ])
    func otherFormsOfTheSameMoment(text: String, fraction: Int64) {
        #expect(Timestamp(iso8601: text)?.milliseconds == 1_763_029_800_000 + fraction)
    }

    @Test(arguments: [
        "", "now", "2025", "2025-11-13", "2025-11-13T10:30Z", "2025-11-13T10:30:00", "2025-11-13T10:30:00.Z",
        "2025-13-01T00:00:00Z", "2025-00-01T00:00:00Z", "2025-01-00T00:00:00Z", "2025-01-32T00:00:00Z",
        "2025-02-29T00:00:00Z", "2025-02-30T00:00:00Z", "2100-02-29T00:00:00Z", "2025-04-31T00:00:00Z",
        "2025-11-13T24:00:00Z", "2025-11-13T10:60:00Z", "2025-11-13T10:30:61Z", "2025-11-13T10:30:00Zjunk",
        "2025-11-13T10:30:00+3", "2025-11-13T10:30:00+24:00", "2025-11-13T10:30:00+03:60", " 2025-11-13T10:30:00Z",
        "25-11-13T10:30:00Z", "+025-11-13T10:30:00Z", "2025-11-13T10:30:00,5Z", "２０２５-11-13T10:30:00Z",
    ])
    func garbageIsNoMoment(text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }

    @Test func momentsBeyondTheFormAreClamped() {
        #expect(Timestamp(milliseconds: .max).iso8601 == "9999-12-31T23:59:59.999Z")
        #expect(Timestamp(milliseconds: .min).iso8601 == "0000-01-01T00:00:00.000Z")
    }

    @Test(arguments: [(Int64(0), Int64(0)), (999, 0), (1000, 1), (-1, -1), (-1000, -1), (-1001, -2)])
    func wholeSecondsRoundDown(milliseconds: Int64, seconds: Int64) {
        #expect(Timestamp(milliseconds: milliseconds).seconds == seconds)
    }

    @Test func differencesAndSumsAgree() {
        let start = Timestamp(seconds: 100)
        #expect(start + .milliseconds(1500) - start == .milliseconds(1500))
        #expect(start - .seconds(101) < Timestamp(milliseconds: 0))
        #expect(Duration.seconds(Int64.max).milliseconds > 0)
        #expect(Duration.microseconds(1999).milliseconds == 1)
    }
}
