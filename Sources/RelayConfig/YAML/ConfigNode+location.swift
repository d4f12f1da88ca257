extension ConfigNode {
    /// Returns the position in the file of the character at an offset of the scalar, in Unicode scalars of the written
    /// text.
    func location(of offset: Int, length: Int = 1) -> ConfigNodeLocation {
        guard case .scalar(let scalar) = content, location.line > 0, location.line <= origin.lines.count else {
            return location
        }
        let position =
            switch scalar.style {
            case .literal: literalPosition(of: offset, in: scalar)
            case .plain, .singleQuoted, .doubleQuoted, .folded: flowPosition(of: offset, in: scalar)
            }
        guard let position else { return location }
        return ConfigNodeLocation(
            line: position.line, column: position.column, length: length, pointer: location.pointer)
    }

    private func sourceLine(_ number: Int) -> [Unicode.Scalar]? {
        number <= origin.lines.count ? Array(origin.lines[number - 1].unicodeScalars) : nil
    }

    /// The position of a block scalar's text: the line after its header, after the indentation.
    private var blockStart: (line: Int, indent: Int)? {
        var line = location.line + 1
        while let scalars = sourceLine(line) {
            if let indent = scalars.firstIndex(where: { $0 != " " }) { return (location.line + 1, indent) }
            line += 1
        }
        return nil
    }

    private func literalPosition(of offset: Int, in scalar: Scalar) -> (line: Int, column: Int)? {
        guard let start = blockStart else { return nil }
        var line = start.line
        var column = start.indent + 1
        for letter in scalar.written.unicodeScalars.prefix(offset) {
            if letter == "\n" {
                line += 1
                column = start.indent + 1
            } else {
                column += 1
            }
        }
        return (line, column)
    }

    /// Advances through the source and the value together, across folded line breaks and escapes.
    private func flowPosition(of offset: Int, in scalar: Scalar) -> (line: Int, column: Int)? {
        var cursor: YAMLTextCursor
        if scalar.style == .folded {
            guard let start = blockStart else { return nil }
            cursor = YAMLTextCursor(lines: origin.lines, line: start.line, index: start.indent)
        } else {
            let quote = scalar.style == .plain ? 0 : 1
            cursor = YAMLTextCursor(lines: origin.lines, line: location.line, index: location.column - 1 + quote)
        }
        for letter in scalar.written.unicodeScalars.prefix(offset) {
            cursor.advance(past: letter, style: scalar.style)
        }
        cursor.settle(style: scalar.style)
        return (cursor.line, cursor.index + 1)
    }
}

/// A position in the source that follows the characters of a scalar's value.
private struct YAMLTextCursor {
    let lines: [String]
    private(set) var line: Int
    private(set) var index: Int
    private var current: [Unicode.Scalar]
    /// Whether the last character was a folded line break. Further line breaks of the same fold consume no source.
    private var isFolding = false

    init(lines: [String], line: Int, index: Int) {
        self.lines = lines
        self.line = line
        self.index = index
        current = line <= lines.count ? Array(lines[line - 1].unicodeScalars) : []
    }

    mutating func advance(past letter: Unicode.Scalar, style: ConfigNode.Scalar.Style) {
        let isBreak = letter == " " || letter == "\n"
        if isBreak, isFolding { return }
        settle(style: style)
        if isBreak, restIsBlank, line < lines.count {
            nextLine()
            isFolding = true
            return
        }
        isFolding = false
        if style == .doubleQuoted, index < current.count, current[index] == "\\" {
            let escape = index + 1 < current.count ? current[index + 1] : " "
            index += escape == "x" ? 4 : escape == "u" ? 6 : escape == "U" ? 10 : 2
        } else if style == .singleQuoted, index + 1 < current.count, current[index] == "'", current[index + 1] == "'" {
            index += 2
        } else {
            index += 1
        }
    }

    /// Skips an escaped line break, which is not part of the value.
    mutating func settle(style: ConfigNode.Scalar.Style) {
        if style == .doubleQuoted, index == current.count - 1, current[index] == "\\", line < lines.count { nextLine() }
    }

    private var restIsBlank: Bool {
        current.dropFirst(index).allSatisfy { $0 == " " || $0 == "\t" }
    }

    private mutating func nextLine() {
        repeat {
            line += 1
            current = Array(lines[line - 1].unicodeScalars)
            index = current.firstIndex { $0 != " " && $0 != "\t" } ?? current.count
        } while index == current.count && line < lines.count
    }
}
