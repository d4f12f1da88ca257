/// Why a jq expression cannot be used, or failed on an event.
package struct JQError: Error, Hashable, CustomStringConvertible {
    /// What is wrong, for humans.
    package let message: String
    /// The position in the expression's source, in UTF-8 bytes from its start; `nil` for failures at run time and when
    /// libjq does not report a position.
    package let offset: Int?

    package var description: String { message }

    package init(message: String, offset: Int? = nil) {
        self.message = message
        self.offset = offset
    }
}

extension JQError {
    /// The first error that libjq reported about `source`, which follows `prefixLines` lines of the relay's prelude.
    init(reports: [String], source: String, prefixLines: Int) {
        guard let report = reports.first else {
            self.init(message: "the expression does not compile")
            return
        }
        var problem = report[...]
        var offset: Int?
        if let place = problem.range(ofBytes: " at <top-level>, line ") {
            offset = Self.offset(from: report[place.upperBound...], source: source, prefixLines: prefixLines)
            problem = report[..<place.lowerBound]
        }
        if let start = problem.range(ofBytes: "jq: error: ") { problem = problem[start.upperBound...] }
        if let advice = problem.range(ofBytes: " (Unix shell quoting issues?)") {
            problem = problem[..<advice.lowerBound]
        }
        if problem.range(ofBytes: "unexpected $end") != nil { offset = source.lengthWithoutTrailingSpace }
        self.init(message: Self.inWords(String(problem)), offset: offset)
    }

    /// libjq ends a report with a line number, that line, and as many spaces as the column number.
    private static func offset(from report: Substring, source: String, prefixLines: Int) -> Int? {
        guard let colon = report.firstIndex(of: ":"), let number = Int(report[..<colon]) else { return nil }
        let lines = source.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let place = number - 1 - prefixLines
        guard lines.indices.contains(place) else { return nil }
        let line = lines[place]
        // The number is followed by a colon and a line break.
        let column = report[colon...].utf8.count - 2 - line.count
        let lineStart = source.utf8.distance(from: source.utf8.startIndex, to: line.startIndex)
        return lineStart + min(max(column, 0), line.count)
    }

    /// Replaces the names of grammar tokens with words that a user understands.
    private static func inWords(_ problem: String) -> String {
        let names = [
            ("$end", "end of the expression"), ("INVALID_CHARACTER", "character"), ("LITERAL", "number"),
            ("FIELD", "field"), ("IDENT", "name"), ("FORMAT", "format"), ("QQSTRING_START", "string"),
            ("QQSTRING_TEXT", "text"), ("QQSTRING_INTERP_START", "\\("), ("QQSTRING_INTERP_END", "end of \\( )"),
            ("QQSTRING_END", "closing quote"),
        ]
        let words = problem.split(separator: " ", omittingEmptySubsequences: false).map { word in
            let bare = word.last == "," ? word.dropLast() : word
            guard let name = names.first(where: { $0.0 == bare }) else { return String(word) }
            return name.1 + word.dropFirst(bare.count)
        }
        return words.joined(separator: " ")
    }
}

extension StringProtocol {
    /// The range of the first occurrence of an ASCII text.
    fileprivate func range(ofBytes text: StaticString) -> Range<Index>? {
        let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        var start = utf8.startIndex
        while start < utf8.endIndex {
            if utf8[start...].starts(with: wanted) {
                return start..<utf8.index(start, offsetBy: wanted.count)
            }
            start = utf8.index(after: start)
        }
        return nil
    }
}

extension String {
    fileprivate var lengthWithoutTrailingSpace: Int {
        let last = utf8.lastIndex { $0 > 0x20 }
        return last.map { utf8.distance(from: utf8.startIndex, to: $0) + 1 } ?? 0
    }
}
