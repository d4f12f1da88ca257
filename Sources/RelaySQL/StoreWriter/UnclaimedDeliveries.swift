internal import RelayCore

/// The deliveries that were queued last and were never claimed, so that the first claim need not read them back. Nothing
/// of what a claim returns changes before it.
struct UnclaimedDeliveries {
    private var recent: [Int64: ClaimedDelivery] = [:]
    private var older: [Int64: ClaimedDelivery] = [:]
    private var size = 0

    /// Bytes of bodies in each of the two generations. The older one is dropped when the recent one is full.
    private static let maxSize = 2 << 20

    mutating func insert(_ delivery: ClaimedDelivery) {
        if size + delivery.body.count > Self.maxSize {
            older = recent
            recent = [:]
            size = 0
        }
        guard delivery.body.count <= Self.maxSize else { return }
        recent[delivery.id.rawValue] = delivery
        size += delivery.body.count + 200
    }

    mutating func remove(_ id: Int64) -> ClaimedDelivery? {
        if let delivery = recent.removeValue(forKey: id) {
            size -= delivery.body.count + 200
            return delivery
        }
        return older.isEmpty ? nil : older.removeValue(forKey: id)
    }

    mutating func removeAll() { self = UnclaimedDeliveries() }
}
