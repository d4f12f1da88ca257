/// The results of a test run.
package struct PipelineTestReport: Sendable {
    struct Case: Sendable {
        let name: String
        let file: String
        let line: Int
        let differences: [ExpectationDifference]
        let duration: Duration

        init(_ test: PipelineTest, _ differences: [ExpectationDifference], duration: Duration) {
            name = test.name
            file = test.file
            line = test.line
            self.differences = differences
            self.duration = duration
        }
    }

    let cases: [Case]
    let filter: String?

    package var failures: Int { cases.count { !$0.differences.isEmpty } }

    /// Whether every test passed, and at least one ran when a filter was given.
    package var isGood: Bool { failures == 0 && (filter == nil || !cases.isEmpty) }

    /// The human-readable report: the failures with their differences, and the total.
    ///
    ///     pipelines/default.yaml:14: a text message reaches the CRM
    ///         delivered[0].attempts
    ///             expected: 2
    ///             got:      1
    ///     3 tests, 1 failed
    package var text: String {
        if let filter, cases.isEmpty { return "No test has \"\(filter)\" in its name." }
        var lines: [String] = []
        for failed in cases where !failed.differences.isEmpty {
            lines.append("\(failed.file):\(failed.line): \(failed.name)")
            lines += failed.differences.map { $0.text(indent: "    ") }
        }
        lines.append("\(cases.count.of("test")), \(failures == 0 ? "all passed" : "\(failures) failed")")
        if cases.isEmpty { lines = ["0 tests: write some under tests: in a pipeline"] }
        return lines.joined(separator: "\n")
    }
}

extension ExpectationDifference {
    func text(indent: String) -> String {
        """
        \(indent)\(path)
        \(indent)    expected: \(expected.oneLine)
        \(indent)    got:      \(got.oneLine)
        """
    }
}

extension String {
    /// The text without characters that would break the line or the terminal.
    var oneLine: String {
        String(String.UnicodeScalarView(unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}
