internal import RelayJSON

/// A value while a path expression is evaluated, and the last place in the input that the expression went to.
///
/// As in jq, a computed value is no error by itself: it can be dropped again, or be what stands at the place anyway.
/// What reads a part of it, or ends with it, throws.
struct JQLocation {
    /// The steps to the place; `nil` for the input itself.
    let path: JQPath?
    let value: JSON
    /// What stands at the place, when `value` is another one, which was computed.
    private let replaced: JSON?

    /// The input of a path expression.
    init(root: JSON) { self.init(path: nil, value: root, replaced: nil) }

    private init(path: JQPath?, value: JSON, replaced: JSON?) {
        self.path = path
        self.value = value
        self.replaced = replaced
    }

    /// The place of a part of the value. Called only after `checkPlace()`.
    func child(_ key: JSON, _ value: JSON) -> JQLocation {
        JQLocation(path: JQPath(key: key, parent: path), value: value, replaced: nil)
    }

    /// A value that was computed here. As in jq, `null`, `true` and `false` are what stands at the place when that is
    /// the same.
    func computed(_ new: JSON) -> JQLocation {
        let old = replaced ?? value
        switch (new, old) {
        case (.null, .null), (.bool(true), .bool(true)), (.bool(false), .bool(false)):
            return JQLocation(path: path, value: new, replaced: nil)
        default: return JQLocation(path: path, value: new, replaced: old)
        }
    }

    /// The value of `other`, which was at this place or at one that the expression left.
    func computed(_ other: JQLocation) -> JQLocation {
        other.isPlace && other.path === path ? other : computed(other.value)
    }

    var isPlace: Bool { replaced == nil }

    /// - Throws: when the value was computed, so that neither it nor a part of it is at a place.
    @inline(__always)
    func checkPlace() throws(JQFailure) {
        if !isPlace { throw noPlace }
    }

    private var noPlace: JQFailure {
        .message("Invalid path expression: \(JQKind.named(value)) that is no part of the input")
    }

    /// The steps from the input to the value, as jq shows them.
    func steps() throws(JQFailure) -> [JSON] {
        try checkPlace()
        return path?.steps ?? []
    }
}

/// The last step of a path.
final class JQPath {
    let key: JSON
    let parent: JQPath?
    let length: Int

    init(key: JSON, parent: JQPath?) {
        self.key = key
        self.parent = parent
        length = (parent?.length ?? 0) + 1
    }

    var steps: [JSON] {
        var steps = [JSON](repeating: .null, count: length)
        var last: JQPath? = self
        while let step = last {
            steps[step.length - 1] = step.key
            last = step.parent
        }
        return steps
    }
}
