internal import RelayCore
internal import RelayJQ
internal import RelayJSON

/// The names that pipelines may refer to.
struct PipelineNameScope {
    var sources: [String]
    var destinations: Set<String>
    var fragments: StageFragmentLibrary

    init(sources: [String], destinations: [String], fragments: StageFragmentLibrary) {
        self.sources = sources
        self.destinations = Set(destinations)
        self.fragments = fragments
    }
}

/// What `config.yaml` says that the files of pipelines and fragments are read with.
struct PipelineFileContext {
    /// Validates the URL of a delivery; nil: any URL is allowed.
    var urlCheck: (@Sendable (String) -> String?)?
    var expressionBudget = JQBudget()
}

/// A pipeline, and what its stages deliver to.
struct LoadedPipeline {
    var definition: PipelineDefinition
    var targets: Set<String>
    var fragments: Set<String>
    var origin: ConfigSourceDocument
    var shown: JSON
}

/// The pipelines that were read.
struct ParsedPipelines {
    var list: [LoadedPipeline] = []
    /// How many files there are.
    var files = 0

    /// All of them; nil when one could not be read, or not be judged for want of a variable.
    var complete: [LoadedPipeline]? { list.count == files ? list : nil }
}

extension ConfigurationLoader {
    private static let from = OptionField.stringList("from", "The sources that it reads; default all.", default: [])
    private static let stages = OptionField.node(
        "stages", "What happens to an event, from top to bottom.", "a list of stages", shape: .stages)

    /// - Parameter tests: the shape of a list of tests.
    static func fields(tests: OptionValueSchema) -> [AnyOptionField] {
        let tests = OptionField.node("tests", "Tests of the pipeline: see `tests`.", "a list of tests", shape: tests)
        return [AnyOptionField(from), AnyOptionField(stages), AnyOptionField(tests.optional)]
    }

    /// The pipeline files; empty when the folder cannot be read, which is reported.
    func pipelineFiles() -> [(name: String, path: String, shown: String)] {
        let folder = BoundedFileReader.absolute("pipelines", from: directory)
        do throws(FileError) {
            var files: [(name: String, path: String, shown: String)] = []
            for file in try BoundedFileReader.list(folder) {
                let shown = shownPath("pipelines/" + file)
                if file.hasSuffix(".yml") {
                    warnOfUnread(shown)
                }
                guard file.hasSuffix(".yaml"), !file.hasSuffix("_test.yaml") else { continue }
                files.append((String(file.dropLast(5)), folder + "/" + file, shown))
            }
            if files.isEmpty { failWithoutPipelines("the folder has no pipeline") }
            return files
        } catch {
            failWithoutPipelines(error.isMissing ? "the folder is missing" : "the folder \(error.message)")
            return []
        }
    }

    private func failWithoutPipelines(_ message: String) {
        fail(
            shownPath("pipelines"), message,
            help: "create \(shownPath("pipelines/default.yaml")): it says what happens to events",
            code: .noPipeline)
    }

    func readPipelines(_ names: PipelineNameScope, _ context: PipelineFileContext) -> ParsedPipelines {
        let files = pipelineFiles()
        let list = files.compactMap { file -> LoadedPipeline? in
            if let problem = ConfigurationNameSyntax.problem(file.name) {
                let message = "the file's name is the pipeline's name, and it \(problem)"
                fail(file.shown, message, help: "rename the file", code: .fileName)
            }
            guard let node = read(file.path, shown: file.shown, context) else { return nil }
            return pipeline(node, name: file.name, shown: file.shown, names)
        }
        return ParsedPipelines(list: list, files: files.count)
    }

    func pipeline(_ node: ConfigNode, name: String, shown: String, _ names: PipelineNameScope)
        -> LoadedPipeline?
    {
        guard !node.isEmpty else {
            node.issues("the pipeline is empty", help: "begin with stages: and a list", code: .emptyStage).report()
            return nil
        }
        let options = ValueIssuesError.attempt(at: node) {
            try OptionReader.read(node, as: "a pipeline", fields: registry.pipelineFields)
        }
        let from = ValueIssuesError.attempt(at: node) { try sources(node["from"], names) }
        if let tests = node["tests"], !tests.isList, !tests.isEmpty {
            tests.mismatch("a list of tests").report()
        }
        let builder = PipelineStepReader(
            name: name,
            registry: registry,
            destinations: names.destinations,
            fragments: names.fragments
        )
        var endsAt = 0
        let steps = node["stages"].flatMap { stages in
            ValueIssuesError.attempt(at: stages) { () -> [PipelineStep] in
                guard stages.isList, !stages.elements.isEmpty else { return try builder.steps(stages) }
                // The stages are built one at a time to find the last one that delivers.
                return try ValueIssuesError.collect(stages.elements.enumerated()) { index, element in
                    let before = builder.trace.delivers
                    defer { if builder.trace.delivers > before { endsAt = index + 1 } }
                    return try builder.step(element)
                }
            }
        }
        guard options != nil, let from, let steps, !node.origin.hasErrors else { return nil }
        if let stages = node["stages"] { warn(stages, endsAt, builder.trace) }
        return LoadedPipeline(
            definition: PipelineDefinition(name: name, file: shown, from: from, steps: steps),
            targets: builder.trace.targets,
            fragments: builder.trace.fragments,
            origin: node.origin,
            shown: Self.shown(node)
        )
    }

    private func sources(_ node: ConfigNode?, _ names: PipelineNameScope) throws -> [String] {
        guard let node, !node.elements.isEmpty else { return [] }
        var seen: Set<String> = []
        return try ValueIssuesError.collect(node.elements) { element in
            let name = try element.choose(among: names.sources, what: "source", code: .unknownSource)
            guard seen.insert(name).inserted else {
                throw element.issues(
                    "the source \(element.shown) is here twice", help: "remove one", code: .duplicateName)
            }
            return name
        }
    }

    private func warn(_ stages: ConfigNode, _ end: Int, _ trace: PipelineStepReader.StageEffects) {
        trace.unrecorded?.warn(
            "deliver without persist before it",
            help: "put - persist first, or the message is in no history",
            code: .unkept
        )
        trace.recordsRewritten?.warn(
            "persist after transform keeps what transform has made",
            help: "put - persist before it, so that the history has what the gateway sent",
            code: .lateKeep
        )
        if end == 0 {
            stages.warn(
                "the pipeline delivers nothing", help: "end with - deliver: [session], or another destination",
                code: .deliversNothing)
        } else if end < stages.elements.count {
            stages.elements[end].warn(
                "a stage after the last deliver", help: "nothing that it does is sent; put it before",
                code: .afterDeliver)
        }
    }

    private static func shown(_ node: ConfigNode) -> JSON {
        guard case .object(var object) = node.shownJSON else { return .null }
        object["tests"] = nil
        return .object(object)
    }
}
