internal import RelayJSON

/// Turns a syntax tree into nodes: resolves names, checks numbers of arguments, computes constants.
struct JQCompiler {
    /// What a name stands for.
    enum Entry {
        case variable(String)
        case parameter(String)
        /// `$name` of a function's parameters, which can also be called.
        case valueParameter(String)
        case label(String)
        /// A function, which has no entry in the scope at run time.
        case function(String, arity: Int, index: Int)
    }

    struct Binding {
        var entry: Entry
        /// The number of entries in the scope at run time before this one.
        var level: Int
    }

    /// Names in use, from the outermost to the innermost.
    struct Names {
        var bindings: [Binding] = []
        var level = 0

        mutating func add(_ entry: Entry) {
            bindings.append(Binding(entry: entry, level: level))
            if case .function = entry { return }
            level += 1
        }
    }

    private(set) var functions: [JQFunction] = []
    /// Functions of the library that are in use.
    private var library: [String: Int] = [:]
    private let variables: [String: JSON]
    /// The offset of what is compiled, when it belongs to the library and not to the expression.
    private var libraryOffset: Int?

    init(variables: [String: JSON]) { self.variables = variables }

    mutating func program(_ expression: JQExpression) throws(JQError) -> JQNode {
        try node(expression, Names())
    }

    func failure(_ code: JQError.Code, _ message: String, _ offset: Int) -> JQError {
        JQError(code: code, message: message, offset: libraryOffset ?? offset)
    }

    // MARK: Expressions

    mutating func node(_ expression: JQExpression, _ names: Names) throws(JQError) -> JQNode {
        switch expression.kind {
        case .identity: return JQIdentity()
        case .recurse: return JQDescend()
        case .literal(let value): return JQConstant(value)
        case .format(let name): return JQFormatting(try format(name, expression.offset))
        case .string(let name, let parts):
            let format =
                try name.map { (name) throws(JQError) in try self.format(name, expression.offset) } ?? JQFormat.text
            var compiled: [JQInterpolation.Part] = []
            for part in parts {
                switch part {
                case .text(let text): compiled.append(.text(text))
                case .program(let inner): compiled.append(.program(try node(inner, names)))
                }
            }
            return JQInterpolation(format: format, compiled)
        case .variable(let name): return try variable(name, names, expression.offset)
        case .index(let base, let key, let isOptional):
            return index(try node(base, names), try node(key, names), isOptional: isOptional)
        case .slice(let base, let from, let to, let isOptional):
            let from = try from.map { (inner) throws(JQError) in try node(inner, names) } ?? JQConstant(.null)
            let to = try to.map { (inner) throws(JQError) in try node(inner, names) } ?? JQConstant(.null)
            return JQSlice(try node(base, names), from: from, to: to, isOptional: isOptional)
        case .iterate(let base, let isOptional): return JQIterate(try node(base, names), isOptional: isOptional)
        case .pipe(let left, let right): return pipe(try node(left, names), try node(right, names))
        case .comma(let left, let right): return JQComma(try node(left, names), try node(right, names))
        case .negate(let operand): return folded(JQNegation(try node(operand, names)), if: operand)
        case .operation(let kind, let left, let right):
            return try operation(kind, left, right, names)
        case .assignment(let kind, let target, let value):
            return try assignment(kind, try node(target, names), try node(value, names), expression.offset)
        case .condition(let branches, let otherwise):
            var result = try otherwise.map { (inner) throws(JQError) in try node(inner, names) } ?? JQIdentity()
            for (test, then) in branches.reversed() {
                result = JQCondition(test: try node(test, names), then: try node(then, names), otherwise: result)
            }
            return result
        case .attempt(let body, let handler):
            let handler = try handler.map { (inner) throws(JQError) in try node(inner, names) }
            return JQAttempt(try node(body, names), handler: handler)
        case .array(let elements):
            guard let elements else { return JQConstant([]) }
            return JQArrayConstruction(try node(elements, names))
        case .object(let members): return try object(members, names)
        case .call(let name, let arguments): return try call(name, arguments, names, expression.offset)
        case .reduce, .foreach, .bind, .label, .leave, .define: return try scoped(expression, names)
        }
    }

    private func format(_ name: String, _ offset: Int) throws(JQError) -> JQFormat {
        guard let format = JQFormat(rawValue: name) else {
            let known = JQFormat.allCases.map { "@\($0.rawValue)" }.joined(separator: ", ")
            throw failure(.unknownName, "@\(name) is not a format; there are \(known)", offset)
        }
        return format
    }

    private func variable(_ name: String, _ names: Names, _ offset: Int) throws(JQError) -> JQNode {
        for binding in names.bindings.reversed() {
            switch binding.entry {
            case .variable(name), .valueParameter(name):
                return JQVariable(distance: names.level - binding.level - 1)
            default: continue
            }
        }
        if name == "ENV" { return JQConstant([:]) }
        if let value = variables[name] { return JQConstant(value) }
        throw failure(.unknownName, "$\(name) is not defined", offset)
    }

    private func index(_ base: JQNode, _ key: JQNode, isOptional: Bool) -> JQNode {
        if !isOptional, case .string(let name)? = key.constant {
            if base is JQIdentity { return JQFieldPath([name]) }
            if let path = base as? JQFieldPath { return path.appending(name) }
        }
        return JQIndex(base, key, isOptional: isOptional)
    }

    private func pipe(_ left: JQNode, _ right: JQNode) -> JQNode {
        if left is JQIdentity { return right }
        if right is JQIdentity { return left }
        return JQPipe(left, right)
    }

    /// The value of an operation on constants, when it has one. An error stays one of the evaluation.
    private func folded(_ node: JQNode, if operands: JQExpression...) -> JQNode {
        guard operands.allSatisfy(Self.isNumber) else { return node }
        let run = JQEvaluation(budget: JQBudget(), functions: [], cancellation: nil)
        guard let value = try? node.one(.null, nil, run), !run.madeSpecialNumber else { return node }
        return JQConstant(value)
    }

    private static func isNumber(_ expression: JQExpression) -> Bool {
        switch expression.kind {
        case .literal(.int), .literal(.number): true
        case .negate(let inner): isNumber(inner)
        case .operation(let kind, let left, let right):
            ![.and, .or, .alternative].contains(kind) && isNumber(left) && isNumber(right)
        default: false
        }
    }

    private mutating func operation(
        _ kind: JQExpression.Operator, _ left: JQExpression, _ right: JQExpression, _ names: Names
    ) throws(JQError) -> JQNode {
        let (first, second) = (try node(left, names), try node(right, names))
        switch kind {
        case .and: return JQLogic(isAnd: true, first, second)
        case .or: return JQLogic(isAnd: false, first, second)
        case .alternative: return JQAlternative(first, second)
        default: return folded(JQOperation(kind, first, second), if: left, right)
        }
    }

    private func assignment(_ kind: JQExpression.Assignment, _ target: JQNode, _ value: JQNode, _ offset: Int)
        throws(JQError) -> JQNode
    {
        if target.constant != nil {
            throw failure(.syntax, "a constant cannot be assigned to; compare with `==`", offset)
        }
        return switch kind {
        case .set: JQAssignment(target, value)
        case .update: JQUpdate(target, value)
        case .compute(let kind): JQComputedAssignment(kind, target, value)
        }
    }

    private mutating func object(_ members: [JQExpression.Member], _ names: Names) throws(JQError) -> JQNode {
        var compiled: [(key: JQNode, value: JQNode)] = []
        for member in members {
            let key = try node(member.key, names)
            if let constant = key.constant, constant.string == nil {
                let kind = JQKind.name(constant)
                throw failure(.syntax, "the key of an object is a string, not \(kind)", member.key.offset)
            }
            compiled.append((key, try node(member.value, names)))
        }
        let keys = compiled.compactMap(\.key.constant?.string)
        guard keys.count == compiled.count, Set(keys.map { Array($0.utf8) }).count == keys.count,
            compiled.allSatisfy(\.value.isOne)
        else { return JQObjectCombination(compiled) }
        let values = compiled.compactMap(\.value.constant)
        if values.count == compiled.count {
            return JQConstant(.object(JSONObject(Array(zip(keys, values)))))
        }
        return JQObjectConstruction(Array(zip(keys, compiled.map(\.value))))
    }

    // MARK: Calls

    private mutating func call(_ name: String, _ arguments: [JQExpression], _ names: Names, _ offset: Int)
        throws(JQError) -> JQNode
    {
        for binding in names.bindings.reversed() {
            switch binding.entry {
            case .parameter(name) where arguments.isEmpty:
                return JQParameterCall(distance: names.level - binding.level - 1)
            case .valueParameter(name) where arguments.isEmpty:
                return JQVariable(distance: names.level - binding.level - 1)
            case .function(name, arguments.count, let index):
                return try call(index, at: binding.level, arguments, names)
            default: continue
            }
        }
        let key = "\(name)/\(arguments.count)"
        if let builtin = JQBuiltin.all[key] {
            var nodes: [JQNode] = []
            for argument in arguments { nodes.append(try node(argument, names)) }
            do throws(JQError) { return try builtin.make(nodes) } catch {
                throw failure(error.code, error.message, arguments.first?.offset ?? offset)
            }
        }
        if let definition = JQLibrary.definitions[key] {
            let index = try libraryFunction(key, definition, offset)
            return try call(index, at: 0, arguments, names)
        }
        throw unknown(name, arguments.count, names, offset)
    }

    private mutating func call(_ index: Int, at level: Int, _ arguments: [JQExpression], _ names: Names)
        throws(JQError) -> JQNode
    {
        var nodes: [JQNode] = []
        for argument in arguments { nodes.append(try node(argument, names)) }
        let function = functions[index]
        // The body of a function that is still being compiled is not known.
        var isOne = function.isComplete && function.body.isOne
        for (place, parameter) in function.parameters.enumerated() where parameter == .value {
            isOne = isOne && nodes[place].isOne
        }
        return JQCall(function: index, arguments: nodes, distance: names.level - level, isOne: isOne)
    }

    private mutating func libraryFunction(_ key: String, _ definition: JQExpression.Definition, _ offset: Int)
        throws(JQError) -> Int
    {
        if let known = library[key] { return known }
        let outer = libraryOffset
        libraryOffset = outer ?? offset
        defer { libraryOffset = outer }
        return try define(definition, Names(), key: key)
    }

    /// Compiles the body of a function, which can call the function itself.
    mutating func define(_ definition: JQExpression.Definition, _ names: Names, key: String? = nil) throws(JQError)
        -> Int
    {
        let parameters = definition.parameters.map { $0.hasPrefix("$") ? JQFunction.Parameter.value : .closure }
        let function = JQFunction(parameters: parameters, level: names.level)
        let index = functions.count
        functions.append(function)
        if let key { library[key] = index }
        var inner = names
        inner.add(.function(definition.name, arity: parameters.count, index: index))
        for parameter in definition.parameters {
            inner.add(parameter.hasPrefix("$") ? .valueParameter(String(parameter.dropFirst())) : .parameter(parameter))
        }
        function.complete(with: try node(definition.body, inner))
        return index
    }
}
