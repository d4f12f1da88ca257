extension JSONObject {
    /// Changes the member `key` in place, without a copy of its value; `nil` stands for a missing member, and removes it.
    package mutating func update<E: Error>(_ key: String, _ change: (inout JSON?) throws(E) -> Void) throws(E) {
        let place = place(of: key)
        var value: JSON?
        if let place {
            value = members[place].value
            // Releases the value, so that `change` need not copy it.
            members[place].value = .null
        }
        try change(&value)
        switch (place, value) {
        case (let place?, let value?): members[place].value = value
        case (let place?, nil): members.remove(at: place)
        case (nil, let value?): append(key, value)
        case (nil, nil): break
        }
    }

    /// Changes the value of the member at a position in place.
    package mutating func update<E: Error>(at position: Int, _ change: (inout JSON) throws(E) -> Void) throws(E) {
        try change(&members[position].value)
    }

    /// Reads the members without copying them.
    @inlinable @inline(__always)
    package func withMembers<Result>(_ body: (UnsafeBufferPointer<Member>) -> Result) -> Result {
        members.withUnsafeBufferPointer(body)
    }

    /// Where the members are stored. After a change it differs when they were copied.
    package var storage: UnsafeRawPointer? {
        members.withUnsafeBufferPointer { UnsafeRawPointer($0.baseAddress) }
    }
}
