import ArgumentParser
import Foundation
import Relay
import RelayConfig
import RelayTestRunner

struct TestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Runs the tests of the pipelines: what each makes of its input, and what receivers get.",
        discussion: """
            Tests stand under tests: in pipelines, and in files *_test.yaml beside them.
            The pipeline, the dispatcher and the signatures are the real ones; receivers answer as a test says, and the
            clock jumps to what is next, so nothing is sent and nothing waits.
            Ends with status 0 when all pass, 1 when one fails, and 78 when a test or the configuration is wrong.
            """
    )

    @OptionGroup var config: ConfigurationPathOptions

    @Argument(help: "Only the tests in these pipelines or files of tests; default all of pipelines/.")
    var files: [String] = []

    @Option(help: "Only the tests with this in their names.")
    var filter: String?

    @Option(help: "A file to write the report to as JUnit XML.")
    var junit: String?

    func run() async throws {
        let tests = try config.tests(of: config.load().configuration, files: files)
        for warning in tests.warnings { printError("\(warning)\n") }
        let report = tests.run(only: filter)
        if let junit {
            do {
                try Data(report.junit.utf8).write(to: URL(fileURLWithPath: junit))
            } catch {
                printError("\(junit) cannot be written: \(error.localizedDescription)")
                throw ExitCode(73)
            }
        }
        printLine(report.text)
        if !report.isGood { throw ExitCode(1) }
    }
}

extension ConfigurationPathOptions {
    /// Reads the tests, or prints every mistake and ends with status 78 (EX_CONFIG).
    func tests(of configuration: RelayConfiguration, files: [String]) throws -> PipelineTestSuite {
        do {
            return try PipelineTestSuite(configuration, files: files, environment: environment)
        } catch {
            printError("\(error)")
            throw ExitCode(78)
        }
    }
}
