import ArgumentParser
import Relay
import RelayConfig

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Finds every mistake in the configuration and its pipelines.",
        discussion: "Ends with status 0 when the relay would start with it, and 78 when not."
    )

    @OptionGroup var config: ConfigOptions

    func run() async throws {
        let generation = try config.load()
        for warning in generation.warnings { printLine("\(warning)\n") }
        let configuration = generation.configuration
        printLine(
            """
            \(config.path) is good: \(configuration.sources.count) source(s), \
            \(configuration.pipelines.count) pipeline(s), \(configuration.destinations.count) destination(s), \
            \(generation.warnings.count) warning(s)
            """
        )
    }
}
