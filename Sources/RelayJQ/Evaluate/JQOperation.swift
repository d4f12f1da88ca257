internal import Glibc
internal import RelayJSON

/// `a + b` and the other operators of two values.
final class JQOperation: JQNode, @unchecked Sendable {
    private let kind: JQExpression.Operator
    private let left: JQNode
    private let right: JQNode

    init(_ kind: JQExpression.Operator, _ left: JQNode, _ right: JQNode) {
        self.kind = kind
        self.left = left
        self.right = right
        super.init(isOne: left.isOne && right.isOne)
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try run.step()
        let right = try right.one(input, scope, run)
        return try JQArithmetic.compute(kind, try left.one(input, scope, run), right, run)
    }

    /// `. + […]` on an array that nothing else uses appends to it.
    override func oneConsuming(_ input: consuming JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure)
        -> JSON
    {
        guard kind == .add, left is JQIdentity else { return try one(input, scope, run) }
        try run.step()
        let addition = try right.one(input, scope, run)
        guard case .array(let new) = addition, var elements = input.array else {
            return try JQArithmetic.compute(kind, input, addition, run)
        }
        // Releases the array, so that the addition need not copy it.
        input = .null
        try JQArithmetic.append(new, to: &elements, run)
        return .array(elements)
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try run.step()
        try right.outputs(input, scope, run) { (second) throws(JQFailure) in
            try left.outputs(input, scope, run) { (first) throws(JQFailure) in
                try run.step()
                try run.pass(try JQArithmetic.compute(kind, first, second, run), to: emit)
            }
        }
    }
}

/// `a and b`, `a or b`: the second is not evaluated when the first decides.
final class JQLogic: JQNode, @unchecked Sendable {
    private let isAnd: Bool
    private let left: JQNode
    private let right: JQNode

    init(isAnd: Bool, _ left: JQNode, _ right: JQNode) {
        self.isAnd = isAnd
        self.left = left
        self.right = right
        super.init(isOne: left.isOne && right.isOne)
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try run.step()
        if try left.one(input, scope, run).isTruthy != isAnd { return .bool(!isAnd) }
        return .bool(try right.one(input, scope, run).isTruthy)
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try run.step()
        try left.outputs(input, scope, run) { (first) throws(JQFailure) in
            if first.isTruthy != isAnd { return try emit(.bool(!isAnd)) }
            try right.outputs(input, scope, run) { (second) throws(JQFailure) in
                try run.step()
                try emit(.bool(second.isTruthy))
            }
        }
    }

    override func locations(
        _ input: JQLocation, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        try run.step()
        // As in jq, the second operand begins at the place to which the first one went.
        try left.locations(input, scope, run) { (first) throws(JQFailure) in
            if first.value.isTruthy != isAnd { return try emit(first.computed(.bool(!isAnd))) }
            try right.locations(first.computed(input), scope, run) { (second) throws(JQFailure) in
                try run.step()
                try emit(second.computed(.bool(second.value.isTruthy)))
            }
        }
    }
}

/// `-a`
final class JQNegation: JQNode, @unchecked Sendable {
    private let operand: JQNode

    init(_ operand: JQNode) {
        self.operand = operand
        super.init(isOne: operand.isOne)
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try negated(try operand.one(input, scope, run), run)
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try operand.outputs(input, scope, run) { (value) throws(JQFailure) in try emit(try negated(value, run)) }
    }

    override func locations(
        _ input: JQLocation, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        try operand.locations(input, scope, run) { (location) throws(JQFailure) in
            try emit(location.computed(try negated(location.value, run)))
        }
    }

    private func negated(_ value: JSON, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try run.step()
        if case .int(let whole) = value, whole != 0, whole != .min { return .int(-whole) }
        guard let number = JQNumber.double(value) else {
            throw .message("\(JQKind.name(value)) cannot be negated")
        }
        return run.number(-number)
    }
}

/// The operators on values.
enum JQArithmetic {
    static func compute(_ kind: JQExpression.Operator, _ a: JSON, _ b: JSON, _ run: JQEvaluation) throws(JQFailure)
        -> JSON
    {
        switch kind {
        case .equal: .bool(try JQOrder.isEqual(a, b, run))
        case .notEqual: .bool(try !JQOrder.isEqual(a, b, run))
        case .less: .bool(try JQOrder.ordered(a, b, run) < 0)
        case .lessOrEqual: .bool(try JQOrder.ordered(a, b, run) <= 0)
        case .greater: .bool(try JQOrder.ordered(a, b, run) > 0)
        case .greaterOrEqual: .bool(try JQOrder.ordered(a, b, run) >= 0)
        case .add: try add(a, b, run)
        case .subtract: try subtract(a, b, run)
        case .multiply: try multiply(a, b, run)
        case .divide: try divide(a, b, run)
        case .remainder: try remainder(a, b, run)
        case .and: .bool(a.isTruthy && b.isTruthy)
        case .or: .bool(a.isTruthy || b.isTruthy)
        case .alternative: a.isTruthy ? a : b
        }
    }

    private static func failure(_ a: JSON, _ b: JSON, _ what: String) -> JQFailure {
        .message("\(JQKind.name(a)) and \(JQKind.name(b)) cannot be \(what)")
    }

    static func add(_ a: JSON, _ b: JSON, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        switch (a, b) {
        case (.null, _): return b
        case (_, .null): return a
        case (.int(let x), .int(let y)):
            let (sum, overflow) = x.addingReportingOverflow(y)
            return overflow ? run.number(Double(x) + Double(y)) : .int(sum)
        case (.string(let x), .string(let y)):
            if x.isEmpty { return b }
            if y.isEmpty { return a }
            try run.reserve(x.utf8.count + y.utf8.count, each: 1)
            return .string(x + y)
        case (.array(let x), .array(let y)):
            if y.isEmpty { return a }
            if x.isEmpty { return b }
            try run.reserve(x.count + y.count, each: JQMeasure.valueSize)
            return .array(x + y)
        case (.object(let x), .object(let y)):
            return .object(try merge(x, y, run))
        default:
            guard let x = JQNumber.double(a), let y = JQNumber.double(b) else { throw failure(a, b, "added") }
            return run.number(x + y)
        }
    }

    static func append(_ new: [JSON], to elements: inout [JSON], _ run: JQEvaluation) throws(JQFailure) {
        let storage = elements.withUnsafeBufferPointer(\.baseAddress)
        try run.reserve(new.count, each: JQMeasure.valueSize)
        let count = elements.count
        elements.append(contentsOf: new)
        if elements.withUnsafeBufferPointer(\.baseAddress) != storage {
            try run.charge(count * JQMeasure.valueSize)
            try run.work(count / 64)
        }
    }

    static func merge(_ a: JSONObject, _ b: JSONObject, _ run: JQEvaluation) throws(JQFailure) -> JSONObject {
        try run.reserve(a.count + b.count, each: JQMeasure.memberSize)
        if a.count + b.count > 24 { return JSONObject(Array(a) + Array(b)) }
        var sum = a
        for member in b { sum[member.key] = member.value }
        return sum
    }

    private static func subtract(_ a: JSON, _ b: JSON, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        switch (a, b) {
        case (.int(let x), .int(let y)):
            let (difference, overflow) = x.subtractingReportingOverflow(y)
            return overflow ? run.number(Double(x) - Double(y)) : .int(difference)
        case (.array(let x), .array(let y)):
            try run.reserve(x.count, each: JQMeasure.valueSize)
            var rest: [JSON] = []
            for element in x {
                try run.work(y.count / 4 + 1)
                var isRemoved = false
                for other in y where !isRemoved { isRemoved = try JQOrder.isEqual(element, other, run) }
                if !isRemoved { rest.append(element) }
            }
            return .array(rest)
        default:
            guard let x = JQNumber.double(a), let y = JQNumber.double(b) else { throw failure(a, b, "subtracted") }
            return run.number(x - y)
        }
    }

    private static func multiply(_ a: JSON, _ b: JSON, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        switch (a, b) {
        case (.int(let x), .int(let y)):
            let (product, overflow) = x.multipliedReportingOverflow(by: y)
            return overflow ? run.number(Double(x) * Double(y)) : .int(product)
        case (.string(let text), .int), (.string(let text), .number):
            return try repeated(text, JQNumber.double(b) ?? 0, run)
        case (.int, .string(let text)), (.number, .string(let text)):
            return try repeated(text, JQNumber.double(a) ?? 0, run)
        case (.object, .object):
            return try run.withRoom(for: a, b) { () throws(JQFailure) in try mergeDeeply(a, b, run) }
        default:
            guard let x = JQNumber.double(a), let y = JQNumber.double(b) else { throw failure(a, b, "multiplied") }
            return run.number(x * y)
        }
    }

    private static func repeated(_ text: String, _ count: Double, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        guard count >= 0 else { return .null }
        let times = JQNumber.clamped(count)
        guard !text.isEmpty, times > 0 else { return .string("") }
        try run.reserve(times, each: text.utf8.count)
        return .string(String(repeating: text, count: times))
    }

    private static func mergeDeeply(_ a: JSON, _ b: JSON, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        guard case .object(let x) = a, case .object(let y) = b else { return b }
        var sum = try merge(x, y, run)
        for member in y {
            guard case .object = member.value, let own = x[member.key], case .object = own else { continue }
            try run.step()
            sum[member.key] = try mergeDeeply(own, member.value, run)
        }
        return .object(sum)
    }

    private static func divide(_ a: JSON, _ b: JSON, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        switch (a, b) {
        case (.int(let x), .int(let y)) where y != 0 && !(x == .min && y == -1):
            let (quotient, rest) = x.quotientAndRemainder(dividingBy: y)
            return rest == 0 && (x != 0 || y > 0) ? .int(quotient) : run.number(Double(x) / Double(y))
        case (.string(let text), .string(let separator)):
            return try JQText.split(text, by: separator, run)
        default:
            guard let x = JQNumber.double(a), let y = JQNumber.double(b) else { throw failure(a, b, "divided") }
            guard y != 0 else { throw failure(a, b, "divided because the divisor is zero") }
            return run.number(x / y)
        }
    }

    /// The remainder of the whole parts, with the sign of the first.
    private static func remainder(_ a: JSON, _ b: JSON, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        guard let x = JQNumber.double(a), let y = JQNumber.double(b) else { throw failure(a, b, "divided") }
        if x.isNaN || y.isNaN { return run.number(.nan) }
        let (dividend, divisor) = (whole(a, x), whole(b, y))
        guard divisor != 0 else {
            throw failure(a, b, "divided (remainder) because the divisor is zero")
        }
        // The magnitudes, because the smallest number has no opposite.
        let rest = dividend.magnitude % divisor.magnitude
        return .int(dividend < 0 ? -Int64(rest) : Int64(rest))
    }

    private static func whole(_ value: JSON, _ number: Double) -> Int64 {
        if case .int(let whole) = value { return whole }
        if number >= 9_223_372_036_854_775_808 { return .max }
        if number <= -9_223_372_036_854_775_808 { return .min }
        return Int64(number)
    }
}
