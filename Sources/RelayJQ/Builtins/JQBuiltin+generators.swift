internal import RelayJSON

extension JQBuiltin {
    /// Functions with several outputs, and those that choose among outputs.
    static let generators: [JQBuiltin] = [
        generator("empty", 0, locations: { (_, _, _) throws(JQFailure) in }) { (_, _, _) throws(JQFailure) in },
        generator("error", 0, locations: { (input, _, _) throws(JQFailure) in throw raised(input.value) }) {
            (input, _, _) throws(JQFailure) in
            throw raised(input)
        },
        generator(
            "error", 1,
            locations: { (input, call, _) throws(JQFailure) in
                try call.each(0, input.value) { (value) throws(JQFailure) in
                    throw raised(value, isLiteral: call.arguments[0].constant != nil)
                }
            }
        ) { (input, call, _) throws(JQFailure) in
            try call.each(0, input) { (value) throws(JQFailure) in
                throw raised(value, isLiteral: call.arguments[0].constant != nil)
            }
        },
        generator(
            "select", 1,
            locations: { (input, call, emit) throws(JQFailure) in
                try call.each(0, input.value) { (value) throws(JQFailure) in
                    if value.isTruthy { try call.run.pass(input, to: emit) }
                }
            }
        ) { (input, call, emit) throws(JQFailure) in
            try call.each(0, input) { (value) throws(JQFailure) in
                if value.isTruthy { try call.run.pass(input, to: emit) }
            }
        },
        generator("range", 1) { (input, call, emit) throws(JQFailure) in
            try call.each(0, input) { (end) throws(JQFailure) in try range(.int(0), end, .int(1), call.run, emit) }
        },
        generator("range", 2) { (input, call, emit) throws(JQFailure) in
            try call.each(0, input) { (start) throws(JQFailure) in
                try call.each(1, input) { (end) throws(JQFailure) in
                    try range(start, end, .int(1), call.run, emit)
                }
            }
        },
        generator("range", 3) { (input, call, emit) throws(JQFailure) in
            try call.each(0, input) { (start) throws(JQFailure) in
                try call.each(1, input) { (end) throws(JQFailure) in
                    try call.each(2, input) { (step) throws(JQFailure) in
                        try range(start, end, step, call.run, emit)
                    }
                }
            }
        },
        generator(
            "first", 1,
            locations: { (input, call, emit) throws(JQFailure) in
                try limitLocations(1, of: 0, input, call, emit)
            }
        ) { (input, call, emit) throws(JQFailure) in
            if let value = try call.first(0, input) { try emit(value) }
        },
        generator(
            "limit", 2,
            locations: { (input, call, emit) throws(JQFailure) in
                try call.each(0, input.value) { (count) throws(JQFailure) in
                    try limitLocations(try number(count), of: 1, input, call, emit)
                }
            }
        ) { (input, call, emit) throws(JQFailure) in
            try call.each(0, input) { (count) throws(JQFailure) in
                try limit(try number(count), of: 1, input, call, emit)
            }
        },
        JQBuiltin(name: "recurse", arity: 0) { _ in JQDescend() },
        JQBuiltin(name: "recurse", arity: 1) { arguments in JQRepetition(arguments[0]) },
        JQBuiltin(name: "repeat", arity: 1) { arguments in JQRepetition(arguments[0]) },
        JQBuiltin(name: "while", arity: 2) { arguments in
            JQRepetition(arguments[1], while: arguments[0])
        },
        generator(
            "nth", 2,
            locations: { (input, call, emit) throws(JQFailure) in
                try call.each(0, input.value) { (place) throws(JQFailure) in
                    var left = try position(place)
                    try JQStop.catching(call.run) { (label) throws(JQFailure) in
                        try call.locations(1, input) { (location) throws(JQFailure) in
                            left -= 1
                            guard left <= -1 else { return }
                            try emit(location)
                            throw JQFailure.stop(label)
                        }
                    }
                }
            }
        ) { (input, call, emit) throws(JQFailure) in
            try call.each(0, input) { (place) throws(JQFailure) in
                var left = try position(place)
                try JQStop.catching(call.run) { (label) throws(JQFailure) in
                    try call.each(1, input) { (value) throws(JQFailure) in
                        left -= 1
                        guard left <= -1 else { return }
                        try emit(value)
                        throw JQFailure.stop(label)
                    }
                }
            }
        },
        generator("until", 2, locations: { (input, call, emit) throws(JQFailure) in try until(input, call, emit) }) {
            (input, call, emit) throws(JQFailure) in try until(input, call, emit)
        },
        single("isempty", 1) { (input, call) throws(JQFailure) in .bool(try call.first(0, input) == nil) }
            .with { (input, call, emit) throws(JQFailure) in
                var answer = input.computed(.bool(true))
                try JQStop.catching(call.run) { (label) throws(JQFailure) in
                    try call.locations(0, input) { (location) throws(JQFailure) in
                        answer = location.computed(.bool(false))
                        throw JQFailure.stop(label)
                    }
                }
                try emit(answer)
            },
        JQBuiltin(name: "map", arity: 1) { arguments in
            JQArrayConstruction(JQPipe(JQIterate(JQIdentity(), isOptional: false), arguments[0]))
        },
        JQBuiltin(name: "map_values", arity: 1) { arguments in
            JQUpdate(JQIterate(JQIdentity(), isOptional: false), arguments[0])
        },
        generator(
            "any", 2,
            locations: { (input, call, emit) throws(JQFailure) in try emit(try decision(true, input, call)) }
        ) { (input, call, emit) throws(JQFailure) in
            try emit(.bool(try decides(true, input, call)))
        },
        generator(
            "all", 2,
            locations: { (input, call, emit) throws(JQFailure) in try emit(try decision(false, input, call)) }
        ) { (input, call, emit) throws(JQFailure) in
            try emit(.bool(try !decides(false, input, call)))
        },
        single("add", 0) { (input, call) throws(JQFailure) in
            try sum(of: JQIterate(JQIdentity(), isOptional: false), input, call)
        },
        single("add", 1) { (input, call) throws(JQFailure) in try sum(of: call.arguments[0], input, call) },
    ]

    private static func raised(_ value: JSON, isLiteral: Bool = false) -> JQFailure {
        .raised(value, isLiteral: isLiteral)
    }

    private static func number(_ value: JSON) throws(JQFailure) -> Double {
        guard let number = JQNumber.double(value) else { throw .message("The count of `limit` must be a number") }
        return number
    }

    private static func position(_ value: JSON) throws(JQFailure) -> Double {
        guard let number = JQNumber.double(value) else { throw .message("The place for `nth` must be a number") }
        guard number >= 0 else { throw .message("nth doesn't support negative indices") }
        return number
    }

    private static func range(_ start: JSON, _ end: JSON, _ step: JSON, _ run: JQEvaluation, _ emit: JQEmit)
        throws(JQFailure)
    {
        if case .int(var place) = start, case .int(let end) = end, case .int(let step) = step {
            guard step != 0 else { return }
            while step > 0 ? place < end : place > end {
                try run.step()
                try run.pass(.int(place), to: emit)
                let (next, overflow) = place.addingReportingOverflow(step)
                if overflow { return }
                place = next
            }
            return
        }
        guard var place = JQNumber.double(start), let end = JQNumber.double(end), let step = JQNumber.double(step)
        else {
            throw .message("Range bounds must be numeric")
        }
        while step > 0 ? place < end : step < 0 && place > end {
            try run.step()
            try run.pass(run.number(place), to: emit)
            place += step
        }
    }

    /// Takes the first `count` outputs of an argument.
    private static func limit(
        _ count: Double, of place: Int, _ input: JSON, _ call: JQCallContext, _ emit: JQEmit
    ) throws(JQFailure) {
        if count < 0 { return try call.each(place, input, emit) }
        guard count > 0 else { return }
        var taken = 0.0
        try JQStop.catching(call.run) { (label) throws(JQFailure) in
            try call.each(place, input) { (value) throws(JQFailure) in
                taken += 1
                try emit(value)
                if taken >= count { throw JQFailure.stop(label) }
            }
        }
    }

    private static func limitLocations(
        _ count: Double, of place: Int, _ input: JQLocation, _ call: JQCallContext, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        if count < 0 { return try call.locations(place, input, emit) }
        guard count > 0 else { return }
        var taken = 0.0
        try JQStop.catching(call.run) { (label) throws(JQFailure) in
            try call.locations(place, input) { (location) throws(JQFailure) in
                taken += 1
                try emit(location)
                if taken >= count { throw JQFailure.stop(label) }
            }
        }
    }

    /// Whether an output of the generator gives the wanted answer; the rest is not evaluated.
    private static func decides(_ wanted: Bool, _ input: JSON, _ call: JQCallContext) throws(JQFailure) -> Bool {
        var found = false
        try JQStop.catching(call.run) { (label) throws(JQFailure) in
            try call.each(0, input) { (element) throws(JQFailure) in
                try call.each(1, element) { (answer) throws(JQFailure) in
                    guard answer.isTruthy == wanted else { return }
                    found = true
                    throw JQFailure.stop(label)
                }
            }
        }
        return found
    }

    /// The answer of `any` or `all` at the place to which the deciding condition went.
    private static func decision(_ wanted: Bool, _ input: JQLocation, _ call: JQCallContext) throws(JQFailure)
        -> JQLocation
    {
        var answer = input.computed(.bool(!wanted))
        try JQStop.catching(call.run) { (label) throws(JQFailure) in
            try call.locations(0, input) { (element) throws(JQFailure) in
                try call.locations(1, element) { (condition) throws(JQFailure) in
                    guard condition.value.isTruthy == wanted else { return }
                    answer = condition.computed(.bool(wanted))
                    throw JQFailure.stop(label)
                }
            }
        }
        return answer
    }

    private static func until(_ input: JQLocation, _ call: JQCallContext, _ emit: JQEmitLocation) throws(JQFailure) {
        try call.run.step()
        try call.each(0, input.value) { (answer) throws(JQFailure) in
            if answer.isTruthy { return try emit(input) }
            try call.locations(1, input) { (next) throws(JQFailure) in
                try call.run.deeper { () throws(JQFailure) in try until(next, call, emit) }
            }
        }
    }

    private static func until(_ input: JSON, _ call: JQCallContext, _ emit: JQEmit) throws(JQFailure) {
        let (test, update) = (call.arguments[0], call.arguments[1])
        guard test.isOne, update.isOne else {
            return try call.each(0, input) { (answer) throws(JQFailure) in
                if answer.isTruthy { return try emit(input) }
                try call.each(1, input) { (next) throws(JQFailure) in
                    try call.run.step()
                    try call.run.deeper { () throws(JQFailure) in try until(next, call, emit) }
                }
            }
        }
        let run = call.run
        var kept = JQKept(run)
        var state = input
        let bytes = run.bytes
        while true {
            try run.step()
            kept.begin(run)
            if try test.one(state, call.scope, run).isTruthy { break }
            state = try update.one(state, call.scope, run)
            try kept.replace(with: state, since: bytes, run)
            run.bytes = bytes
        }
        kept.end(run)
        try emit(state)
    }

    private static func sum(of source: JQNode, _ input: JSON, _ call: JQCallContext) throws(JQFailure) -> JSON {
        var sum = JSON.null
        var texts: String?
        let run = call.run
        var kept = JQKept(run)
        let bytes = run.bytes
        try source.outputs(input, call.scope, run) { (value) throws(JQFailure) in
            try run.step()
            kept.begin(run)
            // Strings and arrays grow in place.
            if case .string(let text) = value, texts != nil {
                texts?.append(text)
                try run.charge(text.utf8.count)
                return try kept.replace(with: .string(texts ?? ""), since: run.bytes - text.utf8.count, run)
            }
            if let text = texts {
                sum = .string(text)
                texts = nil
            }
            if case .array(let new) = value, var elements = sum.array {
                sum = .null
                let before = run.bytes
                try JQArithmetic.append(new, to: &elements, run)
                sum = .array(elements)
                return try kept.replace(with: sum, since: before, run)
            }
            let before = run.bytes
            sum = try JQArithmetic.add(sum, value, run)
            try kept.replace(with: sum, since: before, run)
            if case .string(let text) = sum {
                texts = text
                sum = .null
            }
        }
        kept.end(run)
        _ = bytes
        return texts.map(JSON.string) ?? sum
    }
}

/// `recurse(f)`, `repeat(f)` and `while(c; f)`: the input, then the same for each output of `f`.
final class JQRepetition: JQNode, @unchecked Sendable {
    private let step: JQNode
    private let test: JQNode?

    init(_ step: JQNode, while test: JQNode? = nil) {
        self.step = step
        self.test = test
        super.init(isOne: false)
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        guard step.isOne, test?.isOne != false else { return try repeated(input, scope, run, emit) }
        // One output follows another, so this is a loop.
        var kept = JQKept(run)
        var state = input
        let bytes = run.bytes
        while true {
            try run.step()
            kept.begin(run)
            if let test, try !test.one(state, scope, run).isTruthy { break }
            try run.pass(state, to: emit)
            state = try step.one(state, scope, run)
            try kept.replace(with: state, since: bytes, run)
            run.bytes = bytes
        }
        kept.end(run)
    }

    private func repeated(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try run.step()
        func go() throws(JQFailure) {
            try run.pass(input, to: emit)
            try step.outputs(input, scope, run) { (next) throws(JQFailure) in
                try run.deeper { () throws(JQFailure) in try repeated(next, scope, run, emit) }
            }
        }
        guard let test else { return try go() }
        try test.outputs(input, scope, run) { (answer) throws(JQFailure) in
            if answer.isTruthy { try go() }
        }
    }

    override func locations(
        _ input: JQLocation, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        try run.step()
        func go() throws(JQFailure) {
            try run.pass(input, to: emit)
            try step.locations(input, scope, run) { (next) throws(JQFailure) in
                try run.deeper { () throws(JQFailure) in try locations(next, scope, run, emit) }
            }
        }
        guard let test else { return try go() }
        try test.outputs(input.value, scope, run) { (answer) throws(JQFailure) in
            if answer.isTruthy { try go() }
        }
    }
}
