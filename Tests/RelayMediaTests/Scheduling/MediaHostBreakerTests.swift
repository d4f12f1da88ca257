import RelayCore
import Testing

@testable import RelayMedia

/// When requests to a host are suspended, and when they go on.
@Suite struct MediaHostBreakerTests {
    private let start = Timestamp(seconds: 1_763_029_800)
    private var breaker = MediaHostBreaker()

    private mutating func silent(_ file: String, number: Int = 0, at seconds: Int64 = 0) -> Bool? {
        breaker.ended(number, .silent, file: file, at: start + .seconds(seconds))
    }

    @Test mutating func severalFilesInARowOpenIt() {
        #expect(silent("a") == nil)
        #expect(silent("b") == nil)
        #expect(breaker.state == .closed)
        #expect(silent("c") == true)
        #expect(breaker.state == .open(until: start + MediaHostBreaker.firstPause))
    }

    @Test mutating func oneBadFileNeverOpensIt() {
        for _ in 0..<50 { #expect(silent("a") == nil) }
        #expect(breaker.state == .closed)
    }

    @Test mutating func badFilesBetweenGoodOnesNeverOpenIt() {
        for file in 0..<50 {
            #expect(silent("bad \(file)") == nil)
            #expect(silent("bad too \(file)") == nil)
            #expect(breaker.ended(0, .answered, file: "good", at: start) == nil)
        }
        #expect(breaker.state == .closed)
    }

    @Test mutating func whatSaysNothingChangesNothing() {
        for file in 0..<50 { #expect(breaker.ended(0, .unknown, file: "\(file)", at: start) == nil) }
        #expect(breaker.state == .closed)
        #expect(!breaker.isProven(at: start))
    }

    @Test mutating func aProbeThatIsAnsweredClosesIt() {
        for file in ["a", "b", "c"] { _ = silent(file) }
        breaker.started(7)
        #expect(breaker.state == .probing(7))
        #expect(breaker.ended(7, .answered, file: "d", at: start + .seconds(3)) == false)
        #expect(breaker.state == .closed)
        #expect(breaker.isProven(at: start + .seconds(3)))
    }

    @Test mutating func thePausesGrowWithProbesOfOtherFilesOnly() {
        for file in ["a", "b", "c"] { _ = silent(file) }
        var pauses: [Duration] = []
        for (number, file) in ["d", "e", "f", "g", "h", "h", "a"].enumerated() {
            breaker.started(number)
            #expect(silent(file, number: number) == nil)
            guard case .open(let until) = breaker.state else { return }
            pauses.append(until - start)
        }
        #expect(pauses == [4, 8, 15, 15, 15, 15, 15].map { Duration.seconds($0) })
    }

    @Test mutating func aKnownFileAsProbeDoesNotLengthenThePause() {
        for file in ["a", "b", "c"] { _ = silent(file) }
        breaker.started(1)
        _ = silent("a", number: 1)
        #expect(breaker.state == .open(until: start + MediaHostBreaker.firstPause))
    }

    @Test mutating func aProbeThatWasGivenUpLeavesTheNextOneToOthers() {
        for file in ["a", "b", "c"] { _ = silent(file) }
        breaker.started(1)
        _ = breaker.ended(1, .unknown, file: "d", at: start + .seconds(9))
        #expect(breaker.state == .open(until: start + .seconds(9)))
    }

    @Test mutating func aLateEndIsNoProbe() {
        for file in ["a", "b", "c"] { _ = silent(file) }
        breaker.started(1)
        #expect(silent("d", number: 99) == nil)
        #expect(breaker.state == .probing(1))
    }

    @Test mutating func anAnswerIsTrueForAMinute() {
        _ = breaker.ended(1, .answered, file: "a", at: start)
        #expect(breaker.isProven(at: start + .seconds(59)))
        #expect(!breaker.isProven(at: start + .seconds(60)))
        #expect(breaker.isForgettable(at: start + .seconds(60)))
        _ = silent("b", at: 1)
        #expect(!breaker.isProven(at: start + .seconds(1)), "the last request got no answer")
    }
}
