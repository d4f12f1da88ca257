package import RelayConfig

/// The validated tests of a configuration's pipelines, for `zaphub test`.
package struct PipelineTestSuite: Sendable {
    /// Warnings about the tests.
    package let warnings: [Diagnostic]
    private let configuration: RelayConfiguration
    private let tests: [PipelineTest]

    /// - Parameters:
    ///   - files: only the tests in these files, which are pipelines or test files; empty: all of `pipelines/`.
    ///   - readsInput: whether to read the files that tests name; without them the tests cannot run.
    /// - Throws: all errors of all tests.
    package init(
        _ configuration: RelayConfiguration,
        files: [String] = [],
        environment: [String: String],
        readsInput: Bool = true
    ) throws(InvalidConfigurationError) {
        let reader = PipelineTestReader(configuration: configuration, readsInput: readsInput)
        let read = try configuration.tests(in: files, environment: environment) { try reader.tests($0) }
        self.configuration = configuration
        tests = read.value
        warnings = read.warnings
    }

    /// The options of a test, for documentation and schemas.
    package static var options: [AnyOptionField] { PipelineTestOptions.declared }

    package var count: Int { tests.count }

    /// Runs the tests one after the other, on this thread and without waiting.
    /// - Parameter filter: runs only the tests whose names contain this text; nil: all.
    package func run(only filter: String? = nil) -> PipelineTestReport {
        let chosen = tests.filter { test in filter.map { test.name.contains($0) } ?? true }
        let cases = chosen.map { test in
            let start = ContinuousClock.now
            let record = PipelineTestRunner.run(test, in: configuration)
            let differences = TestComparison(test: test, record: record).differences
            return PipelineTestReport.Case(test, differences, duration: ContinuousClock.now - start)
        }
        return PipelineTestReport(cases: cases, filter: filter)
    }
}
