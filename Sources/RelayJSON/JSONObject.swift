/// The members of a JSON object, in the order in which they were written or added.
///
/// Objects are usually small, so members are stored in one array and look-up is linear; build large ones with
/// `init(_:)` or `append(_:_:)`. Keys are equal when their bytes are equal. Two objects are equal when they have the
/// same members in any order.
package struct JSONObject: Sendable {
    @usableFromInline var members: [(key: String, value: JSON)]

    /// An object without members.
    package init() { members = [] }

    init(members: [(key: String, value: JSON)]) { self.members = members }

    /// An object of `pairs`. For a repeated key, the later value replaces the first one at its position.
    package init(_ pairs: some Sequence<(String, JSON)>) {
        self.init()
        members.reserveCapacity(pairs.underestimatedCount)
        var places: [ByteExactKey: Int] = [:]
        for (key, value) in pairs {
            // Above a few members a table is used, because linear search would take quadratic time.
            if count == Self.few {
                for (place, member) in enumerated() { places[ByteExactKey(text: member.key)] = place }
            }
            guard count >= Self.few else {
                self[key] = value
                continue
            }
            if let place = places[ByteExactKey(text: key)] {
                members[place].value = value
            } else {
                places[ByteExactKey(text: key)] = count
                members.append((key, value))
            }
        }
    }

    /// The member `key`. Setting it replaces the value at its position, or appends a new member; setting `nil` removes
    /// it.
    package subscript(key: String) -> JSON? {
        get {
            guard let place = place(of: key) else { return nil }
            return members[place].value
        }
        set {
            switch (place(of: key), newValue) {
            case (let place?, let value?): members[place].value = value
            case (let place?, nil): members.remove(at: place)
            case (nil, let value?): members.append((key, value))
            case (nil, nil): break
            }
        }
    }

    /// Appends a member without searching for the same key: the caller guarantees that there is none.
    @inlinable @inline(__always)
    package mutating func append(_ key: consuming String, _ value: consuming JSON) {
        members.append((key, value))
    }

    /// Removes the member `key` and returns its value.
    @discardableResult
    package mutating func removeValue(forKey key: String) -> JSON? {
        place(of: key).map { members.remove(at: $0).value }
    }

    @inlinable package mutating func reserveCapacity(_ count: Int) { members.reserveCapacity(count) }

    package func contains(_ key: String) -> Bool { place(of: key) != nil }

    /// The keys, in order.
    package var keys: [String] { members.map(\.key) }

    /// The values, in the order of their keys.
    package var values: [JSON] { members.map(\.value) }

    /// Up to this number of members, linear search is faster than a table.
    private static let few = 16

    private func place(of key: String) -> Int? {
        members.withUnsafeBufferPointer { Self.place(of: key, in: $0) }
    }

    /// The position of a member in the storage of an object.
    @inline(__always)
    static func place(of key: String, in members: UnsafeBufferPointer<(key: String, value: JSON)>) -> Int? {
        // Most keys are short, and equal short strings nearly always have the same representation.
        for place in 0..<members.count where members[place].key.hasSameRepresentation(as: key) { return place }
        for place in 0..<members.count where members[place].key.hasSameBytes(as: key) { return place }
        return nil
    }
}

extension JSONObject: RandomAccessCollection {
    @inlinable package var startIndex: Int { 0 }
    @inlinable package var endIndex: Int { members.count }
    // The default goes through the indexes, which is slow where it is not specialized.
    @inlinable package var count: Int { members.count }
    @inlinable package subscript(position: Int) -> (key: String, value: JSON) { members[position] }

    /// The array's iterator: that of a collection would allocate for each member in other modules.
    @inlinable package func makeIterator() -> IndexingIterator<[(key: String, value: JSON)]> { members.makeIterator() }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// For a repeated key, the later value is used.
    package init(dictionaryLiteral elements: (String, JSON)...) { self.init(elements) }
}

extension JSONObject: Hashable {
    package static func == (a: JSONObject, b: JSONObject) -> Bool {
        guard a.count == b.count else { return false }
        var sameOrder = 0
        while sameOrder < a.count, a.members[sameOrder].key.hasSameBytes(as: b.members[sameOrder].key) {
            guard a.members[sameOrder].value == b.members[sameOrder].value else { return false }
            sameOrder += 1
        }
        if sameOrder == a.count { return true }
        return a.count <= few ? a.hasMembers(of: b) : a.hasMembersByTable(of: b)
    }

    private func hasMembers(of other: JSONObject) -> Bool {
        allSatisfy { other[$0.key] == $0.value }
    }

    /// The same comparison for large objects with a table, because linear search would take quadratic time.
    private func hasMembersByTable(of other: JSONObject) -> Bool {
        var table = [ByteExactKey: JSON](minimumCapacity: other.count)
        for (key, value) in other { table[ByteExactKey(text: key)] = value }
        return allSatisfy { table[ByteExactKey(text: $0.key)] == $0.value }
    }

    package func hash(into hasher: inout Hasher) {
        // A sum does not depend on the order of the members.
        var sum = 0
        for (key, value) in members {
            var member = Hasher()
            member.combine(key)
            member.combine(value)
            sum &+= member.finalize()
        }
        hasher.combine(members.count)
        hasher.combine(sum)
    }
}

/// A key that is equal to another when their bytes are equal.
private struct ByteExactKey: Hashable {
    let text: String

    static func == (a: ByteExactKey, b: ByteExactKey) -> Bool { a.text.hasSameBytes(as: b.text) }

    func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

extension JSONObject: CustomStringConvertible {
    /// The compact text.
    package var description: String { JSON.object(self).text }
}
