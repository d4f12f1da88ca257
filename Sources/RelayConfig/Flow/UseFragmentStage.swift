package import RelayCore

/// `- use: NAME`: runs the stages of `fragments/NAME.yaml`.
package struct UseFragmentStage: ConfigurableStage {
    package static let kind = "use"
    package static let summary = "Runs the stages of a file in `fragments/`, which several pipelines may share."
    package static let name = OptionField<ConfigNode>.node(
        "name", "The file's name without `.yaml`.", "a fragment's name",
        shape: .text(pattern: ConfigurationNameSyntax.pattern)
    ).optional
    package static let fields = [AnyOptionField(name)]
    package static let example = "use: clean"
    package static let mainField: String? = name.name
    package static let effects: [StageFlowEffect] = [.includes(option: name.name)]

    package let branches: [PipelineStep.Branch]

    package init(_ options: OptionReader, in context: StageBuildContext) throws {
        guard let node = try options(Self.name), !node.isEmpty else {
            throw options.fail(
                Self.name, "use names no fragment", help: "write - use: NAME for fragments/NAME.yaml",
                code: .emptyValue)
        }
        branches = [PipelineStep.Branch(steps: try context.fragment(node))]
    }

    /// Never called: the branches run instead of the stage.
    package func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome {
        .next
    }
}
