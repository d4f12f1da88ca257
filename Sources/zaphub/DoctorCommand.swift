import ArgumentParser
import Relay
import RelayConfig
import RelayCore
import RelayDestinations
import RelayJSON

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Looks at everything outside that the configuration needs, and says what to fix.",
        discussion: """
            `zaphub check` reads the files; `zaphub doctor` goes and looks: whether the port is free, the disk has room,
            receivers are reached, gateways accept their keys and have their sessions, and Chatwoot's inbox, token and
            webhook fit. No event is sent, and nobody's conversation is touched.
            Ends with status 0 when nothing is wrong, 1 when there are problems, 78 when the configuration is wrong.
            """
    )

    /// The output format.
    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

    @OptionGroup var config: ConfigurationPathOptions

    @Option(help: "How findings are written: \(Format.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format = Format.text

    @Flag(help: "Makes what is missing and sets right what can be: Chatwoot's inbox, and where its webhook goes.")
    var fix = false

    @Flag(help: "Makes the inbox that create_inbox names, and changes nothing else.")
    var createInbox = false

    func run() async throws {
        let generation = try config.load()
        for warning in generation.warnings { printError("\(warning)\n") }
        let repairs: DoctorCheckEnvironment.Repairs =
            fix ? [.missing, .settings] : createInbox ? .missing : []
        let report = DoctorReport(try await Doctor(generation, repairs: repairs).examine())
        printLine(format == .json ? report.json.prettyText : report.text)
        if report.count(.problem) > 0 { throw ExitCode(1) }
    }
}
