import RelayCore
import Testing

struct BatchFillTests {
    @Test func aBatchIsReadyWhenItHasAllItMayHave() {
        var fill = BatchMeter(BatchPolicy(maxEvents: 3, maxWait: .seconds(2)))
        let fits1 = fill.take(10, dueSince: .at(0))
        #expect(fits1)
        let fits2 = fill.take(10, dueSince: nil)
        #expect(fits2)
        #expect(!fill.isReady(at: .at(1999)))
        let fits3 = fill.take(10, dueSince: .at(500))
        #expect(fits3)
        #expect(fill.isReady(at: .at(500)))
        let fits4 = fill.take(10, dueSince: .at(500))
        #expect(!fits4)
        #expect(fill.count == 3)
    }

    @Test func aBatchIsReadyWhenTheOldestHasWaited() {
        var fill = BatchMeter(BatchPolicy(maxWait: .seconds(2)))
        #expect(fill.readyAt == nil)
        #expect(!fill.isReady(at: .at(9999)))
        let fits5 = fill.take(10, dueSince: .at(700))
        #expect(fits5)
        let fits6 = fill.take(10, dueSince: .at(300))
        #expect(fits6)
        #expect(fill.readyAt == .at(2300))
        #expect(!fill.isReady(at: .at(2299)))
        #expect(fill.isReady(at: .at(2300)))
    }

    /// Two brackets, and a comma between every two events, are part of the body.
    @Test func aBatchIsReadyWhenTheNextDoesNotFit() {
        var fill = BatchMeter(BatchPolicy(maxBytes: 24))
        let fits7 = fill.take(10, dueSince: .at(0))
        #expect(fits7)
        #expect(!fill.isFull)
        let fits8 = fill.take(12, dueSince: .at(0))
        #expect(!fits8, "25 bytes")
        #expect(fill.isReady(at: .at(0)))
        let fits9 = fill.take(11, dueSince: .at(0))
        #expect(fits9, "24 bytes")
    }

    @Test func whatIsLargerThanABatchGoesByItself() {
        var fill = BatchMeter(BatchPolicy(maxBytes: 100))
        let fits10 = fill.take(1000, dueSince: .at(0))
        #expect(fits10)
        #expect(fill.isReady(at: .at(0)))
        let fits11 = fill.take(1, dueSince: .at(0))
        #expect(!fits11)
    }
}
