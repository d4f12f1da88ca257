/// Finds all mistakes in configurations, in their individual files, and in YAML blocks of documentation.
package struct ConfigurationChecker: Sendable {
    /// A check of a loaded configuration by another module, such as a check of URLs against `egress`, or the tests.
    /// - Parameter files: the test files to run; empty for all.
    package typealias ExternalCheck =
        @Sendable (_ configuration: RelayConfiguration, _ files: [String]) -> AdditionalCheckResult

    package struct AdditionalCheckResult: Sendable {
        package var diagnostics: [Diagnostic]
        /// The number of tests.
        package var tests: Int

        package init(diagnostics: [Diagnostic], tests: Int = 0) {
            self.diagnostics = diagnostics
            self.tests = tests
        }
    }

    /// The diagnostics of a check, and the items that were checked.
    package struct Report: Sendable {
        package fileprivate(set) var diagnostics: [Diagnostic] = []
        /// One line for each item without errors, for display: `config.yaml is good: 2 source(s), …`.
        package fileprivate(set) var subjects: [String] = []

        package func count(_ severity: Diagnostic.Severity) -> Int { diagnostics.count { $0.severity == severity } }
    }

    private let registry: ConfigurationKindRegistry
    private let environment: [String: String]?
    private let externalCheck: ExternalCheck

    /// - Parameter environment: the environment variables; nil to assume that every variable is set.
    package init(
        registry: ConfigurationKindRegistry, environment: [String: String]?, externalCheck: @escaping ExternalCheck
    ) {
        self.registry = registry
        self.environment = environment
        self.externalCheck = externalCheck
    }

    /// Checks configurations, folders, pipelines, fragments, test files and Markdown files.
    package func check(_ paths: [String]) -> Report {
        var report = Report()
        var seen: Set<String> = []
        var configurations: [String: (diagnostics: [Diagnostic], subject: [String])] = [:]

        func whole(_ path: String) -> (diagnostics: [Diagnostic], subject: [String]) {
            let key = BoundedFileReader.absolute(path, from: BoundedFileReader.currentDirectory)
            if let known = configurations[key] { return known }
            let result = configuration(path)
            configurations[key] = result
            return result
        }

        for target in paths.flatMap({ targets($0) }) where seen.insert(target.key).inserted {
            switch target {
            case .configuration(let path):
                let result = whole(path)
                report.add(result.diagnostics, of: path, result.subject)
            case .part(let path, let configuration):
                if let problem = BoundedFileReader.missing(path) {
                    report.add(
                        [Diagnostic(code: .unreadableFile, file: path, message: "the file \(problem)")], of: path)
                } else {
                    report.add(part(path, of: configuration, whole(configuration).diagnostics), of: path)
                }
            case .alone(let path):
                document(path, &report) { [FencedYAMLBlock(lines: YAMLReader.lines(of: $0), title: path)] }
            case .document(let path):
                document(path, &report, FencedYAMLBlock.read)
            case .wrong(let path, let problem):
                report.add([Diagnostic(code: .unreadableFile, file: path, message: problem)], of: path)
            }
        }
        return report
    }

    private func configuration(_ path: String) -> (diagnostics: [Diagnostic], subject: [String]) {
        let loader = ConfigurationLoader(
            path: path, environment: environment ?? [:], registry: registry, assumes: environment == nil)
        let configuration = loader.load()
        guard let configuration, !loader.hasErrors else { return (loader.diagnostics, []) }
        let findings = externalCheck(configuration, [])
        let subject = [
            "\(configuration.sources.count) source(s)", "\(configuration.pipelines.count) pipeline(s)",
            "\(configuration.destinations.count) destination(s)", "\(findings.tests) test(s)",
        ]
        return (loader.diagnostics + findings.diagnostics, subject)
    }

    /// The diagnostics of one file, and those of the configuration that prevent the file from being checked.
    private func part(_ path: String, of configuration: String, _ all: [Diagnostic]) -> [Diagnostic] {
        func absolute(_ path: String) -> String {
            BoundedFileReader.absolute(path, from: BoundedFileReader.currentDirectory)
        }
        let found = all.compactMap { diagnostic -> Diagnostic? in
            guard absolute(diagnostic.file) == absolute(path) else { return nil }
            var diagnostic = diagnostic
            diagnostic.file = path
            return diagnostic
        }
        // Tests are read last, and only when nothing else has errors.
        let isLast = path.hasSuffix("_test.yaml")
        let outer = all.filter {
            $0.severity == .error && absolute($0.file) != absolute(path)
                && (isLast || absolute($0.file) == absolute(configuration))
        }
        return outer + found
    }

    private func document(_ path: String, _ report: inout Report, _ blocks: (String) -> [FencedYAMLBlock]) {
        do throws(FileError) {
            let bytes = try BoundedFileReader.read(path, maximum: YAMLReader.maximumFileSize)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw FileError(message: "is not UTF-8 text")
            }
            let check = YAMLSnippetChecker(shown: path, registry: registry, externalCheck: externalCheck)
            let blocks = blocks(text)
            for block in blocks { check.check(block) }
            report.add(check.diagnostics, of: path, ["\(blocks.count) block(s)"])
        } catch {
            report.add([Diagnostic(code: .unreadableFile, file: path, message: "the file \(error.message)")], of: path)
        }
    }
}

extension ConfigurationChecker.Report {
    /// - Parameter counts: descriptions of the contents, such as `2 source(s)`.
    fileprivate mutating func add(_ found: [Diagnostic], of path: String, _ counts: [String] = []) {
        var known = Set(diagnostics)
        diagnostics += found.filter { known.insert($0).inserted }
        guard !found.contains(where: { $0.severity == .error }) else { return }
        let warnings = "\(found.count) warning(s)"
        subjects.append("\(path) is good: \((counts + [warnings]).joined(separator: ", "))")
    }
}
