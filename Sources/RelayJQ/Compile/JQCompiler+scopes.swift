internal import RelayJSON

extension JQCompiler {
    /// Expressions that give names to something.
    mutating func scoped(_ expression: JQExpression, _ names: Names) throws(JQError) -> JQNode {
        switch expression.kind {
        case .bind(let source, let patterns, let body):
            let (binding, inner) = try binding(patterns, names)
            return JQBind(try node(source, names), binding, try node(body, inner))
        case .reduce(let source, let patterns, let initial, let update):
            let (binding, inner) = try binding(patterns, names)
            return JQReduce(
                try node(source, names), binding, initial: try node(initial, names),
                update: try node(update, inner))
        case .foreach(let source, let patterns, let initial, let update, let extract):
            let (binding, inner) = try binding(patterns, names)
            let extract = try extract.map { (part) throws(JQError) in try node(part, inner) }
            return JQForeach(
                try node(source, names), binding, initial: try node(initial, names),
                update: try node(update, inner), extract: extract)
        case .label(let name, let body):
            var inner = names
            inner.add(.label(name))
            return JQLabel(try node(body, inner))
        case .leave(let name):
            for binding in names.bindings.reversed() {
                if case .label(name) = binding.entry {
                    return JQBreak(distance: names.level - binding.level - 1)
                }
            }
            throw failure(.unknownName, "there is no `label $\(name)` around this `break`", expression.offset)
        case .define(let definition, let rest):
            let index = try define(definition, names)
            var inner = names
            inner.add(.function(definition.name, arity: definition.parameters.count, index: index))
            return try node(rest, inner)
        default: return try node(expression, names)
        }
    }

    private mutating func binding(_ patterns: [JQExpression.Pattern], _ names: Names) throws(JQError) -> (
        JQBinding, Names
    ) {
        if patterns.count == 1 {
            var inner = names
            let pattern = try pattern(patterns[0], &inner)
            return (JQBinding(patterns: [pattern], variables: []), inner)
        }
        var compiled: [JQPattern] = []
        var scopes: [Names] = []
        var variables: [String] = []
        for pattern in patterns {
            var inner = names
            compiled.append(try self.pattern(pattern, &inner))
            scopes.append(inner)
            for case .variable(let name) in inner.bindings[names.bindings.count...].map(\.entry)
            where !variables.contains(name) {
                variables.append(name)
            }
        }
        // How far each variable is from the innermost entry, for each pattern.
        let distances = scopes.map { scope in
            variables.map { name -> Int? in
                scope.bindings.last { if case .variable(name) = $0.entry { $0.level >= names.level } else { false } }
                    .map { scope.level - $0.level - 1 }
            }
        }
        var inner = names
        for name in variables { inner.add(.variable(name)) }
        return (JQBinding(patterns: compiled, variables: distances), inner)
    }

    private mutating func pattern(_ pattern: JQExpression.Pattern, _ names: inout Names) throws(JQError) -> JQPattern {
        switch pattern {
        case .variable(let name):
            names.add(.variable(name))
            return .variable
        case .array(let elements):
            var compiled: [JQPattern] = []
            for element in elements { compiled.append(try self.pattern(element, &names)) }
            return .array(compiled)
        case .object(let members):
            var compiled: [(key: JQNode, isVariable: Bool, value: JQPattern?)] = []
            for (key, variable, value) in members {
                let key = try node(key, names)
                if let variable { names.add(.variable(variable)) }
                var inner: JQPattern?
                if let value { inner = try self.pattern(value, &names) }
                compiled.append((key, variable != nil, inner))
            }
            return .object(compiled)
        }
    }

    /// Why a function is not known, and what may be meant.
    func unknown(_ name: String, _ arity: Int, _ names: Names, _ offset: Int) -> JQError {
        if let reason = JQLibrary.unavailable[name] {
            return failure(.unknownName, "`\(name)` is not available: \(reason)", offset)
        }
        var arities: Set<Int> = []
        for key in Array(JQBuiltin.all.keys) + Array(JQLibrary.definitions.keys) {
            let parts = key.split(separator: "/")
            if parts[0] == name, let arity = Int(parts[1]) { arities.insert(arity) }
        }
        for case .function(name, let arity, _) in names.bindings.map(\.entry) { arities.insert(arity) }
        var message = "\(name)/\(arity) is not defined"
        if !arities.isEmpty {
            let known = arities.sorted().map { $0 == 0 ? "none" : String($0) }.joined(separator: " or ")
            message =
                "`\(name)` takes \(known) argument\(arities == [1] ? "" : "s"), not \(arity == 0 ? "none" : String(arity))"
            if arity > 1 { message += "; arguments are separated by `;`" }
        } else if let advice = Self.advice[name] {
            message += "; \(advice)"
        }
        return failure(.unknownName, message, offset)
    }

    /// Names from other languages, and what jq has instead.
    private static let advice: [String: String] = [
        "len": "jq writes `length`", "count": "jq writes `length`", "size": "jq writes `length`",
        "lower": "jq writes `ascii_downcase`", "toLowerCase": "jq writes `ascii_downcase`",
        "upper": "jq writes `ascii_upcase`", "toUpperCase": "jq writes `ascii_upcase`",
        "filter": "jq writes `select`, or `map(select(…))` for an array", "includes": "jq writes `contains`, or `IN`",
        "replace": "jq writes `sub` or `gsub`", "matches": "jq writes `test`", "startsWith": "jq writes `startswith`",
        "endsWith": "jq writes `endswith`", "concat": "jq writes `+`, or `add`", "str": "jq writes `tostring`",
        "int": "jq writes `tonumber | floor`", "undefined": "jq writes `null`", "nil": "jq writes `null`",
        "None": "jq writes `null`", "True": "jq writes `true`", "False": "jq writes `false`",
        "typeof": "jq writes `type`", "substring": "jq writes `.[from:to]`", "substr": "jq writes `.[from:to]`",
        "parseInt": "jq writes `tonumber`", "exists": "jq writes `has(\"key\")`, or `. != null`",
    ]
}
