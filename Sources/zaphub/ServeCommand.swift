public import ArgumentParser
import Glibc
public import Logging
package import Relay
import RelayConfig
import RelayCore

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Runs the relay.",
        discussion: """
            SIGTERM and SIGINT drain what is under way and end; a second one ends at once. SIGHUP reloads the \
            configuration.
            ZAPHUB_API_KEY sets the API key; without it the first start makes one and shows it once.
            ZAPHUB_SECRET_KEY (32 bytes in base64) encrypts stored secrets; without it a key file beside the store does.
            """
    )

    @OptionGroup var config: ConfigurationPathOptions

    @Option(help: "trace, debug, info, notice, warning, error or critical; default is the configuration's.")
    var logLevel: Logger.Level?

    @Option(help: "json or pretty; default pretty on a terminal.")
    var logFormat: RelayLogHandler.Style?

    @Flag(help: "Take over changes of the configuration's files at once.")
    var watch = false

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        let generation = try config.load()
        let logging = generation.configuration.logging
        let style = logFormat ?? RelayLogHandler.Style(rawValue: logging.format.rawValue) ?? .automatic
        let level = logLevel ?? Logger.Level(rawValue: logging.level.rawValue) ?? .info
        LoggingSystem.bootstrap { RelayLogHandler(label: $0, style: style, level: level) }
        let logger = Logger(label: "zaphub")
        for warning in generation.warnings { printError("\(warning)\n") }
        do {
            let node = try await RelayNode(generation, environment: config.environment, logger: logger)
            try await node.run(watchesConfiguration: watch) { started in
                let text = banner(started, generation: generation)
                // Where deliveries go to standard output, whoever reads it gets nothing else.
                if generation.configuration.destinations.contains(where: { type(of: $0.options).usesStandardOutput }) {
                    printError(text)
                } else {
                    printLine(text)
                }
            }
        } catch let error as StoreError {
            printError("error: \(error.message)")
            throw ExitCode(error.code == .locked ? 75 : 74)
        } catch let error as MediaError {
            printError("error: media.store cannot be used: \(error.message)")
            throw ExitCode(74)
        } catch let error as any Error & CustomStringConvertible {
            let server = generation.configuration.server
            let address = "\(server.host):\(server.port)"
            if let text = listenFailure(error, address: address, remedy: "set another server.listen in \(config.path)")
            {
                printError(text)
                throw ExitCode(71)
            }
            printError("error: \(error.description)")
            throw ExitCode.failure
        }
    }

    private func banner(_ started: RelayNode.StartInformation, generation: LoadedConfiguration) -> String {
        let configuration = generation.configuration
        var lines = [
            "zaphub listens on \(started.address)",
            "  data       \(started.data)",
            "  sources    "
                + configuration.sources.map {
                    $0.transport.takesPosts ? "POST /in/\($0.name)" : "\($0.name) (\($0.transport.kind))"
                }
                .joined(separator: ", "),
            "  pipelines  " + configuration.pipelines.map(\.name).joined(separator: ", "),
        ]
        if started.queued > 0 { lines.append("  queued     \(started.queued) deliveries from before") }
        lines += started.parked.map { "  parked     \($0)" }
        if started.recovered.requeued + started.recovered.dead > 0 {
            lines.append("  recovered  \(started.recovered.requeued) that were under way are sent again")
        }
        if let key = started.newKey {
            lines += [
                "",
                "  API key    \(key)",
                "             It is shown this once; keep it. ZAPHUB_API_KEY would set one instead.",
            ]
        }
        return lines.joined(separator: "\n")
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
extension RelayLogHandler.Style: ExpressibleByArgument {}
