import RelayCore
import RelayDestinations
import Testing

struct RetryAfterHeaderTests {
    /// The date of RFC 9110, 5.6.7.
    private let now = Timestamp(seconds: 784_111_777)

    @Test(arguments: [
        ("0", 0), ("1", 1), ("120", 120), (" 7", 7), ("7 ", 7), ("  30  ", 30), ("007", 7),
        ("315360000", 366 * 86_400), ("99999999999999999999999", 366 * 86_400),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0), ("Sun, 06 Nov 1994 08:50:37 GMT", 60),
        ("Sun, 06 Nov 1994 08:00:00 GMT", 0), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Mon, 07 Nov 1994 08:49:37 GMT", 86_400), ("Sun, 6 Nov 1994 08:49:47 GMT", 10),
        (" Sun, 06 Nov 1994 08:49:47 GMT ", 10), ("Fri, 05 Nov 2004 08:49:37 GMT", 366 * 86_400),
        ("Sunday, 06-Nov-94 08:50:37 GMT", 60), ("Sunday, 06-Nov-94 08:00:00 GMT", 0),
        ("Monday, 07-Nov-94 08:49:37 GMT", 86_400), ("Tuesday, 06-Nov-01 08:49:37 GMT", 366 * 86_400),
        ("Sunday, 06-Nov-44 08:49:37 GMT", 366 * 86_400), ("Tuesday, 06-Nov-45 08:49:37 GMT", 0),
        ("Sun Nov  6 08:50:37 1994", 60), ("Sun Nov 06 08:50:37 1994", 60), ("Sun Nov 13 08:49:37 1994", 7 * 86_400),
        ("Sun Nov  6 08:00:00 1994", 0),
    ])
    func secondsAndDatesAreUnderstood(text: String, seconds: Int) {
        #expect(RetryAfterHeader.wait(asked: text, at: now) == .seconds(seconds))
    }

    @Test(arguments: [
        "", " ", "-1", "+5", "1.5", "soon", "1 s", "10s", "1e3", "0x10", "١٢",
        "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "1994-11-06T08:49:37Z", "5, 10",
        "Sunday, 06-Nov-94 08:49:37", "Sunday, 06-Nov-4 08:49:37 GMT", "Sunday, 06-Foo-94 08:49:37 GMT",
        "Sunday, 06-Nov-+4 08:49:37 GMT", "Sunday, -Nov-94 08:49:37 GMT", "Sunday, 31-Feb-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 94", "Sun Nov  6 08:49:37 1994 GMT", "Sun Nov 31 08:49:37 1994", "Sun Nov  6 08:49 1994",
        "Sun, 06 Nov 1994 08:49:37+01:00 GMT",
    ])
    func garbageAsksForNothing(text: String) {
        #expect(RetryAfterHeader.wait(asked: text, at: now) == nil)
    }
}
