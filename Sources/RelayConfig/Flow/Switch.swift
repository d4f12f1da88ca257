public import RelayCore
internal import RelayJQ

/// `- switch: [{ case: EXPR, stages: […] }, …, { default: […] }]`: runs the stages of the first case that is true.
public struct Switch: ConfiguredStage {
    public static let kind = "switch"
    public static let summary = "Runs the stages of the first case that is true; then the pipeline goes on after it."
    public static let cases = Field.node(
        "cases", "Each a `case` with its `stages`, or, as the last, `default` with a list of stages.",
        "a list of cases",
        shape: .list(
            .either([
                .options([AnyField(condition), AnyField(stages)]), .options([AnyField(defaultStages)]),
            ])
        )
    ).optional
    public static let fields = [AnyField(cases)]
    public static let mainField: String? = cases.name

    private static let condition = Field.expression("case", "Events for which this is true.")
    private static let stages = Field.node("stages", "What runs for them.", "a list of stages", shape: .stages)
    private static let defaultStages = Field.node(
        otherwise, "What runs for the rest.", "a list of stages", shape: .stages)
    private static let otherwise = "default"
    public static let example = """
        switch:
          - case: .payload.isGroup
            stages: [drop]
          - default: [enrich]
        """
    private static let hint = "write - case: '.payload.isGroup' and its stages:"

    public let branches: [Step.Branch]

    public init(_ options: Options, in context: BuildContext) throws {
        guard let node = try options(Self.cases), node.isList, !node.elements.isEmpty else {
            throw options.fail(Self.cases, "switch takes a list of cases", help: Self.hint, code: .invalidCase)
        }
        let last = node.elements.count - 1
        branches = try Issues.collect(node.elements.enumerated()) { index, element in
            try Self.branch(element, isLast: index == last, in: context)
        }
    }

    private static func branch(_ node: ConfigNode, isLast: Bool, in context: BuildContext) throws -> Step.Branch {
        guard node.isMap else {
            throw node.fail("a case of switch is a map", help: hint, code: .invalidCase)
        }
        if let entry = try node.entries.first(where: { $0.key == otherwise }) {
            return try rest(entry, of: node, isLast: isLast, in: context)
        }
        var issues = IssueCollector(node)
        let fields = [AnyField(condition), AnyField(stages)]
        let words = [AnyField(Field.node(otherwise, "The rest."))]
        let options = issues.attempt {
            try Options.read(node, as: "a case of switch", fields: fields, otherFields: words)
        }
        let steps = issues.attempt { try node[stages.name].map { try context.steps($0) } } ?? nil
        let program = issues.attempt { try options.map { try $0(condition) } } ?? nil
        return try issues.finish(program.map { Step.Branch(when: $0, steps: steps ?? []) })
    }

    /// `default: […]`
    private static func rest(
        _ entry: ConfigNode.Entry,
        of node: ConfigNode,
        isLast: Bool,
        in context: BuildContext
    ) throws -> Step.Branch {
        var issues = IssueCollector(node)
        if !isLast {
            issues.add(
                node.issues(
                    "\"default\" is not the last case, so those after it never run",
                    help: "put it last; a switch has at most one",
                    at: entry.keyPlace,
                    code: .invalidCase
                )
            )
        }
        for other in try node.entries where other.key != otherwise {
            let help =
                other.key == condition.name
                ? "put - before it, and default last" : "write the stages as default's own list"
            let message = "\"\(other.key)\" stands beside \"default\""
            issues.add(node.issues(message, help: help, at: other.keyPlace, code: .invalidCase))
        }
        let steps = issues.attempt {
            if entry.value.isMap {
                throw entry.value.mismatch("a list of stages", help: "write the list under default: itself")
            }
            return try context.steps(entry.value)
        }
        return try issues.finish(steps.map { Step.Branch(steps: $0, label: otherwise) })
    }

    /// Never called: the branches run in its place.
    public func run(_ draft: inout Draft, in context: StageContext) throws(StageError) -> StageOutcome { .next }
}
