import ArgumentParser
import Foundation
import Relay
import RelayConfig
import RelayCore

/// The options of every command that reads the configuration.
struct ConfigurationPathOptions: ParsableArguments {
    @Option(
        name: [.customShort("c"), .customLong("config")], help: "The configuration file; pipelines/ stands beside it.")
    var path = "config.yaml"

    var environment: [String: String] { ProcessInfo.processInfo.environment }

    /// Loads the configuration, or prints all errors and exits with status 78 (EX_CONFIG).
    func load() throws -> LoadedConfiguration {
        do {
            return try LoadedConfiguration(number: 1, path: path, environment: environment, at: SystemClock().now)
        } catch {
            printError("\(error)")
            throw ExitCode(78)
        }
    }
}
