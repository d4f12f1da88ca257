extension RelayConfiguration {
    /// Reads the tests of the pipelines: their `tests:` options, and the files `*_test.yaml` next to them.
    /// - Parameters:
    ///   - files: the pipelines or test files to read; empty for all.
    ///   - read: converts all tests and throws their mistakes together.
    /// - Returns: the result of `read`, and the warnings.
    /// - Throws: all mistakes of all files together.
    package func tests<Value>(
        in files: [String] = [],
        environment: [String: String],
        read: ([PipelineTestNode]) throws -> Value
    ) throws(InvalidConfigurationError) -> (value: Value, warnings: [Diagnostic]) {
        let reader = PipelineTestFileReader(self, environment: environment)
        let tests = reader.tests(in: files)
        var value: Value?
        do {
            value = try read(tests)
        } catch let issues as ValueIssuesError {
            issues.report()
        } catch {
            reader.loader.fail(file, "\(error)", code: .invalidValue)
        }
        let diagnostics = reader.loader.diagnostics
        guard let value, !diagnostics.contains(where: { $0.severity == .error }) else {
            throw InvalidConfigurationError(diagnostics: diagnostics)
        }
        return (value, diagnostics)
    }
}

/// Finds lists of tests. Mistakes are reported to the documents of the loader.
struct PipelineTestFileReader {
    private static let pipeline = OptionField.string("pipeline", "What is tested; default by the file's name.").optional
    private static let tests = tests(.list(.anything))
    private static let suffix = "_test.yaml"

    let configuration: RelayConfiguration
    let loader: ConfigurationLoader

    private static func tests(_ shape: OptionValueSchema) -> OptionField<ConfigNode> {
        OptionField.node("tests", "The tests.", "a list of tests", shape: shape)
    }

    /// - Parameter shape: the shape of a list of tests.
    static func fields(tests shape: OptionValueSchema) -> [AnyOptionField] {
        [AnyOptionField(pipeline), AnyOptionField(tests(shape))]
    }

    init(_ configuration: RelayConfiguration, environment: [String: String]) {
        self.configuration = configuration
        let registry = ConfigurationKindRegistry(stages: [], destinations: [], formats: [], transports: [])
        loader = ConfigurationLoader(
            path: configuration.file,
            environment: environment,
            registry: registry,
            assumes: configuration.assumes,
            files: configuration.files
        )
    }

    func tests(in files: [String]) -> [PipelineTestNode] {
        guard files.isEmpty else { return files.flatMap { tests(inFile: $0) } }
        let folder = BoundedFileReader.absolute("pipelines", from: configuration.directory)
        let separate = ((try? BoundedFileReader.list(folder)) ?? []).filter { $0.hasSuffix(Self.suffix) }
        let pipelines = configuration.pipelines.map(\.file)
        return (pipelines + separate.map { loader.shownPath("pipelines/" + $0) }).flatMap { tests(inFile: $0) }
    }

    private func tests(inFile shown: String) -> [PipelineTestNode] {
        let path = BoundedFileReader.absolute(shown, from: BoundedFileReader.currentDirectory)
        let definition = configuration.pipelines.first {
            BoundedFileReader.absolute($0.file, from: BoundedFileReader.currentDirectory) == path
        }
        guard let root = loader.read(path, shown: shown, missing: "name a pipeline's file, or a file of tests") else {
            return []
        }
        if let definition { return elements(of: root["tests"], definition, path) }
        return ValueIssuesError.attempt(at: root) {
            let options = try OptionReader.read(
                root, as: "a file of tests", fields: Self.fields(tests: .list(.anything)))
            return elements(of: try options(Self.tests), try pipeline(root, file: shown), path)
        } ?? []
    }

    /// The pipeline of a test file: the one it names, or by default the one that its file name begins with.
    private func pipeline(_ root: ConfigNode, file: String) throws -> PipelineDefinition {
        let known = configuration.pipelines.map(\.name)
        let title = configuration.files.title(
            of: BoundedFileReader.absolute(file, from: BoundedFileReader.currentDirectory))
        let base = (title ?? file).split(separator: "/").last ?? ""
        let name =
            try root["pipeline"]?.choose(among: known, what: "pipeline", code: .unknownPipeline)
            ?? (base.hasSuffix(Self.suffix) ? String(base.dropLast(Self.suffix.count)) : "")
        guard let definition = configuration.pipelines.first(where: { $0.name == name }) else {
            let help = "add pipeline: \(QuantitySyntax.choice(known))"
            throw root.issues("there is no pipeline \"\(name)\"", help: help, code: .unknownPipeline)
        }
        return definition
    }

    private func elements(of node: ConfigNode?, _ definition: PipelineDefinition, _ path: String)
        -> [PipelineTestNode]
    {
        guard let node, !node.isEmpty else { return [] }
        guard node.isList else {
            node.mismatch("a list of tests").report()
            return []
        }
        let directory = BoundedFileReader.absolute("..", from: path)
        return node.elements.map { PipelineTestNode($0, pipeline: definition, directory: directory) }
    }
}
