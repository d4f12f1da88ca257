internal import RelayJSON

/// A place in the input and its value, while a path expression is evaluated.
struct JQLocation {
    /// The steps to the place; `nil` for the input itself.
    var path: JQPath?
    var value: JSON

    func child(_ key: JSON, _ value: JSON) -> JQLocation {
        JQLocation(path: JQPath(key: key, parent: path), value: value)
    }

    /// The steps from the input on, as jq shows them.
    var steps: [JSON] { path?.steps ?? [] }
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
