internal import RelayCore

/// What is known of lanes without a look at the store: that a lane is empty, or has one delivery. Everything that adds
/// a delivery to a lane, takes one out, or changes a lane's name must be told here. Pure.
struct OpenLanes {
    private struct Key: Hashable {
        var destination: DestinationKey
        var lane: String
    }

    private enum Content: Equatable {
        case empty
        case single(Int64)
    }

    /// A delivery that was claimed when it was queued.
    struct Position {
        var destination: DestinationKey
        var lane: String?
    }

    /// Lanes that are not listed may have anything.
    private var contents: [Key: Content] = [:]
    private var positions: [Int64: Position] = [:]

    /// At most as many lanes, and as many claims, are listed.
    private static let capacity = 50_000

    /// Whether a lane is known to have no delivery that is queued or in flight.
    func isEmpty(_ lane: String, of destination: DestinationKey) -> Bool {
        contents[Key(destination: destination, lane: lane)] == .empty
    }

    /// A delivery was added.
    /// - Parameter isFirst: whether the lane was empty before.
    mutating func add(_ id: Int64, to lane: String, of destination: DestinationKey, isFirst: Bool) {
        let key = Key(destination: destination, lane: lane)
        guard isFirst else {
            contents[key] = nil
            return
        }
        if contents.count >= Self.capacity { contents = [:] }
        contents[key] = .single(id)
    }

    /// A delivery is finished.
    /// - Returns: whether the lane is known to be empty now.
    mutating func finish(_ id: Int64, in lane: String, of destination: DestinationKey) -> Bool {
        let key = Key(destination: destination, lane: lane)
        guard contents[key] == .single(id) else {
            contents[key] = nil
            return false
        }
        contents[key] = .empty
        return true
    }

    /// A lane has changed in another way.
    mutating func forget(_ lane: String, of destination: DestinationKey) {
        contents[Key(destination: destination, lane: lane)] = nil
    }

    /// A delivery was queued and claimed.
    mutating func claim(_ id: Int64, at position: Position) {
        if positions.count >= Self.capacity { positions = [:] }
        positions[id] = position
    }

    /// Where a delivery is that was claimed when it was queued; nil when that is not known. It is forgotten.
    mutating func takeClaim(_ id: Int64) -> Position? { positions.removeValue(forKey: id) }

    mutating func removeAll() {
        contents.removeAll(keepingCapacity: true)
        positions.removeAll(keepingCapacity: true)
    }
}
