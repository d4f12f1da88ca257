public import RelayConfig

/// The tests of a configuration's pipelines, read and checked: what `zaphub test` runs.
public struct Trials: Sendable {
    /// What is odd about the tests.
    public let warnings: [Diagnostic]
    private let configuration: RelayConfiguration
    private let trials: [Trial]
    private let expressions: ExpressionBatch

    /// - Parameters:
    ///   - files: only the tests in these, pipelines or files of tests; empty: all of `pipelines/`.
    ///   - readsInput: whether the files that tests name are read, without which they cannot run.
    /// - Throws: every mistake in every test.
    public init(
        _ configuration: RelayConfiguration,
        files: [String] = [],
        environment: [String: String],
        readsInput: Bool = true
    ) throws(ConfigurationError) {
        let expressions = ExpressionBatch()
        let reader = TrialReader(configuration: configuration, expressions: expressions, readsInput: readsInput)
        let read = try configuration.tests(in: files, environment: environment) { try reader.trials($0) }
        self.configuration = configuration
        self.expressions = expressions
        trials = read.value
        warnings = read.warnings
    }

    /// The options of a test, for documentation and schemas.
    public static var options: [AnyField] { TestFields.declared }

    public var count: Int { trials.count }

    /// Runs them one after the other, on this thread and without any waiting.
    /// - Parameter filter: only those with this in their names; nil: all.
    public func run(only filter: String? = nil) -> TrialReport {
        let chosen = trials.filter { trial in filter.map { trial.name.contains($0) } ?? true }
        let cases = chosen.map { trial in
            let start = ContinuousClock.now
            let record = TrialRunner.run(trial, in: configuration)
            let differences = Judge(trial: trial, record: record, expressions: expressions).differences
            return TrialReport.Case(trial, differences, duration: ContinuousClock.now - start)
        }
        return TrialReport(cases: cases, filter: filter)
    }
}
