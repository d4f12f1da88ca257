import RelayCore
import Testing

@testable import RelayMedia

/// Which downloads start, and in which order.
@Suite struct DownloadScheduleTests {
    private let start = Timestamp(seconds: 1_763_029_800)
    private var schedule = DownloadSchedule(slots: 8)
    private var lastNumber = 0

    private mutating func enqueue(
        _ host: String, _ count: Int = 1, source: String = "s", isLate: Bool = false, at now: Timestamp? = nil
    ) -> [Int] {
        (0..<count).map { _ in
            lastNumber += 1
            schedule.setPriority(isLate ? .late : .fresh, of: lastNumber)
            schedule.enqueue(
                lastNumber,
                DownloadSchedule.Request(host: host, file: "f\(lastNumber)", source: source, fetch: lastNumber),
                at: now ?? start)
            return lastNumber
        }
    }

    private mutating func started(at now: Timestamp? = nil) -> [Int] {
        schedule.decide(at: now ?? start).compactMap { if case .start(let number) = $0 { number } else { nil } }
    }

    private mutating func prove(_ hosts: String...) {
        for host in hosts {
            let numbers = enqueue(host)
            #expect(started() == numbers)
            for number in numbers { _ = schedule.end(number, .answered, at: start) }
        }
    }

    /// Three files in a row without an answer.
    private mutating func silence(_ host: String) {
        for _ in 0..<3 {
            let numbers = enqueue(host)
            #expect(started() == numbers)
            _ = schedule.end(numbers[0], .silent, at: start)
        }
    }

    // MARK: Hosts

    @Test mutating func aHostThatHasNotAnsweredYetGetsAQuarter() {
        _ = enqueue("a", 200)
        #expect(started().count == 2)
        #expect(started().isEmpty)
    }

    @Test mutating func hostsThatHaveNotAnsweredYetGetAHalfTogether() {
        prove("good")
        for host in 0..<50 { _ = enqueue("h\(host)", 4) }
        #expect(started().count == 4)
        let others = (0..<3).map { enqueue("h\($0)", 1, source: "another \($0)")[0] }
        #expect(started() == Array(others.prefix(2)), "other sources may try a host as well")
        _ = enqueue("good", 20)
        #expect(started().count == 2, "the last quarter is for hosts that answer")
    }

    @Test mutating func aHostThatAnswersGetsAlmostAllAndLeavesOne() {
        prove("a", "b")
        _ = enqueue("a", 20)
        #expect(started().count == 7)
        #expect(started().isEmpty)
        let other = enqueue("b", 20)
        #expect(started() == [other[0]], "the last slot is for another host")
    }

    @Test mutating func hostsWithMuchToDoGetTheSame() {
        prove("a", "b")
        var ends = enqueue("a", 100)
        ends = Array(ends.prefix(started().count))
        let others = Set(enqueue("b", 100))
        var running = ends + started()
        // As downloads end, the slots go to the host that has fewer.
        for _ in 0..<40 {
            _ = schedule.end(running.removeFirst(), .answered, at: start)
            running += started()
        }
        let ofB = running.filter { others.contains($0) }.count
        #expect((3...4).contains(ofB) && (3...4).contains(running.count - ofB), "\(running.count), \(ofB)")
    }

    @Test(arguments: [1, 2, 3, 4, 5, 16, 256])
    mutating func everyNumberOfSlotsIsUsed(_ slots: Int) {
        schedule = DownloadSchedule(slots: slots)
        _ = enqueue("a", 1)
        let first = started()
        #expect(first.count == 1)
        for number in first { _ = schedule.end(number, .answered, at: start) }
        _ = enqueue("a", 1000)
        let count = started().count
        #expect(count >= max(1, slots * 3 / 4) && count <= slots, "\(count) of \(slots)")
    }

    // MARK: Sources

    @Test mutating func noSourceWaitsForAllFilesOfAnotherAtTheSameHost() {
        prove("mmg")
        let many = enqueue("mmg", 500, source: "busy")
        var running = started()
        #expect(running == Array(many.prefix(7)))
        let one = enqueue("mmg", 1, source: "quiet")
        _ = schedule.end(running.removeFirst(), .answered, at: start)
        #expect(started() == one)
    }

    // MARK: Hosts that do not answer

    @Test mutating func aSuspendedHostGetsOneProbeAndTheOthersShareItsResult() {
        silence("a")
        let early = enqueue("a", 2)
        #expect(schedule.decide(at: start) == early.map { .refuse($0) }, "there was a result just now")

        let later = start + MediaHostBreaker.firstPause
        let numbers = enqueue("a", 5, at: later)
        #expect(started(at: later) == [numbers[0]])
        #expect(started(at: later).isEmpty)
        let late = enqueue("a", 3, at: later + .seconds(5))
        _ = schedule.end(numbers[0], .silent, at: later + .seconds(10))
        let waiting = numbers.dropFirst() + late
        #expect(schedule.decide(at: later + .seconds(10)) == waiting.map { .refuse($0) })
        #expect(schedule.waitingCount == 0)
    }

    @Test mutating func anAnswerLetsAllThatWaitStart() {
        silence("a")
        let later = start + MediaHostBreaker.firstPause
        let numbers = enqueue("a", 5, at: later)
        #expect(started(at: later) == [numbers[0]])
        _ = schedule.end(numbers[0], .answered, at: later)
        #expect(started(at: later) == Array(numbers.dropFirst()))
    }

    @Test mutating func aFileThatGotNoAnswerIsTheLastToProbe() {
        var bad: [DownloadSchedule.Request] = []
        for number in 1...3 {
            let request = DownloadSchedule.Request(host: "a", file: "bad\(number)", source: "s", fetch: number)
            schedule.enqueue(number, request, at: start)
            #expect(started() == [number])
            _ = schedule.end(number, .silent, at: start)
            bad.append(request)
        }
        let later = start + MediaHostBreaker.firstPause
        schedule.enqueue(4, bad[0], at: later)
        schedule.enqueue(5, DownloadSchedule.Request(host: "a", file: "good", source: "s", fetch: 5), at: later)
        #expect(started(at: later) == [5])
    }

    @Test mutating func suspendedHostsTogetherGetAQuarter() {
        for host in 0..<10 { silence("h\(host)") }
        let later = start + MediaHostBreaker.firstPause
        for host in 0..<10 { _ = enqueue("h\(host)", 3, at: later) }
        #expect(started(at: later).count == 2)
    }

    /// A host that held many slots when it stopped answering does not keep hosts that are new from theirs.
    @Test mutating func aHostThatStopsAnsweringDoesNotBlockNewOnes() {
        prove("a")
        _ = enqueue("a", 20)
        let running = started()
        #expect(running.count == 7)
        _ = schedule.end(running[0], .silent, at: start)
        #expect(started().isEmpty)
        let new = enqueue("b", 2)
        #expect(started() == new)
    }

    // MARK: Late files

    @Test mutating func lateFilesYieldToFreshOnes() {
        prove("a")
        let late = enqueue("a", 50, isLate: true)
        let running = started()
        #expect(running == Array(late.prefix(2)), "a quarter at most")
        let fresh = enqueue("a", 50)
        #expect(started() == Array(fresh.prefix(5)))
        for number in running { _ = schedule.end(number, .answered, at: start) }
        #expect(started() == Array(fresh[5..<7]), "fresh ones first")
    }

    @Test mutating func aLateFileDoesNotWaitForEver() {
        prove("a")
        let late = enqueue("a", 1, isLate: true)
        var now = start
        var running: [Int] = []
        var fresh = 0
        while !running.contains(late[0]) {
            _ = enqueue("a", 10, at: now)
            running += started(at: now)
            guard !running.contains(late[0]), fresh < 1000 else { break }
            _ = schedule.end(running.removeFirst(), .answered, at: now)
            fresh += 1
            now = now + .milliseconds(500)
        }
        #expect(running.contains(late[0]))
        #expect(now - start <= DownloadSchedule.longestYield + .seconds(1))
    }

    @Test mutating func whoeverWaitsForALateFileMakesItFresh() {
        prove("a")
        let late = enqueue("a", 5, isLate: true)
        #expect(started() == Array(late.prefix(2)))
        schedule.setPriority(.fresh, of: late[4])
        #expect(started() == [late[4]])
    }

    // MARK: Bookkeeping

    @Test mutating func whoGivesUpIsPassedOver() {
        prove("a")
        let numbers = enqueue("a", 9)
        #expect(started().count == 7)
        schedule.withdraw(numbers[7])
        schedule.withdraw(numbers[7])
        _ = schedule.end(numbers[0], .unknown, at: start)
        #expect(started() == [numbers[8]])
        schedule.withdraw(numbers[8])
        #expect(schedule.runningCount == 7, "who runs does not wait")
    }

    /// Names of hosts come from messages.
    @Test mutating func hostsAreForgotten() {
        for number in 0..<5000 {
            let numbers = enqueue("h\(number)")
            #expect(started() == numbers)
            _ = schedule.end(numbers[0], .silent, at: start)
        }
        #expect(schedule.rememberedHostCount <= 513)
    }
}
