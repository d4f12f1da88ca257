import RelayJQ

/// Programs and results about which the relay and libjq differ on purpose; docs/expressions.md says why.
struct JQKnownDifferences {
    private let program: String
    /// Whether a path expression of the program computes a value in a way that libjq takes for a place, or reads.
    private let computesInPaths: Bool

    /// The relay refuses to compile `1 = 2`.
    private let assignsToConstant: Bool

    init(of program: String) {
        self.program = program
        do {
            computesInPaths = Self.computesInPaths(try JQProgram(program).expression)
            assignsToConstant = false
        } catch {
            computesInPaths = false
            assignsToConstant = error.message.hasPrefix("a constant cannot be assigned to")
        }
    }

    /// Parts of programs whose meaning differs.
    static func concern(_ program: String) -> Bool {
        // Functions that libjq 1.7 does not have, and errors without a text, which end libjq's process.
        ["recurse_down", "error", "abs?"].contains { program.contains($0) }
    }

    /// Differences of single results.
    func explain(own: LibjqTask.Answer, libjq: LibjqTask.Answer) -> Bool {
        // A budget of the relay.
        if case .exceeded = own { return true }
        if computesInPaths || assignsToConstant { return true }
        // The relay takes numbers and null as keys, where libjq has an error, which `?` and `try` can catch.
        let takesAnyKey = program.contains("with_entries")
        if takesAnyKey, program.contains("?") || program.contains("try") { return true }
        if case .outputs(let theirs) = libjq {
            // Whole numbers have no negative zero.
            if case .outputs(let text) = own, theirs.contains("-0") {
                return text == theirs.replacing("-0", with: "0")
            }
            // libjq calls two slices of one array equal when they have the same length.
            return program.contains(":]") && (program.contains("==") || program.contains("!="))
        }
        return takesAnyKey
    }

    // MARK: Path expressions

    /// Functions whose argument is a path expression.
    private static let ofPaths: Set<String> = ["path/1", "del/1", "pick/1", "paths/1"]

    /// Functions that take their arguments as values also inside a path expression.
    private static let ofValues: Set<String> = [
        "select/1", "has/1", "contains/1", "startswith/1", "endswith/1", "ltrimstr/1", "rtrimstr/1", "split/1",
        "join/1", "getpath/1", "sort_by/1", "group_by/1", "min_by/1", "max_by/1", "test/1", "range/1",
    ]

    /// Functions that jq defines in jq, so that libjq reads the parts of their inputs as places.
    private static let readingPlaces: Set<String> = [
        "add/0", "flatten/0", "join/1", "from_entries/0", "with_entries/1", "unique_by/1", "splits/1",
        "map_values/1",
    ]

    /// Functions that can give their input itself, or a number that libjq does not tell from it.
    private static let givingInput: Set<String> = [
        "tostring/0", "ltrimstr/1", "pick/1", "map/1", "rtrimstr/1", "del/1", "min/0", "max/0", "min_by/1", "max_by/1",
        "last/1",
        "length/0", "utf8bytelength/0", "floor/0", "ceil/0", "round/0", "fabs/0", "sqrt/0", "tonumber/0",
    ]

    private static func computesInPaths(_ root: JQExpression) -> Bool {
        var rest = [(root, isPath: false)]
        while let (expression, isPath) = rest.popLast() {
            if isPath, isComputing(expression) { return true }
            rest += parts(of: expression, isPath: isPath)
        }
        return false
    }

    private static func isComputing(_ expression: JQExpression) -> Bool {
        switch expression.kind {
        case .variable, .reduce, .foreach, .assignment, .negate, .format("text"): return true
        case .operation(let kind, _, _): return [.add, .subtract, .multiply, .divide, .remainder].contains(kind)
        case .call(let name, let arguments):
            let key = "\(name)/\(arguments.count)"
            return readingPlaces.contains(key) || givingInput.contains(key)
        default: return false
        }
    }

    /// The parts of an expression, and whether each is a path expression when the whole is one.
    private static func parts(of expression: JQExpression, isPath: Bool) -> [(JQExpression, isPath: Bool)] {
        switch expression.kind {
        case .identity, .recurse, .literal, .format, .variable, .leave: return []
        case .string(_, let parts):
            return parts.compactMap { if case .program(let inner) = $0 { (inner, false) } else { nil } }
        case .index(let base, let key, _): return [(base, isPath), (key, false)]
        case .slice(let base, let from, let to, _):
            return [(base, isPath)] + [from, to].compactMap { $0.map { ($0, false) } }
        case .iterate(let base, _): return [(base, isPath)]
        case .pipe(let left, let right), .comma(let left, let right): return [(left, isPath), (right, isPath)]
        case .negate(let inner), .label(_, let inner): return [(inner, isPath)]
        case .operation(let kind, let left, let right):
            let isPath = isPath && [.and, .or, .alternative].contains(kind)
            return [(left, isPath), (right, isPath)]
        case .assignment(_, let target, let value): return [(target, true), (value, false)]
        case .condition(let branches, let otherwise):
            return branches.flatMap { [($0.test, false), ($0.then, isPath)] } + (otherwise.map { [($0, isPath)] } ?? [])
        case .attempt(let body, let handler): return [(body, isPath)] + (handler.map { [($0, isPath)] } ?? [])
        case .reduce(let source, _, let initial, let update):
            return [(source, isPath), (initial, isPath), (update, isPath)]
        case .foreach(let source, _, let initial, let update, let extract):
            return [(source, isPath), (initial, isPath), (update, isPath)] + (extract.map { [($0, isPath)] } ?? [])
        case .bind(let source, _, let body): return [(source, false), (body, isPath)]
        case .define(let definition, let body): return [(definition.body, isPath), (body, isPath)]
        case .array(let elements): return elements.map { [($0, isPath)] } ?? []
        case .object(let members): return members.flatMap { [($0.key, false), ($0.value, false)] }
        case .call(let name, let arguments):
            let key = "\(name)/\(arguments.count)"
            let isPath = ofPaths.contains(key) || isPath && !ofValues.contains(key)
            return arguments.map { ($0, isPath) }
        }
    }
}
