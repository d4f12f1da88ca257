import ArgumentParser
import Foundation
import Glibc
import Relay
import RelayConfig
import RelayCore
import RelayJQ
import RelayJSON
import RelayReference
import RelaySources

struct EvalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Evaluates a jq expression on events, as `when` and `filter` do.",
        discussion: """
            On an event as receivers see it, or on each event that a source makes of a gateway's document:
              zaphub eval '.payload.isGroup' -f event.json
              zaphub eval '.event, .payload.chatName' -f examples/events/text.json --source baileys
            """
    )

    @Argument(help: "The expression.")
    var expression: String

    @Option(name: [.short, .long], help: "A file with one document, or one a line; default standard input.")
    var file: String?

    @Option(help: "The source of config.yaml whose format the document has.")
    var source: String?

    @OptionGroup var config: ConfigurationPathOptions

    func run() async throws {
        let program: JQProgram
        let input: ExpressionInputEvents
        do {
            program = try JQProgram.typed(expression)
            input = try await document()
        } catch let error as InvalidConfigurationError {
            printError("\(error)")
            throw ExitCode(65)
        }
        let isTerminal = isatty(STDOUT_FILENO) == 1
        var failures = input.problems.count
        for problem in input.problems { printError(problem) }
        for (index, event) in input.events.enumerated() {
            do {
                for output in try program.evaluate(event) { printLine(isTerminal ? output.prettyText : output.text) }
            } catch {
                failures += 1
                printError("event \(index + 1): the expression failed: \(error)")
            }
        }
        if failures > 0 { throw ExitCode(65) }
    }

    private func document() async throws -> ExpressionInputEvents {
        let text = try read()
        let name = file ?? "standard input"
        guard let source else { return try ExpressionInputEvents(text, name: name) }
        let configuration = try config.load().configuration
        guard let found = configuration.sources.first(where: { $0.name == source }) else {
            let help = SpellingSuggestion.help(
                for: source, among: configuration.sources.map(\.name), intro: "there are")
            throw ValidationError("there is no source \"\(source)\"" + (help.map { "; \($0)" } ?? ""))
        }
        let reader = SourceDocumentReader(
            found, in: configuration, ledger: InMemoryForwardingLedger(), files: .identified)
        let now = SystemClock().wall
        return try await ExpressionInputEvents(text, name: name) { document throws(IntakeError) in
            let parsed = try await reader.read(document, at: now)
            let events = parsed.events.map { Event($0, id: EventID(1), source: source, receivedAt: now) }
            return (events, parsed.rejected.map(\.description))
        }
    }

    private func read() throws -> String {
        guard let file else { return String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self) }
        do {
            return try String(contentsOfFile: file, encoding: .utf8)
        } catch {
            throw ValidationError("\(file) cannot be read as UTF-8 text")
        }
    }
}
