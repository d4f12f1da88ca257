/// A bounded dictionary in two generations. When the young one is full it becomes the old one, and entries of the old
/// one that were not read since then are dropped. Inlinable, to be specialized in other modules.
package struct TwoGenerationCache<Value: Sendable>: Sendable {
    @usableFromInline let capacity: Int
    @usableFromInline var young: [DirectoryEntryKey: Value] = [:]
    @usableFromInline var old: [DirectoryEntryKey: Value] = [:]

    @inlinable package init(capacity: Int) {
        self.capacity = capacity
    }

    package subscript(key: DirectoryEntryKey) -> Value? {
        @inlinable @inline(__always) mutating get {
            if let value = young[key] { return value }
            guard let value = old[key] else { return nil }
            insert(value, for: key)
            return value
        }
        @inlinable @inline(__always) set {
            guard let newValue else {
                young[key] = nil
                old[key] = nil
                return
            }
            insert(newValue, for: key)
        }
    }

    @inlinable mutating func insert(_ value: Value, for key: DirectoryEntryKey) {
        if young.count >= capacity {
            old = young
            young = [:]
        }
        young[key] = value
    }

    @inlinable package mutating func removeAll() {
        young = [:]
        old = [:]
    }
}
