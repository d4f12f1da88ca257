import ArgumentParser
import Foundation
import Glibc
import Relay
import RelayJSON

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs events through a pipeline, without a server, and prints what would be delivered.",
        discussion: """
            Reads one document a line from standard input, as the source's format has it:
              zaphub run --pipeline default < examples/events/events.ndjson
            Each line of output is one event: what became of it, and each delivery with its headers and body.
            Nothing is stored. Sessions' own webhooks are managed over REST, so here --webhook stands for them.
            """
    )

    @OptionGroup var config: ConfigurationPathOptions

    @Option(help: "The pipeline's name.")
    var pipeline = "default"

    @Option(help: "The source whose format and name the events have; default the first of the pipeline.")
    var source: String?

    @Option(help: "A URL that stands for each session's webhook.")
    var webhook: String?

    @Option(help: "The secret that signs deliveries to --webhook.")
    var secret: String?

    @Flag(help: "Really deliver, with the destination's retry policy.")
    var deliver = false

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        let generation = try config.load()
        let dryRun = try PipelineDryRun(
            generation,
            pipeline: pipeline,
            source: source,
            webhook: webhook.map { (url: $0, secret: secret) }
        )
        defer { dryRun.end() }
        let isTerminal = isatty(STDOUT_FILENO) == 1
        var number = 0
        var failures = 0
        while let line = readLine(strippingNewline: true) {
            number += 1
            guard line.utf8.contains(where: { $0 > 0x20 }) else { continue }
            do {
                let result = try await dryRun.run(Array(line.utf8))
                for outcome in result.events {
                    let shown = deliver ? await dryRun.deliver(outcome) : outcome.json
                    printLine(isTerminal ? shown.prettyText : shown.text)
                }
                for document in result.rejected { printError("line \(number): \(document)") }
                failures += result.rejected.count
            } catch {
                failures += 1
                printError("line \(number): \(error)")
            }
        }
        if failures > 0 { throw ExitCode(65) }
    }
}
