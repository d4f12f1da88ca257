internal import RelayCore

/// Which events are under way, and what earlier processes left: enough to tell after a process died which event it may
/// have died of. Pure; ``EventRunMarkerFile`` keeps it.
///
/// Events usually run in batches. The events of a batch that a process died with run alone in the next one, so that a
/// further death names its event. An event with which alone two processes died in succession is set aside. An event
/// that was under way while it was accepted is not stored; it is known by its fingerprint, and when it arrives again it
/// is stored before it runs, and runs alone.
struct EventRunMarker: Sendable, Equatable {
    /// Events that were under way when a process died, and have not run alone to their end since.
    private(set) var suspects: Set<EventID> = []
    /// Events that are to be set aside without another run, and where they were: `PIPELINE/STAGE`, empty when it is not
    /// known any more.
    private(set) var crashed: [EventID: String] = [:]
    /// The events that run together now.
    private(set) var batch: [EventID] = []
    /// The event that runs alone now.
    private(set) var alone: EventID?
    /// Where the event that runs alone is: `PIPELINE/STAGE`. Empty before the first stage.
    private(set) var stage = ""
    /// The event that was alone under way when the last process died.
    private(set) var lastAlone: EventID?
    /// Events that were being accepted when a process died, oldest first.
    private(set) var fingerprints: [UInt64] = []

    /// A caller that got no answer posts again within hours: more need not be known.
    private static let maxFingerprints = 64

    init() {}

    init(
        suspects: Set<EventID>, crashed: [EventID: String], batch: [EventID], alone: EventID?, stage: String,
        lastAlone: EventID?, fingerprints: [UInt64] = []
    ) {
        self.suspects = suspects
        self.crashed = crashed
        self.batch = batch
        self.alone = alone
        self.stage = stage
        self.lastAlone = lastAlone
        self.fingerprints = fingerprints
    }

    /// The marker of a process that begins, from the one that the last process left.
    /// - Parameter accepting: the event that the last process was accepting when it ended; nil: none.
    static func atStart(after last: EventRunMarker, accepting: UInt64? = nil) -> EventRunMarker {
        var marker = EventRunMarker()
        marker.fingerprints = last.fingerprints.filter { $0 != accepting }
        if let accepting { marker.fingerprints.append(accepting) }
        marker.fingerprints.removeFirst(max(0, marker.fingerprints.count - maxFingerprints))
        marker.suspects = last.suspects.union(last.batch)
        marker.crashed = last.crashed
        guard let alone = last.alone else { return marker }
        if alone == last.lastAlone {
            marker.suspects.remove(alone)
            marker.crashed[alone] = last.stage
        } else {
            marker.suspects.insert(alone)
            marker.lastAlone = alone
        }
        return marker
    }

    /// Whether the events of an earlier process are still to be run alone or set aside.
    var isSuspicious: Bool { !suspects.isEmpty || !crashed.isEmpty }

    mutating func begin(_ events: [EventID]) { batch = events }

    /// An event with a fingerprint is stored now.
    mutating func suspect(_ event: EventID, fingerprint: UInt64) {
        fingerprints.removeAll { $0 == fingerprint }
        suspects.insert(event)
    }

    mutating func beginAlone(_ event: EventID) {
        batch = []
        alone = event
        stage = ""
    }

    mutating func enter(_ stage: String) { self.stage = stage }

    /// - Parameter isDone: whether the event has run to its end; false: it waits for something, and continues later.
    mutating func endAlone(isDone: Bool) {
        if isDone, let alone {
            suspects.remove(alone)
            if lastAlone == alone { lastAlone = nil }
        }
        alone = nil
        stage = ""
    }

    /// The results of the batch are stored.
    mutating func end(_ events: some Sequence<EventID>) {
        batch = []
        for event in events where !crashed.isEmpty { crashed[event] = nil }
    }

    /// Forgets events that are processed already: the process died after their results were stored.
    /// - Parameter isPending: whether an event is still to be run.
    mutating func forget(unless isPending: (EventID) -> Bool) {
        suspects = suspects.filter(isPending)
        crashed = crashed.filter { isPending($0.key) }
    }
}

extension EventRunMarker {
    private static let magic: UInt64 = 0x5A48_5255_4E00_0002
    private static let headerWords = 9

    /// The marker as bytes, with a checksum: a process can die while it writes them.
    var bytes: [UInt8] {
        let stage = Array(stage.utf8.prefix(256))
        var words: [UInt64] = [
            Self.magic, 0, UInt64(batch.count), UInt64(suspects.count), UInt64(crashed.count),
            UInt64(bitPattern: alone?.rawValue ?? 0), UInt64(bitPattern: lastAlone?.rawValue ?? 0),
            UInt64(stage.count), UInt64(fingerprints.count),
        ]
        words.reserveCapacity(
            words.count + batch.count + suspects.count + crashed.count + fingerprints.count + 32)
        for event in batch { words.append(UInt64(bitPattern: event.rawValue)) }
        for event in suspects { words.append(UInt64(bitPattern: event.rawValue)) }
        for event in crashed.keys { words.append(UInt64(bitPattern: event.rawValue)) }
        words += fingerprints
        for start in stride(from: 0, to: stage.count, by: 8) {
            var word: UInt64 = 0
            for byte in stage[start..<min(start + 8, stage.count)].reversed() { word = word << 8 | UInt64(byte) }
            words.append(word)
        }
        words[1] = Self.checksum(words)
        return words.withUnsafeBytes(Array.init)
    }

    /// Nil for bytes that are no whole marker.
    init?(_ bytes: [UInt8]) {
        let words = bytes.withUnsafeBytes { buffer in
            (0..<buffer.count / 8).map { buffer.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
        }
        guard words.count >= Self.headerWords, words[0] == Self.magic else { return nil }
        let counts = (words[2...4] + [words[8]]).map { Int(truncatingIfNeeded: $0) }
        let stageBytes = Int(truncatingIfNeeded: words[7])
        guard counts.allSatisfy({ (0...words.count).contains($0) }), (0...256).contains(stageBytes) else { return nil }
        let count = Self.headerWords + counts.reduce(0, +) + (stageBytes + 7) / 8
        guard count <= words.count else { return nil }
        var whole = Array(words[..<count])
        whole[1] = 0
        guard Self.checksum(whole) == words[1] else { return nil }
        let lists = whole[Self.headerWords...]
        let events = lists.map { EventID(Int64(bitPattern: $0)) }
        let stageWords = whole[(count - (stageBytes + 7) / 8)...]
        func id(_ word: UInt64) -> EventID? { word == 0 ? nil : EventID(Int64(bitPattern: word)) }
        self.init(
            suspects: Set(events.dropFirst(counts[0]).prefix(counts[1])),
            crashed: Dictionary(
                events.dropFirst(counts[0] + counts[1]).prefix(counts[2]).map { ($0, "") },
                uniquingKeysWith: { first, _ in first }),
            batch: Array(events.prefix(counts[0])),
            alone: id(words[5]),
            stage: String(
                decoding: stageWords.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
                    .prefix(stageBytes),
                as: UTF8.self),
            lastAlone: id(words[6]),
            fingerprints: Array(lists.dropFirst(counts[0] + counts[1] + counts[2]).prefix(counts[3]))
        )
    }

    /// FNV-1a over words; `words[1]`, where the checksum stands, counts as 0.
    private static func checksum(_ words: [UInt64]) -> UInt64 {
        var sum: UInt64 = 0xCBF2_9CE4_8422_2325
        for (place, word) in words.enumerated() { sum = (sum ^ (place == 1 ? 0 : word)) &* 0x0000_0100_0000_01B3 }
        return sum
    }
}
