internal import RelayConfig

/// A condition for a header's value.
enum HeaderExpectation: Sendable {
    case equals(String)
    /// A regular expression that must match somewhere in the value.
    case pattern(String)

    func fits(_ value: String) -> Bool {
        switch self {
        case .equals(let text): value == text
        case .pattern(let pattern): (try? Regex(pattern).firstMatch(in: value)) != nil
        }
    }

    /// The condition as a test writes it.
    var written: String {
        switch self {
        case .equals(let text): text
        case .pattern(let pattern): "/\(pattern)/"
        }
    }
}

extension OptionValueType where Value == HeaderExpectation {
    /// The exact value, or a regular expression between slashes.
    static var headerCheck: OptionValueType {
        .custom("text, or a regular expression such as /^sha256=/", .text()) { node in
            let text = try node.text
            guard text.utf8.count > 2, text.hasPrefix("/"), text.hasSuffix("/") else { return .equals(text) }
            let pattern = String(text.dropFirst().dropLast())
            if let problem = RegexValidation.problem(pattern) {
                throw node.fail("\"\(node.label)\" is no regular expression: \(problem)")
            }
            return .pattern(pattern)
        }
    }
}

enum RegexValidation {
    /// What is wrong with a regular expression; nil when it is valid.
    static func problem(_ pattern: String) -> String? {
        do {
            _ = try Regex(pattern)
            return nil
        } catch {
            return "\(error)"
        }
    }
}
