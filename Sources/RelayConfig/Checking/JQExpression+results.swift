internal import RelayJQ

extension JQExpression {
    /// Functions that return exactly one result, or raise an error, for arguments with one result each.
    private static let functions: Set<String> = [
        "not", "startswith", "endswith", "test", "contains", "inside", "has", "length", "utf8bytelength",
        "ascii_downcase", "ascii_upcase", "tostring", "tonumber", "type", "ltrimstr", "rtrimstr", "trim", "ltrim",
        "rtrim", "index", "rindex", "indices", "keys", "split", "join", "tojson", "fromjson", "floor", "ceil", "round",
        "abs", "add", "sort", "unique", "reverse", "min", "max", "flatten", "to_entries", "from_entries", "explode",
        "implode", "fromdate", "fromdateiso8601", "todate",
    ]
    /// Functions that return exactly one result, or raise an error, whatever their arguments return.
    private static let collectingFunctions: Set<String> = ["IN", "any", "all", "map", "isempty"]

    /// Whether the expression certainly has exactly one result or fails, and calls no function that it defines.
    var hasOneResult: Bool {
        switch kind {
        case .identity, .literal, .format: true
        case .array(let elements): elements?.definesFunctions != true
        case .string(_, let parts):
            parts.allSatisfy { part in
                if case .program(let inner) = part { inner.hasOneResult } else { true }
            }
        case .index(let base, let key, isOptional: false): base.hasOneResult && key.hasOneResult
        case .slice(let base, let from, let to, isOptional: false):
            base.hasOneResult && from?.hasOneResult != false && to?.hasOneResult != false
        case .negate(let operand): operand.hasOneResult
        case .pipe(let left, let right), .operation(_, let left, let right): left.hasOneResult && right.hasOneResult
        case .condition(let branches, let otherwise):
            branches.allSatisfy { $0.test.hasOneResult && $0.then.hasOneResult } && otherwise?.hasOneResult != false
        case .object(let members): members.allSatisfy { $0.key.hasOneResult && $0.value.hasOneResult }
        case .call(let name, let arguments):
            Self.functions.contains(name) && arguments.allSatisfy(\.hasOneResult)
                || Self.collectingFunctions.contains(name) && !arguments.contains(where: \.definesFunctions)
        default: false
        }
    }

    /// Whether there can be a definition in it, which could give a function another meaning.
    private var definesFunctions: Bool { text.contains("def ") }
}
