internal import Glibc
internal import RelayJSON

extension JQBuiltin {
    /// Mathematics.
    static let numbers: [JQBuiltin] = [
        value("infinite") { (_, run) throws(JQFailure) in run.number(.infinity) },
        value("nan") { (_, run) throws(JQFailure) in run.number(.nan) },
        value("isnan") { (input, _) throws(JQFailure) in .bool(JQNumber.double(input)?.isNaN ?? false) },
        value("isinfinite") { (input, _) throws(JQFailure) in .bool(JQNumber.double(input)?.isInfinite ?? false) },
        value("isnormal") { (input, _) throws(JQFailure) in .bool(JQNumber.double(input)?.isNormal ?? false) },
        value("abs") { (input, run) throws(JQFailure) in
            switch input {
            case .int(let whole): return whole == .min ? run.number(-Double(whole)) : .int(Swift.abs(whole))
            case .number(let text):
                let number = JQNumber.parse(text)
                return number < 0 ? run.number(-number) : input
            default: throw .message("\(JQKind.name(input)) has no absolute value")
            }
        },
        wholeOr("floor") { $0.rounded(.down) },
        wholeOr("ceil") { $0.rounded(.up) },
        wholeOr("trunc") { $0.rounded(.towardZero) },
        wholeOr("round") { $0.rounded(.toNearestOrAwayFromZero) },
        wholeOr("rint") { $0.rounded(.toNearestOrEven) },
        wholeOr("nearbyint") { $0.rounded(.toNearestOrEven) },
        wholeOr("fabs") { Swift.abs($0) },
        value("frexp") { (input, run) throws(JQFailure) in
            var exponent: Int32 = 0
            let fraction = Glibc.frexp(try double(input), &exponent)
            return [run.number(fraction), .int(Int64(exponent))]
        },
        value("modf") { (input, run) throws(JQFailure) in
            let number = try double(input)
            let whole = number.rounded(.towardZero)
            return [run.number(number.isInfinite ? 0 : number - whole), run.number(whole)]
        },
        value("lgamma_r") { (input, run) throws(JQFailure) in
            let number = try double(input)
            let sign = number < 0 && Int64(JQNumber.clamped(number.rounded(.down))) % 2 != 0 ? -1 : 1
            return [run.number(Glibc.lgamma(number)), .int(Int64(sign))]
        },
        value("significand") { (input, run) throws(JQFailure) in
            let number = try double(input)
            guard number != 0, number.isFinite else { return run.number(number) }
            return run.number(number.sign == .minus ? -number.significand : number.significand)
        },
        value("gamma") { (input, run) throws(JQFailure) in run.number(Glibc.lgamma(try double(input))) },
        value("lgamma") { (input, run) throws(JQFailure) in run.number(Glibc.lgamma(try double(input))) },
        value("exp10") { (input, run) throws(JQFailure) in run.number(Glibc.pow(10, try double(input))) },
        value("pow10") { (input, run) throws(JQFailure) in run.number(Glibc.pow(10, try double(input))) },
        math("sqrt", Glibc.sqrt), math("cbrt", Glibc.cbrt), math("exp", Glibc.exp), math("exp2", Glibc.exp2),
        math("expm1", Glibc.expm1), math("log", Glibc.log), math("log2", Glibc.log2), math("log10", Glibc.log10),
        math("log1p", Glibc.log1p), math("logb", Glibc.logb), math("sin", Glibc.sin), math("cos", Glibc.cos),
        math("tan", Glibc.tan), math("asin", Glibc.asin), math("acos", Glibc.acos), math("atan", Glibc.atan),
        math("sinh", Glibc.sinh), math("cosh", Glibc.cosh), math("tanh", Glibc.tanh), math("asinh", Glibc.asinh),
        math("acosh", Glibc.acosh), math("atanh", Glibc.atanh), math("tgamma", Glibc.tgamma), math("j0", Glibc.j0),
        math("j1", Glibc.j1), math("y0", Glibc.y0), math("y1", Glibc.y1), math("erf", Glibc.erf),
        math("erfc", Glibc.erfc),
        math2("pow", Glibc.pow), math2("atan2", Glibc.atan2), math2("fmod", Glibc.fmod), math2("fmin", Glibc.fmin),
        math2("fmax", Glibc.fmax), math2("fdim", Glibc.fdim), math2("hypot", Glibc.hypot),
        math2("copysign", Glibc.copysign), math2("nextafter", Glibc.nextafter), math2("nexttoward", Glibc.nextafter),
        math2("drem", Glibc.remainder), math2("remainder", Glibc.remainder),
        math2("ldexp") { Glibc.scalbln($0, JQNumber.clamped($1)) },
        math2("scalb") { Glibc.scalbln($0, JQNumber.clamped($1)) },
        math2("scalbln") { Glibc.scalbln($0, JQNumber.clamped($1)) },
        math2("jn") { Glibc.jn(order($0), $1) },
        math2("yn") { Glibc.yn(order($0), $1) },
        function("fma", 3) { (_, arguments, run) throws(JQFailure) in
            run.number(Glibc.fma(try double(arguments[0]), try double(arguments[1]), try double(arguments[2])))
        },
    ]

    static func double(_ value: JSON) throws(JQFailure) -> Double {
        guard let number = JQNumber.double(value) else { throw .message("\(JQKind.name(value)) number required") }
        return number
    }

    /// The time of these functions grows with the order.
    private static func order(_ number: Double) -> Int32 { Int32(min(max(number.isNaN ? 0 : number, -1000), 1000)) }

    /// A function that leaves whole numbers as they are.
    private static func wholeOr(_ name: String, _ body: @escaping @Sendable (Double) -> Double) -> JQBuiltin {
        value(name) { (input, run) throws(JQFailure) in
            if case .int(let whole) = input { return name == "fabs" && whole < 0 ? run.number(-Double(whole)) : input }
            return run.number(body(try double(input)))
        }
    }

    private static func math(_ name: String, _ body: @escaping @Sendable (Double) -> Double) -> JQBuiltin {
        value(name) { (input, run) throws(JQFailure) in run.number(body(try double(input))) }
    }

    private static func math2(_ name: String, _ body: @escaping @Sendable (Double, Double) -> Double) -> JQBuiltin {
        function(name, 2) { (_, arguments, run) throws(JQFailure) in
            run.number(body(try double(arguments[0]), try double(arguments[1])))
        }
    }
}
