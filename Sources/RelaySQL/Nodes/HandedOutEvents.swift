internal import RelayCore
internal import Synchronization

/// The pending events that this node's pipelines were given, of a store that several nodes share. An event of another node
/// may appear with a lower id than those that were read last: numbers are taken before a transaction commits.
final class HandedOutEvents: Sendable {
    private struct State {
        var events: Set<EventID> = []
        var version: Int64 = -1
    }

    private let state = Mutex(State())

    init() {}

    /// Where to look for pending events.
    /// - Parameters:
    ///   - cursor: the last that were read; 0: they are read anew.
    ///   - version: of the ownership.
    /// - Returns: the number after which to look.
    func start(after cursor: EventID, version: Int64) -> EventID {
        state.withLock { state in
            if cursor.rawValue == 0 { state.events = [] }
            // Older events of other nodes may be this node's now.
            guard state.version == version else {
                state.version = version
                return EventID(0)
            }
            return EventID(max(0, cursor.rawValue - Self.window))
        }
    }

    /// No transaction lasts longer. In numbers: a minute.
    private static let window: Int64 = 60_000 << SortableIDCodec.counterBits

    func contains(_ event: EventID) -> Bool { state.withLock { $0.events.contains(event) } }

    func add(_ events: some Sequence<EventID>) { state.withLock { $0.events.formUnion(events) } }

    func remove(_ events: some Sequence<EventID>) { state.withLock { $0.events.subtract(events) } }
}
