internal import Yams

/// Reads one YAML file to nodes with positions. YAML syntax errors are reported to the origin.
struct YAMLReader {
    /// The maximum size of a configuration file, in bytes.
    static let maximumFileSize = 1024 * 1024
    /// The maximum number of values in a document with its aliases expanded, which limits nested aliases.
    private static let maximumNodes = 100_000
    private static let maximumDuplicates = 100

    private let origin: ConfigSourceDocument
    private var nodes = 0
    /// The original names of duplicate keys that were renamed so that parsing could continue, by position.
    private var renamed: [Position: String] = [:]

    struct Position: Hashable {
        var line: Int
        var column: Int
    }

    /// - Returns: nil when the file is not a YAML document; an empty node for an empty file.
    static func read(_ origin: ConfigSourceDocument) -> ConfigNode? {
        var reader = YAMLReader(origin: origin)
        do {
            guard let root = try reader.compose() else {
                return ConfigNode(
                    label: "", content: .null, location: ConfigNodeLocation(line: 1, column: 1), origin: origin)
            }
            return try reader.convert(root, pointer: "", label: "")
        } catch let issues as ValueIssuesError {
            issues.report()
        } catch {
            let location = ConfigNodeLocation(line: 1, column: 1)
            let message = "not valid YAML: \(error)"
            origin.report(ValueIssue(code: .syntax, origin: origin, location: location, message: message))
        }
        return nil
    }

    /// Splits a text into lines as libYAML does.
    static func lines(of text: String) -> [String] {
        var lines: [String] = []
        var line = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n" where previous == "\r": break
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
                lines.append(String(line))
                line = String.UnicodeScalarView()
            default: line.append(scalar)
            }
            previous = scalar
        }
        lines.append(String(line))
        return lines
    }

    private init(origin: ConfigSourceDocument) {
        self.origin = origin
    }

    /// Parses the text. When a key is duplicated, the first occurrence is renamed in the text and parsing starts again,
    /// so that a duplicate does not hide other mistakes. `convert` reports the duplicates.
    private mutating func compose() throws -> Node? {
        var lines = origin.lines.map { Array($0.unicodeScalars) }
        while true {
            let text = lines.map { String(String.UnicodeScalarView($0)) }.joined(separator: "\n")
            do {
                return try Parser(yaml: text, encoding: .utf8).singleRoot()
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                let position = Position(line: context.mark.line, column: context.mark.column)
                guard let key = keys.sorted().first, rename(key, at: position, in: &lines) else {
                    let message = "the option \"\(keys.first ?? "")\" is here twice"
                    throw issue(at: position, message, "remove one of them", code: .duplicateOption)
                }
            } catch let error as YamlError {
                throw syntaxIssue(error)
            }
        }
    }

    private mutating func rename(_ key: String, at position: Position, in lines: inout [[Unicode.Scalar]]) -> Bool {
        guard renamed.count < Self.maximumDuplicates, position.line >= 1, position.line <= lines.count else {
            return false
        }
        let letters = Array(key.unicodeScalars)
        let line = lines[position.line - 1]
        var start = position.column - 1
        if start < line.count, line[start] == "\"" || line[start] == "'" { start += 1 }
        guard !letters.isEmpty, line.dropFirst(start).starts(with: letters),
            let mark = Unicode.Scalar(0xE000 + UInt32(renamed.count))
        else { return false }
        lines[position.line - 1][start] = mark
        renamed[position] = key
        return true
    }

    func issue(
        at position: Position,
        _ message: String,
        _ help: String? = nil,
        code: DiagnosticCode = .syntax
    ) -> ValueIssuesError {
        let location = ConfigNodeLocation(line: position.line, column: position.column)
        return ValueIssuesError(list: [
            ValueIssue(code: code, origin: origin, location: location, message: message, help: help)
        ])
    }

    func sourceLine(_ number: Int) -> [Unicode.Scalar] {
        number >= 1 && number <= origin.lines.count ? Array(origin.lines[number - 1].unicodeScalars) : []
    }

    // MARK: nodes

    private mutating func convert(_ node: Node, pointer: String, label: String) throws -> ConfigNode {
        nodes += 1
        let mark = node.mark.map { Position(line: $0.line, column: $0.column) } ?? Position(line: 1, column: 1)
        guard nodes <= Self.maximumNodes else {
            let message = "the file has more than 100,000 values, aliases included"
            throw issue(at: mark, message, "write less with aliases", code: .tooLarge)
        }
        var location = ConfigNodeLocation(line: mark.line, column: mark.column, pointer: pointer)
        let content: ConfigNode.Content
        switch node {
        case .scalar(let scalar):
            try check(scalar.tag, at: mark)
            location.length = scalar.string.unicodeScalars.count + (scalar.style == .plain ? 0 : 2)
            content = Self.content(of: scalar)
        case .sequence(let sequence):
            try check(sequence.tag, at: mark)
            var items: [ConfigNode] = []
            for (index, item) in sequence.enumerated() {
                items.append(try convert(item, pointer: "\(pointer)/\(index)", label: label))
            }
            content = .list(items)
        case .mapping(let mapping):
            try check(mapping.tag, at: mark)
            content = .map(try entries(of: mapping, pointer: pointer))
        case .alias:
            throw issue(at: mark, "not valid YAML: an alias without its anchor")
        }
        return ConfigNode(label: label, content: content, location: location, origin: origin)
    }

    private mutating func entries(of mapping: Node.Mapping, pointer: String) throws -> [ConfigNode.Entry] {
        var entries: [ConfigNode.Entry] = []
        var merged: [ConfigNode.Entry] = []
        var lines: [String: Int] = [:]
        for (keyNode, valueNode) in mapping {
            let mark = keyNode.mark.map { Position(line: $0.line, column: $0.column) } ?? Position(line: 1, column: 1)
            guard case .scalar(let scalar) = keyNode else {
                throw issue(at: mark, "an option's name must be a word", "quote it if it has { } or [ ] in it")
            }
            let key = renamed[mark] ?? scalar.string
            let value = try convert(valueNode, pointer: "\(pointer)/\(ConfigNode.escaped(key))", label: key)
            if let first = lines[key] {
                let help = "the first is on line \(first); remove one"
                issue(at: mark, "the option \"\(key)\" is here twice", help, code: .duplicateOption).report()
                continue
            }
            lines[key] = mark.line
            if Self.isSecret(key) { value.hideAll() }
            if key == "<<", scalar.style == .plain {
                merged += try value.elements.flatMap { try $0.entries }
                continue
            }
            let length = key.unicodeScalars.count + (scalar.style == .plain ? 0 : 2)
            let location = ConfigNodeLocation(
                line: mark.line, column: mark.column, length: length, pointer: value.location.pointer)
            entries.append(ConfigNode.Entry(key: key, value: value, keyLocation: location))
        }
        // Keys of the map itself take precedence over merged keys, and earlier merges over later ones.
        var known = Set(entries.map(\.key))
        return entries + merged.filter { known.insert($0.key).inserted }
    }

    /// Whether an option with this name probably contains a secret, so that its value must not appear in messages, even
    /// when the option is unknown.
    private static func isSecret(_ key: String) -> Bool {
        key == "headers" || ["secret", "token", "password", "key"].contains { key.lowercased().contains($0) }
    }

    private static func content(of scalar: Node.Scalar) -> ConfigNode.Content {
        let text = scalar.string
        let isText = scalar.tag.description == "tag:yaml.org,2002:str"
        if scalar.style == .plain, !isText, ["", "~", "null", "Null", "NULL"].contains(text) { return .null }
        let style: ConfigNode.Scalar.Style =
            switch scalar.style {
            case .any, .plain: .plain
            case .singleQuoted: .singleQuoted
            case .doubleQuoted: .doubleQuoted
            case .literal: .literal
            case .folded: .folded
            }
        return .scalar(ConfigNode.Scalar(written: text, style: style))
    }

    private func check(_ tag: Tag, at mark: Position) throws {
        let name = tag.description
        guard !name.isEmpty, name != "!", !name.hasPrefix("tag:yaml.org,2002:") else { return }
        throw issue(at: mark, "the tag \(name) means nothing here", "remove it; quote the value if ! belongs to it")
    }
}
