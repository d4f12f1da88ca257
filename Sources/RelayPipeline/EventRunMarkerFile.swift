internal import Glibc
package import Logging
internal import RelayCore
internal import Synchronization

/// Keeps an ``EventRunMarker`` in a file beside the store, where the next process finds it.
///
/// The file is never synced: it must survive the death of the process, not of the machine. A write costs about a
/// microsecond. The event that is being accepted is in the file's first page, which is mapped into memory: to note it
/// is to store one word. When the file cannot be written, events run without a marker.
package final class EventRunMarkerFile: Sendable {
    private struct State {
        var marker: EventRunMarker
        var descriptor: Int32
        /// The first page of the file; nil when it cannot be mapped.
        var page: UnsafeMutableRawPointer?
        var hasFailed = false
    }

    /// The first page has the fingerprint of the event that is being accepted, 0 for none. The marker follows.
    private static let pageSize = 4096

    private let state: Mutex<State>
    private let logger: Logger

    /// Opens the file, and reads what the last process left.
    /// - Parameter path: created when it does not exist.
    package init(path: String, logger: Logger) {
        self.logger = logger
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        let last = Self.read(descriptor)
        let page = Self.map(descriptor)
        let accepting = page?.load(as: UInt64.self) ?? 0
        // Earlier versions had the marker in the first page.
        let marker = EventRunMarker.atStart(
            after: last ?? EventRunMarker(), accepting: last == nil || accepting == 0 ? nil : accepting)
        page?.storeBytes(of: 0, as: UInt64.self)
        state = Mutex(State(marker: marker, descriptor: descriptor, page: page))
        change { _ in }
        if marker.isSuspicious {
            logger.warning(
                "The last process ended in the middle of events; they are run one at a time",
                metadata: ["events": "\(marker.suspects.count)", "set aside": "\(marker.crashed.count)"]
            )
        }
    }

    deinit {
        state.withLock { state in
            if let page = state.page { munmap(page, Self.pageSize) }
            if state.descriptor >= 0 { _ = close(state.descriptor) }
        }
    }

    var marker: EventRunMarker { state.withLock { $0.marker } }

    /// The pipelines begin with an event that is not stored yet, or have ended with it.
    /// - Parameter fingerprint: nil for none.
    func accept(_ fingerprint: UInt64?) {
        state.withLock { $0.page?.storeBytes(of: fingerprint ?? 0, as: UInt64.self) }
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
                pwrite(state.descriptor, $0.baseAddress, $0.count, off_t(Self.pageSize))
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

    private static func map(_ descriptor: Int32) -> UnsafeMutableRawPointer? {
        guard descriptor >= 0 else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0,
            status.st_size >= pageSize || ftruncate(descriptor, off_t(pageSize)) == 0
        else { return nil }
        let page = mmap(nil, pageSize, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        return page == MAP_FAILED ? nil : page
    }

    private static func read(_ descriptor: Int32) -> EventRunMarker? {
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(pageSize)) }
        guard count > 0 else { return nil }
        return EventRunMarker(Array(bytes[..<count]))
    }
}
