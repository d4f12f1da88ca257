internal import RelayCore

/// A bounded cache of entries that could not be looked up recently. It performs no I/O and reads no clock.
struct NegativeLookupCache<ID: Hashable & Sendable>: Sendable {
    private static var capacity: Int { 10_000 }
    private var until: [ID: Timestamp] = [:]

    var count: Int { until.count }

    mutating func contains(_ id: ID, at now: Timestamp) -> Bool {
        guard let moment = until[id] else { return false }
        if now < moment { return true }
        until[id] = nil
        return false
    }

    mutating func insert(_ id: ID, until moment: Timestamp, at now: Timestamp) {
        if until.count >= Self.capacity {
            until = until.filter { now < $0.value }
            // Clearing the cache costs one more wait for each entry, which the breaker of the route limits.
            if until.count >= Self.capacity { until = [:] }
        }
        until[id] = moment
    }
}
