import ArgumentParser
import Relay
import RelayConfig
import RelayTrials

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Finds every mistake in the configuration and its pipelines.",
        discussion: """
            Ends with status 0 when the relay would start with it and its tests can be read, and 78 when not.
            `zaphub test` runs the tests.
            """
    )

    @OptionGroup var config: ConfigOptions

    func run() async throws {
        let generation = try config.load()
        let configuration = generation.configuration
        let trials = try config.trials(of: configuration, readsInput: false)
        let warnings = generation.warnings + trials.warnings
        for warning in warnings { printLine("\(warning)\n") }
        printLine(
            """
            \(config.path) is good: \(configuration.sources.count) source(s), \
            \(configuration.pipelines.count) pipeline(s), \(configuration.destinations.count) destination(s), \
            \(trials.count) test(s), \(warnings.count) warning(s)
            """
        )
    }
}
