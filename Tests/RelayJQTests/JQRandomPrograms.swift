import RelayJSON

/// Random programs in the language of jq, and random inputs.
struct JQRandomPrograms {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    private mutating func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }

    private mutating func any<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

    // MARK: Inputs

    mutating func input(_ depth: Int = 3) -> JSON {
        switch below(depth > 0 ? 9 : 6) {
        case 0: return .null
        case 1: return .bool(below(2) == 0)
        case 2, 3: return .int(Int64(below(12)) - 4)
        case 4: return .number(any(["1.5", "-0.25", "2.75"]))
        case 5: return .string(any(["", "a", "b", "ab", "aXb c", "olá", "1", "x,y"]))
        case 6: return .array((0..<below(4)).map { _ in input(depth - 1) })
        default:
            return .object(JSONObject((0..<below(4)).map { _ in (any(["a", "b", "c", "d"]), input(depth - 1)) }))
        }
    }

    // MARK: Programs

    mutating func program() -> String { expression(4, variables: []) }

    private mutating func literal() -> String {
        any(["null", "true", "false", "0", "1", "2", "-1", "3", "1.5", "\"a\"", "\"b\"", "\"\"", "[]", "{}", "[1,2]"])
    }

    private mutating func path(_ depth: Int, _ variables: [String]) -> String {
        switch below(depth > 0 ? 10 : 6) {
        case 0, 1: return any([".a", ".b", ".c"])
        case 2: return "."
        case 3: return any([".[0]", ".[1]", ".[-1]", ".[\"a\"]"])
        case 4: return any([".[]", ".[]?", ".a?", ".[0]?"])
        case 5: return any([".[1:]", ".[:1]", ".[:-1]", ".."])
        case 6: return "\(path(depth - 1, variables))|\(path(depth - 1, variables))"
        case 7: return "(\(path(depth - 1, variables)),\(path(depth - 1, variables)))"
        case 8: return "(\(path(depth - 1, variables))|select(\(expression(depth - 1, variables: variables))))"
        default:
            return any(["first(.[]?)", "getpath([\"a\"])", "(.a//.b)", "(if .a then .a else .b end)", "(.. | .a?)"])
        }
    }

    /// What stands where a path is expected: a path, one with `?` or `try` around a computed value, or anything.
    private mutating func target(_ depth: Int, _ variables: [String]) -> String {
        switch below(6) {
        case 0: return expression(max(depth, 1), variables: variables)
        case 1: return "(\(expression(max(depth - 1, 0), variables: variables))|\(path(depth, variables)))?"
        case 2:
            return "(\(path(depth, variables)))|(try (\(expression(max(depth - 1, 0), variables: variables))) catch "
                + "(\(any(["empty", ".", "null", ".a?"]))))"
        default: return path(depth, variables)
        }
    }

    private mutating func expression(_ depth: Int, variables: [String]) -> String {
        guard depth > 0 else {
            if let name = variables.last, below(3) == 0 { return "$\(name)" }
            return below(2) == 0 ? literal() : "(\(path(0, variables)))"
        }
        func inner(_ generator: inout JQRandomPrograms) -> String {
            generator.expression(depth - 1 - generator.below(2), variables: variables)
        }
        switch below(24) {
        case 0, 1: return "(\(path(depth, variables)))"
        case 2: return literal()
        case 3: return "(\(inner(&self))|\(inner(&self)))"
        case 4: return "(\(inner(&self)),\(inner(&self)))"
        case 5, 6: return "(\(inner(&self))\(any(["+", "-", "*", "/", "%"]))\(inner(&self)))"
        case 7: return "(\(inner(&self))\(any(["==", "!=", "<", "<=", ">", ">="]))\(inner(&self)))"
        case 8: return "(\(inner(&self)) \(any(["and", "or", "//"])) \(inner(&self)))"
        case 9: return "[\(inner(&self))]"
        case 10: return "{a:(\(inner(&self))),b:(\(inner(&self)))}"
        case 11: return "(if \(inner(&self)) then \(inner(&self)) else \(inner(&self)) end)"
        case 12: return "(try (\(inner(&self))) catch \"caught\")"
        case 13: return "((\(inner(&self)))?)"
        case 14:
            let name = "v\(variables.count)"
            return
                "(\(inner(&self)) as $\(name) | \(expression(depth - 1, variables: variables + [name])))"
        case 15:
            let name = "v\(variables.count)"
            return "(reduce (\(path(1, variables))) as $\(name) (\(literal()); "
                + "\(expression(depth - 2, variables: variables + [name]))))"
        case 16:
            let name = "v\(variables.count)"
            return "[foreach (\(path(1, variables))) as $\(name) (\(literal()); "
                + "\(expression(depth - 2, variables: variables + [name])))]"
        case 17:
            return "((\(target(depth - 1, variables))) \(any(["=", "|=", "+=", "-=", "*=", "//="])) (\(inner(&self))))"
        case 18: return "(\(inner(&self))|\(call(depth - 1, variables)))"
        case 19: return "map(\(inner(&self)))"
        case 20: return "[limit(3; \(inner(&self)))]"
        case 21: return "\"x\\(\(inner(&self)))y\""
        case 22: return any(["del", "path", "pick", "paths"]) + "(\(target(depth - 1, variables)))"
        default: return "(def f(g): g|g; f(\(inner(&self))))"
        }
    }

    private mutating func call(_ depth: Int, _ variables: [String]) -> String {
        let plain = [
            "length", "keys", "add", "any", "all", "not", "type", "tostring", "tojson", "sort", "unique",
            "min",
            "max", "flatten", "first", "last", "to_entries", "ascii_downcase", "explode", "floor", "sqrt", "isnan",
            "tonumber", "values", "scalars", "numbers", "strings", "arrays", "objects", "empty",
            "tostream",
            "@json", "@text", "@csv", "@base64", "@uri", "@sh", "utf8bytelength", "ascii_upcase", "abs?", "[recurse]",
            "[paths]", "error", "ceil", "round", "fabs", "fromjson",
        ]
        if below(3) > 0 { return any(plain) }
        let argument = expression(max(depth - 1, 0), variables: variables)
        let withArgument = [
            "select", "map", "map_values", "sort_by", "group_by", "unique_by", "min_by", "max_by", "with_entries",
            "any",
            "all", "first", "last", "isempty", "del", "paths", "walk", "recurse_down", "has", "contains", "inside",
            "startswith", "endswith", "ltrimstr", "rtrimstr", "split", "join", "IN", "range",
            "getpath", "error", "in", "test", "splits", "pick",
        ]
        return "\(any(withArgument))(\(argument))"
    }
}
