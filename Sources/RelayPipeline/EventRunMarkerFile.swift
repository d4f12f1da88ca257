internal import Glibc
package import Logging
internal import RelayCore
internal import Synchronization

/// Keeps an ``EventRunMarker`` in a file beside the store, where the next process finds it.
///
/// The file is never synced: it must survive the death of the process, not of the machine. A write costs about a
/// microsecond. When it cannot be written, events run without a marker. It is not mapped into memory: on a full disk a
/// store to a mapped page ends the process.
package final class EventRunMarkerFile: Sendable {
    private struct State {
        var marker: EventRunMarker
        var descriptor: Int32
        var hasFailed = false
    }

    /// The file begins with the fingerprint of the event that is being accepted, 0 for none. The marker follows here.
    private static let markerOffset: off_t = 4096

    private let state: Mutex<State>
    private let logger: Logger

    /// Opens the file, and reads what the last process left.
    /// - Parameter path: created when it does not exist.
    package init(path: String, logger: Logger) {
        self.logger = logger
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        let last = Self.read(descriptor)
        // Earlier versions had the marker at the beginning.
        let accepting = last == nil ? nil : Self.readAccepting(descriptor)
        let marker = EventRunMarker.atStart(after: last ?? EventRunMarker(), accepting: accepting)
        state = Mutex(State(marker: marker, descriptor: descriptor))
        accept(nil)
        change { _ in }
        if marker.isSuspicious {
            logger.warning(
                "The last process ended in the middle of events; they are run one at a time",
                metadata: ["events": "\(marker.suspects.count)", "set aside": "\(marker.crashed.count)"]
            )
        }
    }

    deinit {
        let descriptor = state.withLock { $0.descriptor }
        if descriptor >= 0 { _ = close(descriptor) }
    }

    var marker: EventRunMarker { state.withLock { $0.marker } }

    /// The pipelines begin with an event that is not stored yet.
    /// - Parameter fingerprint: nil for none.
    func accept(_ fingerprint: UInt64?) {
        // A failure is told by ``change(_:)``.
        state.withLock { state in
            var word = fingerprint ?? 0
            _ = pwrite(state.descriptor, &word, 8, 0)
        }
    }

    /// Whether an earlier process ended while it accepted the event.
    func isSuspect(_ fingerprint: UInt64) -> Bool {
        state.withLock { !$0.marker.fingerprints.isEmpty && $0.marker.fingerprints.contains(fingerprint) }
    }

    /// Changes the marker and stores it, when it is another one afterwards than before.
    func change(_ change: (inout EventRunMarker) -> Void) {
        let failure: Int32? = state.withLock { state in
            change(&state.marker)
            let bytes = state.marker.bytes
            let count = bytes.withUnsafeBytes {
                pwrite(state.descriptor, $0.baseAddress, $0.count, Self.markerOffset)
            }
            guard count != bytes.count, !state.hasFailed else { return nil }
            state.hasFailed = true
            return errno
        }
        if let failure {
            logger.warning(
                "The marker of the events under way cannot be written; an event that ends the process is not found",
                metadata: ["errno": "\(failure)"]
            )
        }
    }

    /// The event that the last process was accepting when it ended; nil: none.
    private static func readAccepting(_ descriptor: Int32) -> UInt64? {
        var word: UInt64 = 0
        return pread(descriptor, &word, 8, 0) == 8 && word != 0 ? word : nil
    }

    private static func read(_ descriptor: Int32) -> EventRunMarker? {
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, markerOffset) }
        guard count > 0 else { return nil }
        return EventRunMarker(Array(bytes[..<count]))
    }
}
