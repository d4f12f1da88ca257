internal import RelayCore

/// Entries that could not be looked up a moment ago, bounded. Pure.
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
            // Forgetting costs one more wait each, which the route's health bounds.
            if until.count >= Self.capacity { until = [:] }
        }
        until[id] = moment
    }
}
