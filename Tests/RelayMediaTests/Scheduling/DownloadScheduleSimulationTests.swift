import RelayCore
import RelayTesting
import Testing

@testable import RelayMedia

/// Whole loads on a manual clock: how long the files of each host take beside hosts that hang.
@Suite struct DownloadScheduleSimulationTests {
    /// Files that are posted at the same time.
    struct Load {
        let host: String
        let count: Int
        /// Of a download, until its end.
        let takes: Duration
        var verdict = MediaHostBreaker.Verdict.answered
        var source = "s"
        var isLate = false
    }

    private struct Simulation {
        struct File {
            let load: Load
            let name: String
            var attempts = 0
        }

        var schedule: DownloadSchedule
        var now = Timestamp(seconds: 1_763_029_800)
        var files: [Int: File] = [:]
        var events: [(at: Timestamp, number: Int, isEnd: Bool)] = []
        var lastNumber = 0
        var finished: [String: [Duration]] = [:]
        let begun = Timestamp(seconds: 1_763_029_800)

        init(slots: Int) { schedule = DownloadSchedule(slots: slots) }

        mutating func post(_ file: File) {
            lastNumber += 1
            files[lastNumber] = file
            schedule.setPriority(file.load.isLate ? .late : .fresh, of: lastNumber)
            let request = DownloadSchedule.Request(
                host: file.load.host, file: file.name, source: file.load.source, fetch: lastNumber)
            schedule.enqueue(lastNumber, request, at: now)
        }

        mutating func decide(_ slots: Int) throws {
            for decision in schedule.decide(at: now) {
                switch decision {
                case .start(let number):
                    let load = try #require(files[number]).load
                    events.append((now + load.takes, number, true))
                case .refuse(let number): try again(number)
                }
            }
            #expect(schedule.runningCount <= slots)
        }

        /// As a fetch does: two more attempts, after one second and two.
        mutating func again(_ number: Int) throws {
            var file = try #require(files[number])
            files[number] = nil
            file.attempts += 1
            guard file.attempts < 3 else { return end(file) }
            lastNumber += 1
            files[lastNumber] = file
            events.append((now + .seconds(1 << (file.attempts - 1)), lastNumber, false))
        }

        mutating func end(_ file: File) { finished[file.load.host, default: []].append(now - begun) }

        mutating func run(slots: Int) throws {
            try decide(slots)
            while let index = events.indices.min(by: { events[$0].at < events[$1].at }) {
                let event = events.remove(at: index)
                now = event.at
                let file = try #require(files[event.number])
                if event.isEnd {
                    _ = schedule.end(event.number, file.load.verdict, at: now)
                    if file.load.verdict == .answered { end(file) } else { try again(event.number) }
                } else {
                    post(file)
                }
                files[event.number] = nil
                try decide(slots)
            }
        }
    }

    /// When the last file of each host has ended, one way or the other.
    private func ends(_ loads: [Load], slots: Int = 8, seed: UInt64 = 1) throws -> [String: Duration] {
        var simulation = Simulation(slots: slots)
        var files = loads.flatMap { load in
            (0..<load.count).map { Simulation.File(load: load, name: "\(load.host)/\($0)") }
        }
        var generator = SeededGenerator(seed: seed)
        files.shuffle(using: &generator)
        for file in files { simulation.post(file) }
        try simulation.run(slots: slots)
        #expect(simulation.finished.values.reduce(0) { $0 + $1.count } == files.count, "seed \(seed)")
        return simulation.finished.compactMapValues { $0.max() }
    }

    private let healthy = Load(host: "healthy", count: 60, takes: .milliseconds(500))

    @Test(arguments: [4, 8, 16, 64])
    func besideTwoHundredHangingFilesAHealthyHostNeedsAtMostTwiceItsTime(_ slots: Int) throws {
        let alone = try #require(try ends([healthy], slots: slots)["healthy"])
        for seed in 1...5 as ClosedRange<UInt64> {
            let hanging = Load(host: "hanging", count: 200, takes: .seconds(10), verdict: .silent)
            let beside = try ends([healthy, hanging], slots: slots, seed: seed)
            let took = try #require(beside["healthy"])
            #expect(took <= alone * 2, "\(took), alone \(alone), \(slots) slots, seed \(seed)")
        }
    }

    @Test func manyHangingHostsCostNoMoreThanOne() throws {
        let alone = try #require(try ends([healthy])["healthy"])
        let hanging = (0..<20).map {
            Load(host: "hanging\($0)", count: 10, takes: .seconds(10), verdict: .silent, source: "bad")
        }
        let took = try #require(try ends([healthy] + hanging)["healthy"])
        #expect(took <= alone * 2, "\(took), alone \(alone)")
    }

    @Test func hangingFilesAreGivenUpSoon() throws {
        let hanging = Load(host: "hanging", count: 200, takes: .seconds(10), verdict: .silent)
        let took = try #require(try ends([healthy, hanging])["hanging"])
        #expect(took < .seconds(120), "200 files, 10 s each, three times, in 8 slots took 12 minutes: \(took)")
    }

    @Test func aLateBacklogDoesNotSlowFreshFilesDown() throws {
        let alone = try #require(try ends([healthy])["healthy"])
        let late = Load(host: "healthy too", count: 500, takes: .milliseconds(500), source: "t", isLate: true)
        let took = try #require(try ends([healthy, late])["healthy"])
        #expect(took <= alone * 2, "\(took), alone \(alone)")
    }

    /// Any mixture ends: no request is forgotten, and no more run than there are slots.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func everyLoadEnds(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let loads = (0..<Int.random(in: 1...12, using: &generator)).map { index in
            Load(
                host: "h\(Int.random(in: 0...5, using: &generator)) \(index)",
                count: .random(in: 1...40, using: &generator),
                takes: .milliseconds(.random(in: 1...12_000, using: &generator)),
                verdict: generator.pick([.answered, .answered, .silent, .unknown]),
                source: "s\(index % 3)",
                isLate: .random(using: &generator)
            )
        }
        let ended = try ends(loads, slots: .random(in: 1...16, using: &generator), seed: seed)
        #expect(ended.count == loads.count, "seed \(seed)")
    }
}
