internal import RelayCore

/// Destinations in the order in which they came. Removal is the caller's: it skips those that are elsewhere by now.
struct DestinationQueue: Sendable {
    private var keys: [DestinationKey] = []
    private var start = 0

    mutating func append(_ key: DestinationKey) { keys.append(key) }

    mutating func popFirst() -> DestinationKey? {
        guard start < keys.count else { return nil }
        defer {
            start += 1
            if start > 64, start * 2 > keys.count {
                keys.removeFirst(start)
                start = 0
            }
        }
        return keys[start]
    }
}

/// Destinations by the moment at which they are to be looked at: a binary heap.
struct DestinationTimers: Sendable {
    struct Entry: Sendable {
        let moment: Timestamp
        let key: DestinationKey
    }

    private var heap: [Entry] = []

    var first: Entry? { heap.first }

    mutating func insert(_ key: DestinationKey, at moment: Timestamp) {
        heap.append(Entry(moment: moment, key: key))
        var index = heap.count - 1
        while index > 0, heap[index].moment < heap[(index - 1) / 2].moment {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    mutating func removeFirst() {
        guard let last = heap.popLast(), !heap.isEmpty else { return }
        heap[0] = last
        var index = 0
        while true {
            var least = index
            for child in [index * 2 + 1, index * 2 + 2]
            where child < heap.count && heap[child].moment < heap[least].moment {
                least = child
            }
            guard least != index else { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
