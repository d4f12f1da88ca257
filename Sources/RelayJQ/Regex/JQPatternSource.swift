/// Rewrites a regular expression as jq writes it to one for RE2.
///
/// jq uses Oniguruma. RE2 takes linear time and therefore lacks look-around and back-references. Named groups are
/// written differently, and `\d`, `\w` and `\s` are made to match letters of all scripts, as in Oniguruma.
struct JQPatternSource {
    private let source: [UInt8]
    private var place = 0
    private var result: [UInt8] = []

    struct UnsupportedError: Error {
        var message: String
    }

    static func rewritten(_ pattern: String) throws(UnsupportedError) -> String {
        var rewriter = JQPatternSource(source: Array(pattern.utf8))
        try rewriter.run()
        return String(decoding: rewriter.result, as: UTF8.self)
    }

    private init(source: [UInt8]) { self.source = source }

    private func at(_ distance: Int) -> UInt8? {
        place + distance < source.count ? source[place + distance] : nil
    }

    private mutating func copy(_ count: Int) {
        let end = min(place + count, source.count)
        result += source[place..<end]
        place = end
    }

    private mutating func put(_ text: StaticString) {
        text.withUTF8Buffer { result += $0 }
    }

    private mutating func run() throws(UnsupportedError) {
        var isInClass = false
        while let byte = at(0) {
            switch byte {
            case UInt8(ascii: "\\"): try escape(isInClass: isInClass)
            case UInt8(ascii: "[") where !isInClass:
                isInClass = true
                copy(1)
                if at(0) == UInt8(ascii: "^") { copy(1) }
                // A bracket at the start stands for itself.
                if at(0) == UInt8(ascii: "]") { copy(1) }
            case UInt8(ascii: "[") where isInClass && at(1) == UInt8(ascii: ":"):
                copy(2)
                while let next = at(0), next != UInt8(ascii: "]") { _ = next; copy(1) }
                copy(1)
            case UInt8(ascii: "[") where isInClass:
                put("\\[")
                place += 1
            case UInt8(ascii: "]") where isInClass:
                isInClass = false
                copy(1)
            case UInt8(ascii: "(") where !isInClass && at(1) == UInt8(ascii: "?"): try group()
            default: copy(1)
            }
        }
    }

    private mutating func group() throws(UnsupportedError) {
        switch (at(2), at(3)) {
        case (UInt8(ascii: "="), _):
            throw UnsupportedError(
                message: "look-ahead `(?=…)` is not supported; match what follows too, in a group of its own,"
                    + " and use the other groups: capture(\"(?<wanted>…)(?:…)\").wanted")
        case (UInt8(ascii: "!"), _):
            throw UnsupportedError(
                message: "negative look-ahead `(?!…)` is not supported; write two tests: test(\"…\") and"
                    + " (test(\"…\") | not)")
        case (UInt8(ascii: "<"), UInt8(ascii: "=")):
            throw UnsupportedError(
                message: "look-behind `(?<=…)` is not supported; match what comes before too and take a group:"
                    + " capture(\"…(?<wanted>…)\").wanted")
        case (UInt8(ascii: "<"), UInt8(ascii: "!")):
            throw UnsupportedError(
                message: "negative look-behind `(?<!…)` is not supported; match what may come before instead:"
                    + " (?:^|[^…])")
        case (UInt8(ascii: ">"), _):
            throw UnsupportedError(message: "the atomic group `(?>…)` is not supported; write `(?:…)`")
        case (UInt8(ascii: "#"), _):
            throw UnsupportedError(message: "comments `(?#…)` are not supported; write `#` outside of the string")
        case (UInt8(ascii: "<"), _):
            put("(?P<")
            place += 3
        default: copy(2)
        }
    }

    private mutating func escape(isInClass: Bool) throws(UnsupportedError) {
        guard let letter = at(1) else { return copy(1) }
        switch letter {
        case UInt8(ascii: "1")...UInt8(ascii: "9") where !isInClass, UInt8(ascii: "k"):
            throw UnsupportedError(
                message: "back-references such as `\\1` are not supported; capture both parts and compare them:"
                    + " capture(\"(?<a>…)…(?<b>…)\") | .a == .b")
        case UInt8(ascii: "g"):
            throw UnsupportedError(message: "`\\g` is not supported; write the group out again")
        case UInt8(ascii: "G"), UInt8(ascii: "K"), UInt8(ascii: "R"), UInt8(ascii: "X"):
            throw UnsupportedError(
                message: "`\\\(String(UnicodeScalar(letter)))` is not supported in regular expressions")
        case UInt8(ascii: "d"): shorthand(isInClass, "\\p{Nd}", "\\p{Nd}")
        case UInt8(ascii: "w"): shorthand(isInClass, "\\p{L}\\p{M}\\p{N}\\p{Pc}", "[\\p{L}\\p{M}\\p{N}\\p{Pc}]")
        case UInt8(ascii: "s"): shorthand(isInClass, "\\s\\x0B\\x85\\p{Z}", "[\\s\\x0B\\x85\\p{Z}]")
        case UInt8(ascii: "D") where !isInClass: shorthand(false, "", "\\P{Nd}")
        case UInt8(ascii: "W") where !isInClass: shorthand(false, "", "[^\\p{L}\\p{M}\\p{N}\\p{Pc}]")
        case UInt8(ascii: "S") where !isInClass: shorthand(false, "", "[^\\s\\x0B\\x85\\p{Z}]")
        case UInt8(ascii: "h"): shorthand(isInClass, "0-9a-fA-F", "[0-9a-fA-F]")
        case UInt8(ascii: "H") where !isInClass: shorthand(false, "", "[^0-9a-fA-F]")
        case UInt8(ascii: "e"): shorthand(isInClass, "\\x1B", "\\x1B")
        case UInt8(ascii: "b") where isInClass: shorthand(true, "\\x08", "")
        case UInt8(ascii: "Z"): shorthand(isInClass, "Z", "\\z")
        case UInt8(ascii: "u"):
            // Oniguruma's `\u00e9`.
            if place + 6 <= source.count,
                let code = UInt32(String(decoding: source[place + 2..<place + 6], as: UTF8.self), radix: 16)
            {
                result += Array("\\x{\(String(code, radix: 16))}".utf8)
                place += 6
            } else {
                throw UnsupportedError(message: "`\\u` needs four hexadecimal digits")
            }
        case UInt8(ascii: "Q"), UInt8(ascii: "C"):
            throw UnsupportedError(
                message: "`\\\(String(UnicodeScalar(letter)))` is not supported in regular expressions")
        case 0x80...:
            // An escaped character beyond ASCII stands for itself.
            place += 1
        case UInt8(ascii: "A"), UInt8(ascii: "B"), UInt8(ascii: "b"), UInt8(ascii: "z"), UInt8(ascii: "p"),
            UInt8(ascii: "P"), UInt8(ascii: "x"), UInt8(ascii: "D"), UInt8(ascii: "W"), UInt8(ascii: "S"),
            UInt8(ascii: "a"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"),
            UInt8(ascii: "v"), UInt8(ascii: "0"):
            copy(2)
        case _ where (0x61...0x7A).contains(letter | 0x20):
            // Oniguruma takes other letters as they are.
            place += 1
            copy(1)
        default: copy(2)
        }
    }

    private mutating func shorthand(_ isInClass: Bool, _ inside: StaticString, _ outside: StaticString) {
        put(isInClass ? inside : outside)
        place += 2
    }
}
