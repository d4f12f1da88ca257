import ArgumentParser
import Relay
import RelayConfig
import RelayTestRunner

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Finds every mistake in configurations, pipelines, and the YAML of documentation.",
        discussion: """
            Without PATHS it checks the configuration of -c with everything beside it. A path is
              config.yaml               a configuration, with its pipelines, fragments and tests
              pipelines/NAME.yaml       one file of it; also fragments/NAME.yaml and NAME_test.yaml
              docs/guide.md             the ```yaml blocks of a Markdown file; ```yaml ignore leaves one out
              DIRECTORY                 every config.yaml and Markdown file in it
            Ends with status 0 when the relay would start and its tests can be read, and 78 when not.
            `zaphub test` runs the tests; `zaphub explain CODE` says what a code of --format json means.
            """
    )

    @OptionGroup var config: ConfigurationPathOptions

    @Argument(help: "Files and directories to check; default the configuration of -c.")
    var paths: [String] = []

    @Option(help: "How mistakes are written: \(CheckOutputFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format = CheckOutputFormat.text

    @Flag(help: "Ends with status 78 when there are warnings, too.")
    var denyWarnings = false

    @Flag(help: "Does without environment variables and secret files: a ${…} without a default stands for any value.")
    var noEnv = false

    func run() async throws {
        let checker = ConfigurationChecker.builtIn(environment: noEnv ? nil : config.environment)
        let report = checker.check(paths.isEmpty ? [config.path] : paths)
        let isGood = report.count(.error) == 0 && !(denyWarnings && report.count(.warning) > 0)
        let text = format.text(report)
        if isGood || format != .text {
            if !text.isEmpty { printLine(text) }
        } else {
            printError(text)
        }
        if !isGood { throw ExitCode(78) }
    }
}

extension CheckOutputFormat: ExpressibleByArgument {}

extension ConfigurationChecker {
    /// Checks with everything that is compiled into this build.
    /// - Parameter environment: nil: every variable is assumed to have a value.
    static func builtIn(environment: [String: String]?) -> ConfigurationChecker {
        ConfigurationChecker(registry: .builtIn, environment: environment) { configuration, files in
            var findings = AdditionalCheckResult(diagnostics: configuration.unreachable)
            do throws(InvalidConfigurationError) {
                let tests = try PipelineTestSuite(
                    configuration, files: files, environment: environment ?? [:], readsInput: false)
                findings.diagnostics += tests.warnings
                findings.tests = tests.count
            } catch {
                findings.diagnostics += error.diagnostics
            }
            return findings
        }
    }
}
