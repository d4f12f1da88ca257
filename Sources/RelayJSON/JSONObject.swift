/// The members of a JSON object, in the order in which they were written or added.
///
/// Objects are usually small, so members are stored in one array and look-up is linear; build large ones with
/// `init(_:)` or `append(_:_:)`. Keys are equal when their bytes are equal. Two objects are equal when they have the
/// same members in any order.
package struct JSONObject: Sendable {
    /// A struct, because the runtime takes longer for tuples when arrays of them are copied and released.
    package struct Member: Sendable {
        package var key: String
        package var value: JSON

        @inlinable package init(_ key: String, _ value: JSON) {
            self.key = key
            self.value = value
        }
    }

    @usableFromInline var members: [Member]
    /// The sets of keys that the members' keys are in, one bit each. A key in any other set is missing, which most keys
    /// that are looked up are. The bits of removed members stay.
    @usableFromInline var keySets: UInt64

    /// An object without members.
    package init() {
        members = []
        keySets = 0
    }

    /// - Parameter keySets: the sets that the members' keys are in.
    init(members: [Member], keySets: UInt64) {
        self.members = members
        self.keySets = keySets
    }

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
                append(key, value)
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
            case (nil, let value?): append(key, value)
            case (nil, nil): break
            }
        }
    }

    /// Appends a member without searching for the same key: the caller guarantees that there is none.
    @inlinable @inline(__always)
    package mutating func append(_ key: consuming String, _ value: consuming JSON) {
        keySets |= key.keySet
        members.append(Member(key, value))
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

    func place(of key: String) -> Int? {
        guard keySets & key.keySet != 0 else { return nil }
        return members.withUnsafeBufferPointer { members in
            // Most keys are short enough to be inside the string itself, and are found by the first loop, which is fast.
            for place in 0..<members.count where members[place].key.hasSameRepresentation(as: key) { return place }
            for place in 0..<members.count where members[place].key.hasSameBytes(as: key) { return place }
            return nil
        }
    }
}

extension String {
    /// The set of keys that the text is in, as a bit: of ``JSONObject/keySets``.
    @inlinable @inline(__always)
    var keySet: UInt64 {
        // Native strings are contiguous. Any other key is looked for in all objects.
        utf8.withContiguousStorageIfAvailable { Self.keySet(length: $0.count, first: $0.first ?? 0) } ?? .max
    }

    /// - Parameter first: the first byte; 0 for an empty key.
    @inlinable @inline(__always)
    static func keySet(length: Int, first: UInt8) -> UInt64 {
        1 << UInt64(truncatingIfNeeded: (length &* 11 &+ Int(first)) & 63)
    }
}

extension JSONObject: RandomAccessCollection {
    @inlinable package var startIndex: Int { 0 }
    @inlinable package var endIndex: Int { members.count }
    // The default goes through the indexes, which is slow where it is not specialized.
    @inlinable package var count: Int { members.count }
    @inlinable package subscript(position: Int) -> (key: String, value: JSON) {
        (members[position].key, members[position].value)
    }

    /// That of a collection would allocate for each member in other modules.
    package struct Iterator: IteratorProtocol {
        @usableFromInline var members: IndexingIterator<[Member]>

        @inlinable init(_ members: IndexingIterator<[Member]>) { self.members = members }

        @inlinable package mutating func next() -> (key: String, value: JSON)? {
            members.next().map { ($0.key, $0.value) }
        }
    }

    @inlinable package func makeIterator() -> Iterator { Iterator(members.makeIterator()) }
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
        for (key, value) in self {
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
