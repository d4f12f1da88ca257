public import RelayCore

/// `- use: NAME`: runs the stages of `fragments/NAME.yaml`.
public struct Use: ConfiguredStage {
    public static let kind = "use"
    public static let summary = "Runs the stages of a file in `fragments/`, which several pipelines may share."
    public static let name = Field<ConfigNode>.node(
        "name", "The file's name without `.yaml`.", "a fragment's name", shape: .text(pattern: Names.pattern)
    ).optional
    public static let fields = [AnyField(name)]
    public static let example = "use: clean"
    public static let mainField: String? = name.name

    public let branches: [Step.Branch]

    public init(_ options: Options, in context: BuildContext) throws {
        guard let node = try options(Self.name), !node.isEmpty else {
            throw options.fail(
                Self.name, "use names no fragment", help: "write - use: NAME for fragments/NAME.yaml",
                code: .emptyValue)
        }
        branches = [Step.Branch(steps: try context.fragment(node))]
    }

    /// Never called: the branches run in its place.
    public func run(_ draft: inout Draft, in context: StageContext) throws(StageError) -> StageOutcome { .next }
}
