import ArgumentParser
import Relay
import RelayConfig
import RelayReference

struct ExplainCommand: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, markdown
    }

    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Says what a stage, a destination, a section of config.yaml, an option or an event is.",
        discussion: """
            Without a word it lists what there is:
              zaphub explain media              everything that is called media, with its options
              zaphub explain media.wait         one option
              zaphub explain max_in_flight      an option, wherever it is
              zaphub explain events             the events that receivers get
              zaphub explain message.received   one event, with the fields of its payload
              zaphub explain content.poll       one type of content
              zaphub explain never-true         a code of `zaphub check --format json`
            """
    )

    @Argument(help: "A word of the configuration or an event; WORD.OPTION for an option, EVENT.FIELD for a field.")
    var word: String?

    @Option(help: "How it is written: \(Format.allCases.map(\.rawValue).joined(separator: " or ")).")
    var format = Format.text

    @Option(help: ArgumentHelp("Prints a whole page of docs/reference.", visibility: .hidden))
    var page: String?

    @Option(help: ArgumentHelp("Prints docs/events.md with the bodies of a folder.", visibility: .hidden))
    var bodies: String?

    func run() throws {
        if let bodies {
            printLine(String(try EventPage(folder: bodies).markdown.dropLast()))
            return
        }
        let reference = ConfigurationDocumentation(.builtIn)
        if let page {
            guard let page = ConfigurationDocumentation.Page(rawValue: page) else {
                let known = ConfigurationDocumentation.Page.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("there is no page \"\(page)\"; there are \(known)")
            }
            printLine(String(reference.markdown(page).dropLast()))
            return
        }
        guard let word else {
            printLine(reference.list)
            return
        }
        if let code = DiagnosticCode(rawValue: word) {
            printLine("\(code.rawValue): \(code.summary)")
            return
        }
        do {
            let findings = try reference.find(word)
            printLine(findings.map { format == .markdown ? $0.markdown : $0.text }.joined(separator: "\n\n"))
        } catch {
            printError("\(error)")
            throw ExitCode(64)
        }
    }
}
