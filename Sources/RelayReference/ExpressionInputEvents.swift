package import RelayConfig
package import RelayCore
package import RelayJQ
package import RelayJSON

/// The events of a file in the form that receivers get, as input for expressions.
package struct ExpressionInputEvents: Sendable {
    package let events: [JSON]
    /// What could not be read in documents of which other parts could, for people, each with its position.
    package let problems: [String]

    /// Reads events in the form that receivers get: one document, an array, or one document on each line.
    /// - Parameter name: the file's name, for error messages.
    /// - Throws: ``InvalidConfigurationError`` with the error and its position.
    package init(_ text: String, name: String) throws(InvalidConfigurationError) {
        var events: [JSON] = []
        for document in try Self.documents(text, name: name) {
            let parts = document.json.array ?? [document.json]
            for part in parts {
                guard let event = part["event"], event.string != nil, part["payload"]?.object != nil else {
                    throw Self.mistake(
                        name, document.line,
                        "this is no event as receivers see it: {\"event\": …, \"sessionId\": …, \"payload\": {…}}",
                        "for a document of a gateway, name the source that it would come through: --source NAME"
                    )
                }
                events.append(part)
            }
        }
        self.events = events
        problems = []
    }

    /// Reads documents of a gateway: one, or one on each line.
    /// - Parameters:
    ///   - name: the file's, for mistakes.
    ///   - read: returns the events of a document, as the source's intake has them, and what could not be read in it; what
    ///     it throws is told with the line.
    /// - Throws: ``InvalidConfigurationError`` with the mistake and its place.
    package init<Failure: Error & CustomStringConvertible>(
        _ text: String,
        name: String,
        read: (_ document: [UInt8]) async throws(Failure) -> (events: [Event], problems: [String])
    ) async throws(InvalidConfigurationError) {
        var events: [JSON] = []
        var problems: [String] = []
        for document in try Self.documents(text, name: name) {
            do throws(Failure) {
                let result = try await read(document.json.bytes)
                events += result.events.map(\.view)
                problems += result.problems.map { "\(name):\(document.line): \($0)" }
            } catch {
                throw Self.mistake(name, document.line, error.description, nil)
            }
        }
        self.events = events
        self.problems = problems
    }

    // MARK: reading

    private static func documents(
        _ text: String,
        name: String
    ) throws(InvalidConfigurationError) -> [(json: JSON, line: Int)] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let full = lines.enumerated().filter { $0.element.utf8.contains { $0 > 0x20 } }
        guard let first = full.first else { throw mistake(name, 0, "there is no document in it", nil) }
        // There is one document on each line if the first line is a complete document.
        if full.count > 1, (try? JSON(parsing: String(first.element))) != nil {
            var documents: [(json: JSON, line: Int)] = []
            for (index, line) in full { documents.append((try parse(String(line), name, line: index + 1), index + 1)) }
            return documents
        }
        return [(try parse(text, name, line: nil), first.offset + 1)]
    }

    /// - Parameter line: the number of the line that contains the text; nil: the text is the whole file.
    private static func parse(_ text: String, _ name: String, line: Int?) throws(InvalidConfigurationError) -> JSON {
        do throws(JSONError) {
            return try JSON(parsing: text)
        } catch {
            throw mistake(name, line ?? 0, "this is no JSON: \(error.message)", nil)
        }
    }

    private static func mistake(_ name: String, _ line: Int, _ message: String, _ help: String?)
        -> InvalidConfigurationError
    {
        let column = line > 0 ? 1 : 0
        return InvalidConfigurationError(
            diagnostics: [Diagnostic(file: name, line: line, column: column, message: message, help: help)])
    }
}

extension JQProgram {
    /// Compiles an expression from the command line.
    /// - Throws: ``InvalidConfigurationError`` with the error's position, as `check` reports it for a pipeline.
    package static func typed(_ source: String) throws(InvalidConfigurationError) -> JQProgram {
        do throws(JQError) {
            return try JQProgram(source)
        } catch {
            let before = source.utf8.prefix(error.offset ?? 0)
            let lines = String(decoding: before, as: UTF8.self)
                .split(separator: "\n", omittingEmptySubsequences: false)
            let all = source.split(separator: "\n", omittingEmptySubsequences: false)
            let line = max(lines.count, 1)
            let diagnostic = Diagnostic(
                file: "expression",
                line: line,
                column: (lines.last?.unicodeScalars.count ?? 0) + 1,
                message: "this is no jq expression: \(error.message)",
                sourceLine: all.indices.contains(line - 1) ? String(all[line - 1]) : nil
            )
            throw InvalidConfigurationError(diagnostics: [diagnostic])
        }
    }
}
