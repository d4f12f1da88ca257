import Logging
import RelayCore
import RelayTesting
import Testing

@testable import RelayPipeline

/// Which event is blamed after a process died.
@Suite struct EventRunMarkerTests {
    private func marker(_ change: (inout EventRunMarker) -> Void) -> EventRunMarker {
        var marker = EventRunMarker()
        change(&marker)
        return marker
    }

    private func ids(_ numbers: Int64...) -> [EventID] { numbers.map { EventID($0) } }

    @Test func theEventsOfABatchRunAloneAfterADeath() {
        let next = EventRunMarker.atStart(after: marker { $0.begin(ids(1, 2, 3)) })
        #expect(next.suspects == Set(ids(1, 2, 3)))
        #expect(next.batch.isEmpty && next.crashed.isEmpty && next.lastAlone == nil)
    }

    @Test func aDeathBetweenBatchesBlamesNobody() {
        let last = marker {
            $0.begin(ids(1, 2))
            $0.end(ids(1, 2))
        }
        #expect(EventRunMarker.atStart(after: last) == EventRunMarker())
    }

    @Test func twoDeathsInSuccessionSetTheEventAside() {
        var process = EventRunMarker.atStart(after: marker { $0.begin(ids(1, 2, 3)) })
        process.beginAlone(EventID(1))
        process.endAlone(isDone: true)
        process.beginAlone(EventID(2))
        process.enter("default/transform")
        process = EventRunMarker.atStart(after: process)
        #expect(process.suspects == Set(ids(2, 3)) && process.lastAlone == EventID(2))
        process.beginAlone(EventID(2))
        process.enter("default/sign")
        process = EventRunMarker.atStart(after: process)
        #expect(process.suspects == Set(ids(3)))
        #expect(process.crashed == [EventID(2): "default/sign"])
        // It stays so until its dead letter is stored.
        process = EventRunMarker.atStart(after: process)
        #expect(process.crashed.keys.map(\.rawValue) == [2])
        process.end(ids(2))
        #expect(process.crashed.isEmpty)
    }

    @Test(arguments: ["idle", "batch", "another"])
    func anotherDeathBetweenTwoIsNoSuccession(between: String) {
        var process = marker { $0.begin(ids(1, 2)) }
        process = EventRunMarker.atStart(after: process)
        process.beginAlone(EventID(1))
        process = EventRunMarker.atStart(after: process)
        switch between {
        case "batch": process.begin(ids(7))
        case "another": process.beginAlone(EventID(2))
        default: break
        }
        process = EventRunMarker.atStart(after: process)
        process.beginAlone(EventID(1))
        process = EventRunMarker.atStart(after: process)
        #expect(process.crashed.isEmpty)
        #expect(process.lastAlone == EventID(1) && process.suspects.contains(EventID(1)))
    }

    @Test func anEventThatWaitsStaysASuspect() {
        var process = EventRunMarker.atStart(after: marker { $0.begin(ids(1)) })
        process.beginAlone(EventID(1))
        process.endAlone(isDone: false)
        #expect(process.suspects == Set(ids(1)))
        process.beginAlone(EventID(1))
        process.endAlone(isDone: true)
        #expect(!process.isSuspicious)
    }

    @Test func whatIsProcessedIsForgotten() {
        var process = EventRunMarker.atStart(after: marker { $0.begin(ids(1, 2, 9)) })
        process.forget { $0 == EventID(9) }
        #expect(process.suspects == Set(ids(9)))
    }

    @Test func bytesAreReadBackAndDamageIsFound() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            var marker = EventRunMarker.atStart(
                after: self.marker {
                    $0.begin((0..<random.next(upperBound: 40 as UInt64)).map { EventID(Int64($0) + 5) })
                })
            if Bool.random(using: &random) {
                marker.beginAlone(EventID(Int64.random(in: 1...1_000, using: &random)))
                marker.enter(String(repeating: "é/", count: Int.random(in: 0...40, using: &random)))
            } else {
                marker.begin(ids(3, 1, 4))
            }
            let bytes = marker.bytes
            // What a longer marker left behind it does not matter.
            #expect(EventRunMarker(bytes + [UInt8](repeating: 0xA5, count: 64)) == marker)
            #expect(EventRunMarker(Array(bytes.dropLast(8))) == nil)
            var damaged = bytes
            damaged[Int.random(in: damaged.indices, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            #expect(EventRunMarker(damaged) == nil)
        }
        #expect(EventRunMarker([]) == nil)
        #expect(EventRunMarker([UInt8](repeating: 0, count: 4096)) == nil)
    }

    @Test func anEventThatWasBeingAcceptedIsKnownByItsFingerprint() {
        var process = EventRunMarker.atStart(after: EventRunMarker(), accepting: 7)
        #expect(process.fingerprints == [7] && process.suspects.isEmpty)
        // It did not come again before the next end.
        process = EventRunMarker.atStart(after: process, accepting: 8)
        #expect(process.fingerprints == [7, 8])
        process = EventRunMarker.atStart(after: process, accepting: 7)
        #expect(process.fingerprints == [8, 7])
        process.suspect(EventID(3), fingerprint: 8)
        #expect(process.fingerprints == [7] && process.suspects == Set(ids(3)))
        #expect(EventRunMarker(process.bytes) == process)
        for number in UInt64(100)..<300 { process = EventRunMarker.atStart(after: process, accepting: number) }
        #expect(process.fingerprints == Array(236..<300))
    }

    @Test func theFileKnowsWhatWasBeingAccepted() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path(".running")
        do {
            let file = EventRunMarkerFile(path: path, logger: Self.logger)
            file.accept(5)
            file.accept(nil)
            file.accept(6)
        }
        do {
            let file = EventRunMarkerFile(path: path, logger: Self.logger)
            #expect(file.isSuspect(6) && !file.isSuspect(5))
            file.change { $0.begin(ids(1)) }
        }
        let file = EventRunMarkerFile(path: path, logger: Self.logger)
        #expect(file.isSuspect(6) && file.marker.suspects == Set(ids(1)))
    }

    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
