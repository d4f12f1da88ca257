internal import RelayJSON

extension JQBuiltin {
    /// Functions of regular expressions.
    static let patterns: [JQBuiltin] = [
        pattern("test", 1, "") { (text, pattern, call, emit) throws(JQFailure) in
            try emit(.bool(try JQMatching.test(text, pattern, call.run)))
        },
        pattern("test", 2, "") { (text, pattern, call, emit) throws(JQFailure) in
            try emit(.bool(try JQMatching.test(text, pattern, call.run)))
        },
        pattern("match", 1, "", match), pattern("match", 2, "", match),
        pattern("capture", 1, "", capture), pattern("capture", 2, "", capture),
        pattern("scan", 1, "g", scan), pattern("scan", 2, "g", scan),
        pattern("split", 2, "g") { (text, pattern, call, emit) throws(JQFailure) in
            let parts = try JQArrayConstruction.collect(call.run) { (add) throws(JQFailure) in
                try split(text, pattern, call, add)
            }
            try emit(.array(parts))
        },
        pattern("splits", 1, "g", split), pattern("splits", 2, "g", split),
        pattern("sub", 2, "", replacement: 1, substitute), pattern("sub", 3, "", replacement: 1, substitute),
        pattern("gsub", 2, "g", replacement: 1, substitute), pattern("gsub", 3, "g", replacement: 1, substitute),
    ]

    private typealias PatternBody =
        @Sendable (String, JQRegularExpression, JQCallContext, JQEmit) throws(JQFailure)
        -> Void

    /// A function whose first argument is a regular expression and whose last can be flags; `added` are always set.
    private static func pattern(
        _ name: String, _ arity: Int, _ added: String, replacement: Int? = nil, _ body: @escaping PatternBody
    ) -> JQBuiltin {
        let flagsPlace = arity > (replacement == nil ? 1 : 2) ? arity - 1 : nil
        // As in jq, only these take an array of a pattern and flags.
        let takesPair = flagsPlace == nil && ["test", "match", "capture"].contains(name)
        return JQBuiltin(name: name, arity: arity) { (arguments) throws(JQError) in
            let fixed = try constantPattern(arguments, flagsPlace, added, takesPair: takesPair)
            return JQGeneratorNode(
                arguments,
                { (input, call, emit) throws(JQFailure) in
                    func matched(_ pattern: JQRegularExpression) throws(JQFailure) {
                        guard case .string(let text) = input else {
                            throw JQFailure.message("\(JQKind.name(input)) cannot be matched, as it is not a string")
                        }
                        try body(text, pattern, call, emit)
                    }
                    if let fixed { return try matched(fixed) }
                    try call.each(0, input) { (source) throws(JQFailure) in
                        guard let flagsPlace else {
                            return try matched(try compile(source, .null, added, takesPair: takesPair, call.run))
                        }
                        try call.each(flagsPlace, input) { (flags) throws(JQFailure) in
                            try matched(try compile(source, flags, added, takesPair: false, call.run))
                        }
                    }
                }, locations: nil)
        }.oneWhenConstant(name == "test")
    }

    /// The pattern when it and its flags stand in the expression; errors of it are errors of the expression.
    private static func constantPattern(
        _ arguments: [JQNode], _ flagsPlace: Int?, _ added: String, takesPair: Bool
    ) throws(JQError) -> JQRegularExpression? {
        guard let source = arguments[0].constant else { return nil }
        var flags = JSON.null
        if let flagsPlace {
            guard let constant = arguments[flagsPlace].constant else { return nil }
            flags = constant
        }
        // Other kinds of values fail when they are used, as computed ones do.
        guard let (text, letters) = try? parts(source, flags, takesPair: takesPair) else { return nil }
        do throws(JQRegularExpression.PatternError) {
            return try JQRegularExpression(text, flags: try JQRegularExpression.flags(letters + added))
        } catch {
            throw JQError(code: .regularExpression, message: error.message + error.reason)
        }
    }

    /// A pattern is a string, or an array of a string and flags when `takesPair`.
    private static func parts(_ source: JSON, _ flags: JSON, takesPair: Bool) throws(JQFailure) -> (String, String) {
        var (source, flags) = (source, flags)
        if takesPair, case .array(let pair) = source, let first = pair.first {
            source = first
            flags = pair.count > 1 ? pair[1] : .null
        }
        guard case .string(let text) = source else {
            throw .message("\(JQKind.name(source)) cannot be matched, as it is not a string")
        }
        switch flags {
        case .null: return (text, "")
        case .string(let letters): return (text, letters)
        default: throw .message("\(JQKind.name(flags)) is not a string of flags")
        }
    }

    private static func compile(
        _ source: JSON, _ flags: JSON, _ added: String, takesPair: Bool, _ run: JQEvaluation
    ) throws(JQFailure) -> JQRegularExpression {
        let (text, letters) = try parts(source, flags, takesPair: takesPair)
        try run.work(text.utf8.count + 10)
        do throws(JQRegularExpression.PatternError) {
            return try run.patterns.pattern(text, try JQRegularExpression.flags(letters + added))
        } catch {
            throw .message(error.message)
        }
    }

    // MARK: The functions

    private static let match: PatternBody = { (text, pattern, call, emit) throws(JQFailure) in
        try JQMatching.each(text, pattern, isGlobal: pattern.flags.isGlobal, call.run) { (match) throws(JQFailure) in
            try call.run.pass(match.json, to: emit)
        }
    }

    private static let capture: PatternBody = { (text, pattern, call, emit) throws(JQFailure) in
        try JQMatching.each(text, pattern, isGlobal: pattern.flags.isGlobal, call.run) { (match) throws(JQFailure) in
            try call.run.pass(match.object, to: emit)
        }
    }

    private static let scan: PatternBody = { (text, pattern, call, emit) throws(JQFailure) in
        try JQMatching.each(text, pattern, isGlobal: true, call.run) { (match) throws(JQFailure) in
            let value: JSON =
                match.groups.isEmpty
                ? .string(match.whole.text ?? "") : .array(match.groups.map { $0.text.map(JSON.string) ?? .null })
            try call.run.pass(value, to: emit)
        }
    }

    private static let split: PatternBody = { (text, pattern, call, emit) throws(JQFailure) in
        let bytes = Array(text.utf8)
        var start = 0
        try JQMatching.each(text, pattern, isGlobal: true, call.run) { (match) throws(JQFailure) in
            guard let range = match.whole.bytes else { return }
            try call.run.charge(range.lowerBound - start)
            let part = String(decoding: bytes[start..<range.lowerBound], as: UTF8.self)
            start = range.upperBound
            try call.run.pass(.string(part), to: emit)
        }
        try call.run.charge(bytes.count - start)
        try emit(.string(String(decoding: bytes[start...], as: UTF8.self)))
    }

    /// With several outputs of the replacement there are several results: the first of all first outputs, and so on.
    private static let substitute: PatternBody = { (text, pattern, call, emit) throws(JQFailure) in
        let bytes = Array(text.utf8)
        var results: [(text: [UInt8], copied: Int)] = []
        let run = call.run
        var end = 0
        try JQMatching.each(text, pattern, isGlobal: pattern.flags.isGlobal, run) { (match) throws(JQFailure) in
            guard let range = match.whole.bytes else { return }
            var place = 0
            try call.each(1, match.object) { (replacement) throws(JQFailure) in
                guard case .string(let new) = replacement else {
                    throw JQFailure.message("string and \(JQKind.name(replacement)) cannot be added")
                }
                if place == results.count { results.append((text: [], copied: end)) }
                let gap = bytes[min(results[place].copied, range.lowerBound)..<range.lowerBound]
                try run.reserve(gap.count + new.utf8.count, each: 1)
                run.kept += gap.count + new.utf8.count
                results[place].text += gap
                results[place].text += Array(new.utf8)
                results[place].copied = range.upperBound
                place += 1
            }
            end = range.upperBound
        }
        guard !results.isEmpty else { return try emit(.string(text)) }
        for result in results {
            let all = result.text + bytes[result.copied...]
            try run.charge(all.count)
            run.kept -= result.text.count
            try run.pass(.string(String(decoding: all, as: UTF8.self)), to: emit)
        }
    }

    /// The same function with exactly one output when its pattern is constant.
    fileprivate func oneWhenConstant(_ isTest: Bool) -> JQBuiltin {
        guard isTest else { return self }
        return JQBuiltin(name: name, arity: arity) { (arguments) throws(JQError) in
            let node = try self.make(arguments)
            let flagsPlace = arity > 1 ? 1 : nil
            guard let pattern = try Self.constantPattern(arguments, flagsPlace, "", takesPair: arity == 1) else {
                return node
            }
            return JQValueNode { (input, run) throws(JQFailure) in
                guard case .string(let text) = input else {
                    throw .message("\(JQKind.name(input)) cannot be matched, as it is not a string")
                }
                return .bool(try JQMatching.test(text, pattern, run))
            }
        }
    }
}
