/// Resolves `${VAR}`, `${VAR:-default}`, `${VAR:?message}`, `${file:/path}` and `$$` in one scalar. This happens after
/// parsing, so that a value cannot change the structure of the document.
struct VariableInterpolation: Sendable {
    let environment: [String: String]
    /// The folder against which relative paths of `${file:…}` are resolved.
    let directory: String
    /// Whether variables that are not set, and files that cannot be read, are treated as set to an unknown value.
    var assumes = false

    struct InterpolationError: Error {
        /// The offset, in Unicode scalars of the written text.
        var offset: Int
        var length: Int
        var message: String
        var help: String?
        var code = DiagnosticCode.invalidReference
    }

    /// A resolved text, and which of its parts are literal text of the file.
    struct Resolved {
        var text = ""
        /// The start offset of each part, in Unicode scalars: in the resolved text, and in the written text.
        var parts: [(start: Int, written: Int, isLiteral: Bool)] = []
        /// Whether no part has an unknown value.
        var isKnown = true

        /// Converts an offset in the resolved text to the offset in the written text.
        func writtenOffset(of offset: Int) -> Int {
            guard let part = parts.last(where: { $0.start <= offset }) else { return 0 }
            return part.isLiteral ? part.written + offset - part.start : part.written
        }
    }

    /// The maximum nesting of defaults in defaults; deeper nesting is treated as a mistake.
    private static let maximumDepth = 8
    private static let assumed = Resolved(text: "x", isKnown: false)
    private static let maximumFileSize = 64 * 1024
    private static let forms =
        "write ${NAME}, ${NAME:-default}, ${NAME:?message} or ${file:/path}, and $$ for a plain $"

    func resolve(_ written: String) throws(InterpolationError) -> Resolved {
        guard written.utf8.contains(UInt8(ascii: "$")) else {
            return Resolved(text: written, parts: [(0, 0, true)])
        }
        let scalars = Array(written.unicodeScalars)
        return try resolve(scalars, 0..<scalars.count, depth: 0)
    }

    private func resolve(_ scalars: [Unicode.Scalar], _ range: Range<Int>, depth: Int) throws(InterpolationError)
        -> Resolved
    {
        var output = String.UnicodeScalarView()
        var count = 0
        var parts: [(start: Int, written: Int, isLiteral: Bool)] = [(0, range.lowerBound, true)]
        var index = range.lowerBound
        var isKnown = true
        while index < range.upperBound {
            let next = index + 1 < range.upperBound ? scalars[index + 1] : nil
            if scalars[index] == "$", next == "$" {
                output.append("$")
                count += 1
                index += 2
                parts.append((count, index, true))
            } else if scalars[index] == "$", next == "{" {
                let end = try closing(scalars, from: index, to: range.upperBound)
                let value = try value(scalars, index..<end, depth: depth)
                parts.append((count, index, false))
                output.append(contentsOf: value.text.unicodeScalars)
                count += value.text.unicodeScalars.count
                isKnown = isKnown && value.isKnown
                index = end
                parts.append((count, index, true))
            } else {
                output.append(scalars[index])
                count += 1
                index += 1
            }
        }
        return Resolved(text: String(output), parts: parts, isKnown: isKnown)
    }

    /// The index after the closing brace of the `${…}` that begins at `start`.
    private func closing(_ scalars: [Unicode.Scalar], from start: Int, to end: Int) throws(InterpolationError) -> Int {
        var depth = 0
        var index = start
        while index < end {
            if scalars[index] == "$", index + 1 < end, scalars[index + 1] == "{" {
                depth += 1
                index += 1
            } else if scalars[index] == "}" {
                depth -= 1
                if depth == 0 { return index + 1 }
            }
            index += 1
        }
        throw InterpolationError(offset: start, length: 2, message: "\"${\" is never closed", help: Self.forms)
    }

    private func value(_ scalars: [Unicode.Scalar], _ range: Range<Int>, depth: Int) throws(InterpolationError)
        -> Resolved
    {
        func failure(_ message: String, _ help: String?) -> InterpolationError {
            InterpolationError(offset: range.lowerBound, length: range.count, message: message, help: help)
        }
        func unset(_ name: String, _ more: String, help: String?) throws(InterpolationError) -> Resolved {
            if assumes { return Self.assumed }
            var failure = failure("the environment variable \(name) is not set\(more)", help)
            failure.code = .unsetVariable
            throw failure
        }
        guard depth < Self.maximumDepth else { throw failure("defaults stand in one another too deep", nil) }
        let body = (range.lowerBound + 2)..<(range.upperBound - 1)
        let text = string(scalars, body)
        if text.hasPrefix("file:") {
            do throws(InterpolationError) {
                return Resolved(text: try file(String(text.dropFirst(5)), failure))
            } catch {
                if assumes, text.count > 5 { return Self.assumed }
                throw error
            }
        }
        let nameEnd = body.first { !Self.isNameScalar(scalars[$0], first: $0 == body.lowerBound) } ?? body.upperBound
        let name = string(scalars, body.lowerBound..<nameEnd)
        guard !name.isEmpty else { throw failure("\"\(string(scalars, range))\" names no variable", Self.forms) }
        let value = environment[name]
        if nameEnd == body.upperBound {
            guard let value else {
                return try unset(name, "", help: "set it, or give a default: ${\(name):-default}")
            }
            return Resolved(text: value)
        }
        let operation = string(scalars, nameEnd..<min(nameEnd + 2, body.upperBound))
        let rest = min(nameEnd + 2, body.upperBound)..<body.upperBound
        switch operation {
        case ":-":
            if let value, !value.isEmpty { return Resolved(text: value) }
            return try resolve(scalars, rest, depth: depth + 1)
        case ":?":
            if let value, !value.isEmpty { return Resolved(text: value) }
            let message = string(scalars, rest)
            return try unset(name, message.isEmpty ? "" : ": \(message)", help: nil)
        default:
            throw failure("\"\(string(scalars, range))\" cannot be read", Self.forms)
        }
    }

    private func file(_ path: String, _ failure: (String, String?) -> InterpolationError) throws(InterpolationError)
        -> String
    {
        guard !path.isEmpty else { throw failure("\"${file:}\" names no file", Self.forms) }
        do throws(FileError) {
            let bytes = try BoundedFileReader.read(
                BoundedFileReader.absolute(path, from: directory), maximum: Self.maximumFileSize)
            guard var text = String(validating: bytes, as: UTF8.self) else {
                throw FileError(message: "is not UTF-8 text")
            }
            // Editors and `echo` end a file with a line break that is not part of the secret.
            while text.unicodeScalars.last == "\n" || text.unicodeScalars.last == "\r" {
                text.unicodeScalars.removeLast()
            }
            return text
        } catch {
            throw failure("\(path) \(error.message)", "${file:…} takes a text file that the relay may read")
        }
    }

    private func string(_ scalars: [Unicode.Scalar], _ range: Range<Int>) -> String {
        String(String.UnicodeScalarView(scalars[range]))
    }

    private static func isNameScalar(_ scalar: Unicode.Scalar, first: Bool) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "_": true
        case "0"..."9": !first
        default: false
        }
    }
}
