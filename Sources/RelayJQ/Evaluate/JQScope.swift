internal import RelayJSON

/// Values and closures that an expression can use, from the innermost to the outermost. The compiler knows how many
/// entries lie between a use and its declaration. A scope never changes, so generators and recursion can share it.
final class JQScope {
    let parent: JQScope?
    let value: JSON
    let closure: JQNode?
    let closureScope: JQScope?

    init(value: JSON, parent: JQScope?) {
        self.parent = parent
        self.value = value
        closure = nil
        closureScope = nil
    }

    init(closure: JQNode, scope: JQScope?, parent: JQScope?) {
        self.parent = parent
        value = .null
        self.closure = closure
        closureScope = scope
    }

    /// The entry after `distance` others, starting with the innermost.
    @inline(__always)
    static func entry(_ scope: JQScope?, _ distance: Int) -> JQScope {
        var entry = scope
        for _ in 0..<distance { entry = entry?.parent }
        guard let entry else { fatalError("the compiler counted the entries of a scope wrongly") }
        return entry
    }

    /// The scope without its innermost `count` entries.
    static func outer(_ scope: JQScope?, _ count: Int) -> JQScope? {
        var outer = scope
        for _ in 0..<count { outer = outer?.parent }
        return outer
    }
}
