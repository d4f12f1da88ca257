import ArgumentParser
import Relay
import RelayConfig
import RelayReference

struct GraphCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph",
        abstract: "Shows the paths of events: sources, the stages of pipelines, destinations.",
        discussion: "As a picture: zaphub graph --format svg > graph.svg"
    )

    @OptionGroup var config: ConfigurationPathOptions

    @Option(help: "\(ConfigurationGraph.Format.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format = ConfigurationGraph.Format.text

    func run() async throws {
        printLine(ConfigurationGraph(try config.load().configuration).written(as: format))
    }
}

extension ConfigurationGraph.Format: ExpressibleByArgument {}
