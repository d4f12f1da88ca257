/// The transfers that wait for a request. Used only by the engine's thread.
///
/// A request gets one whose last request went to the same URL if there is one, because its options are still set.
struct CurlIdleTransfers {
    private struct Entry {
        /// Where its options lead to; nil when the next request sets all of them anyway.
        let target: ObjectIdentifier?
        let transfer: CurlTransfer
    }

    /// The longest idle first.
    private var entries: [Entry] = []

    private static let maximum = 256
    /// With at least this many, a request to another URL gets the longest idle one instead of one more.
    private static let enough = 64

    /// Nil: a new one is to be made.
    mutating func take(for target: CurlTarget) -> CurlTransfer? {
        let wanted = ObjectIdentifier(target)
        for index in entries.indices.reversed() where entries[index].target == wanted {
            return entries.remove(at: index).transfer
        }
        if let last = entries.last, last.target == nil { return entries.removeLast().transfer }
        return entries.count < Self.enough ? nil : entries.removeFirst().transfer
    }

    mutating func append(_ transfer: CurlTransfer) {
        guard entries.count < Self.maximum else { return }
        entries.append(Entry(target: transfer.prepared.map { ObjectIdentifier($0.target) }, transfer: transfer))
    }

    mutating func removeAll() { entries = [] }
}
