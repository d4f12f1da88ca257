package import RelayCore
internal import RelayJQ

/// `- switch: [{ case: EXPR, stages: […] }, …, { default: […] }]`: runs the stages of the first case that is true.
package struct SwitchStage: ConfigurableStage {
    package static let kind = "switch"
    package static let summary = "Runs the stages of the first case that is true; then the pipeline continues."
    package static let cases = OptionField.node(
        "cases", "Each a `case` with its `stages`, or, as the last, `default` with a list of stages.",
        "a list of cases",
        shape: .list(
            .either([
                .options([AnyOptionField(condition), AnyOptionField(stages)]),
                .options([AnyOptionField(defaultStages)]),
            ])
        )
    ).optional
    package static let fields = [AnyOptionField(cases)]
    package static let mainField: String? = cases.name
    package static let effects: [StageFlowEffect] = []

    private static let condition = OptionField.conditionExpression("case", "Events for which this is true.")
    private static let stages = OptionField.node("stages", "What runs for them.", "a list of stages", shape: .stages)
    private static let defaultStages = OptionField.node(
        otherwise, "What runs for the rest.", "a list of stages", shape: .stages)
    private static let otherwise = "default"
    package static let example = """
        switch:
          - case: .payload.isGroup
            stages: [drop]
          - default: [enrich]
        """
    private static let hint = "write - case: '.payload.isGroup' and its stages:"

    package let branches: [PipelineStep.Branch]

    package init(_ options: OptionReader, in context: StageBuildContext) throws {
        guard let node = try options(Self.cases), node.isList, !node.elements.isEmpty else {
            throw options.fail(Self.cases, "switch takes a list of cases", help: Self.hint, code: .invalidCase)
        }
        let last = node.elements.count - 1
        branches = try ValueIssuesError.collect(node.elements.enumerated()) { index, element in
            try Self.branch(element, isLast: index == last, in: context)
        }
    }

    private static func branch(_ node: ConfigNode, isLast: Bool, in context: StageBuildContext) throws
        -> PipelineStep.Branch
    {
        guard node.isMap else {
            throw node.fail("a case of switch is a map", help: hint, code: .invalidCase)
        }
        if let entry = try node.entries.first(where: { $0.key == otherwise }) {
            return try rest(entry, of: node, isLast: isLast, in: context)
        }
        var issues = ValueIssueCollector(node)
        let fields = [AnyOptionField(condition), AnyOptionField(stages)]
        let words = [AnyOptionField(OptionField.node(otherwise, "The rest."))]
        let options = issues.attempt {
            try OptionReader.read(node, as: "a case of switch", fields: fields, otherFields: words)
        }
        let steps = issues.attempt { try node[stages.name].map { try context.steps($0) } } ?? nil
        let program = issues.attempt { try options.map { try $0(condition) } } ?? nil
        return try issues.finish(
            program.map {
                var branch = PipelineStep.Branch(when: $0, steps: steps ?? [])
                branch.conditionNode = node[condition.name]
                return branch
            })
    }

    /// Reads `default: […]`.
    private static func rest(
        _ entry: ConfigNode.Entry,
        of node: ConfigNode,
        isLast: Bool,
        in context: StageBuildContext
    ) throws -> PipelineStep.Branch {
        var issues = ValueIssueCollector(node)
        if !isLast {
            issues.add(
                node.issues(
                    "\"default\" is not the last case, so those after it never run",
                    help: "put it last; a switch has at most one",
                    at: entry.keyLocation,
                    code: .invalidCase
                )
            )
        }
        for other in try node.entries where other.key != otherwise {
            let help =
                other.key == condition.name
                ? "put - before it, and default last" : "write the stages as default's own list"
            let message = "\"\(other.key)\" stands beside \"default\""
            issues.add(node.issues(message, help: help, at: other.keyLocation, code: .invalidCase))
        }
        let steps = issues.attempt {
            if entry.value.isMap {
                throw entry.value.mismatch("a list of stages", help: "write the list under default: itself")
            }
            return try context.steps(entry.value)
        }
        return try issues.finish(steps.map { PipelineStep.Branch(steps: $0, label: otherwise) })
    }

    /// Never called: the branches run instead of the stage.
    package func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome {
        .next
    }
}
