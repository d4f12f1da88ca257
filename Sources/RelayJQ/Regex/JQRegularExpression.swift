internal import CRE2
internal import Synchronization

/// A compiled regular expression.
///
/// `@unchecked Sendable`: RE2's patterns can be used by any number of threads at once, and this one is freed once, when
/// nothing refers to it.
final class JQRegularExpression: @unchecked Sendable {
    private static let maximumLength = 16_384
    private static let maximumMemory: Int64 = 2 << 20

    private let pattern: OpaquePointer
    let groupCount: Int
    let groupNames: [String?]
    let flags: Flags

    struct Flags: Hashable {
        var isGlobal = false
        var ignoresCase = false
        var skipsEmpty = false
        var isLongest = false
        var dotMatchesLineBreak = false
    }

    struct PatternError: Error {
        var message: String
        /// What RE2 says, which contains parts of the pattern.
        var reason = ""
    }

    init(_ source: String, flags: Flags) throws(PatternError) {
        guard source.utf8.count <= Self.maximumLength else {
            throw PatternError(message: "the regular expression is longer than \(Self.maximumLength) bytes")
        }
        let rewritten: String
        do throws(JQPatternSource.UnsupportedError) { rewritten = try JQPatternSource.rewritten(source) } catch {
            throw PatternError(message: error.message)
        }
        var options: Int32 = 0
        if flags.ignoresCase { options |= Int32(CRE2_IGNORE_CASE.rawValue) }
        if flags.dotMatchesLineBreak { options |= Int32(CRE2_DOT_MATCHES_NEWLINE.rawValue) }
        if flags.isLongest { options |= Int32(CRE2_LONGEST.rawValue) }
        var reason = [CChar](repeating: 0, count: 256)
        var text = rewritten
        let compiled = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { bytes in
                cre2_compile(bytes.baseAddress, bytes.count, options, Self.maximumMemory, &reason, reason.count)
            }
        }
        guard let compiled else {
            let reason = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw PatternError(message: "the regular expression is not valid", reason: ": " + reason)
        }
        pattern = compiled
        groupCount = Int(cre2_group_count(compiled))
        groupNames = (0..<groupCount).map { group in
            cre2_group_name(compiled, Int32(group + 1)).map { String(cString: $0) }
        }
        self.flags = flags
    }

    deinit { cre2_free(pattern) }

    /// Writes the spans of the first match at or after `start` to `spans`, which has room for all groups.
    func match(_ text: UnsafeBufferPointer<UInt8>, from start: Int, into spans: inout [Int64], groups: Int) -> Bool {
        // A text of no bytes has no address.
        let empty: StaticString = ""
        let base = text.baseAddress.map(UnsafeRawPointer.init) ?? UnsafeRawPointer(empty.utf8Start)
        return cre2_match(
            pattern, base.assumingMemoryBound(to: CChar.self), text.count, start, &spans, Int32(groups)) == 1
    }

    /// Reads the letters of flags.
    static func flags(_ text: String) throws(PatternError) -> Flags {
        var flags = Flags()
        for letter in text.unicodeScalars {
            switch letter {
            case "g": flags.isGlobal = true
            case "i": flags.ignoresCase = true
            case "n": flags.skipsEmpty = true
            case "l": flags.isLongest = true
            // `^` and `$` stand for the ends of the text anyway.
            case "s": break
            case "p": flags.dotMatchesLineBreak = true
            case "x":
                throw PatternError(
                    message: "the flag x is not supported; write the regular expression without spaces and comments")
            default: throw PatternError(message: "the flags of a regular expression are g, i, n, s, l and p")
            }
        }
        return flags
    }
}

/// The patterns that one evaluation computed, each compiled once.
struct JQPatternCache {
    private struct Key: Hashable {
        var source: String
        var flags: JQRegularExpression.Flags
    }

    private static let limit = 32
    private var patterns: [Key: JQRegularExpression] = [:]

    mutating func pattern(_ source: String, _ flags: JQRegularExpression.Flags)
        throws(JQRegularExpression.PatternError) -> JQRegularExpression
    {
        let key = Key(source: source, flags: flags)
        if let known = patterns[key] { return known }
        let pattern = try JQSharedPatterns.pattern(source, flags)
        if patterns.count >= Self.limit { patterns.removeAll() }
        patterns[key] = pattern
        return pattern
    }
}

/// Computed patterns of recent evaluations. It changes only how long an evaluation takes.
enum JQSharedPatterns {
    private struct Key: Hashable {
        var source: String
        var flags: JQRegularExpression.Flags
    }

    private static let limit = 64
    private static let patterns = Mutex<[Key: JQRegularExpression]>([:])

    static func pattern(_ source: String, _ flags: JQRegularExpression.Flags)
        throws(JQRegularExpression.PatternError) -> JQRegularExpression
    {
        let key = Key(source: source, flags: flags)
        if let known = patterns.withLock({ $0[key] }) { return known }
        let pattern = try JQRegularExpression(source, flags: flags)
        guard source.utf8.count <= 1024 else { return pattern }
        patterns.withLock { patterns in
            if patterns.count >= limit { patterns.removeAll() }
            patterns[key] = pattern
        }
        return pattern
    }
}
