extension JSON {
    /// What a path of keys leads to.
    package struct PathResult {
        /// The value; `null` behind a member that is missing or `null`, and when there is none.
        package var value: JSON
        /// The key that is looked up in a value that has no members, counted from 0; nil: there is none.
        package var failure: Int?
        /// How many members the objects on the way have.
        package var visited: Int
    }

    /// The value that `keys` lead to, from member to member. Copies only that value.
    package func value(at keys: [String]) -> PathResult {
        keys.withUnsafeBufferPointer { Self.value(at: $0, from: 0, in: self, visited: 0) }
    }

    private static func value(
        at keys: UnsafeBufferPointer<String>, from level: Int, in value: JSON, visited: Int
    ) -> PathResult {
        guard level < keys.count else { return PathResult(value: value, failure: nil, visited: visited) }
        switch value {
        case .object(let object):
            return object.members.withUnsafeBufferPointer { members in
                let visited = visited + members.count
                guard let place = JSONObject.place(of: keys[level], in: members) else {
                    return PathResult(value: .null, failure: nil, visited: visited)
                }
                return Self.value(at: keys, from: level + 1, in: members[place].value, visited: visited)
            }
        case .null: return PathResult(value: .null, failure: nil, visited: visited)
        default: return PathResult(value: value, failure: level, visited: visited)
        }
    }
}
