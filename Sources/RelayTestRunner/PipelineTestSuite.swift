package import RelayConfig

/// The tests of a configuration's pipelines, read and checked: what `zaphub test` runs.
package struct PipelineTestSuite: Sendable {
    /// What is odd about the tests.
    package let warnings: [Diagnostic]
    private let configuration: RelayConfiguration
    private let trials: [PipelineTest]
    private let expressions: ExpressionBatch

    /// - Parameters:
    ///   - files: only the tests in these, pipelines or files of tests; empty: all of `pipelines/`.
    ///   - readsInput: whether the files that tests name are read, without which they cannot run.
    /// - Throws: every mistake in every test.
    package init(
        _ configuration: RelayConfiguration,
        files: [String] = [],
        environment: [String: String],
        readsInput: Bool = true
    ) throws(ConfigurationError) {
        let expressions = ExpressionBatch()
        let reader = PipelineTestReader(configuration: configuration, expressions: expressions, readsInput: readsInput)
        let read = try configuration.tests(in: files, environment: environment) { try reader.trials($0) }
        self.configuration = configuration
        self.expressions = expressions
        trials = read.value
        warnings = read.warnings
    }

    /// The options of a test, for documentation and schemas.
    package static var options: [AnyField] { TestFields.declared }

    package var count: Int { trials.count }

    /// Runs them one after the other, on this thread and without any waiting.
    /// - Parameter filter: only those with this in their names; nil: all.
    package func run(only filter: String? = nil) -> TestReport {
        let chosen = trials.filter { trial in filter.map { trial.name.contains($0) } ?? true }
        let cases = chosen.map { trial in
            let start = ContinuousClock.now
            let record = PipelineTestRunner.run(trial, in: configuration)
            let differences = TestComparison(trial: trial, record: record, expressions: expressions).differences
            return TestReport.Case(trial, differences, duration: ContinuousClock.now - start)
        }
        return TestReport(cases: cases, filter: filter)
    }
}
