import RelayChatwoot
import Testing

struct SessionFilterTests {
    @Test(arguments: [
        ("shop", "shop", true), ("shop-1", "shop", false), ("shop-1", "shop-*", true), ("my-shop", "*-shop", true),
        ("a-b-c", "a*b*c", true), ("a-c-b", "a*b*c", false), ("", "*", true), ("aba", "ab*ba", false),
    ])
    func aPatternMatches(_ session: String, _ pattern: String, _ isMatch: Bool) {
        #expect(SessionFilter([pattern]).matches(session) == isMatch)
    }

    @Test func noPatternMeansEverySession() {
        #expect(SessionFilter().matches("demo"))
    }
}
