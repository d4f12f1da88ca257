internal import RelayConfig
internal import RelayJSON

extension ExpectationReader {
    private static let equals = OptionField.node("equals", "The whole body.", "the whole body").optional
    private static let contains = OptionField.node(
        "contains", "A part of it: objects may have more members.", "a part of the body"
    ).optional
    private static let jq = OptionField.conditionExpression("jq", "An expression that must be true for it.").optional
    private static let pattern = OptionField.string("pattern", "A regular expression that is searched in its text.")
        .optional
    private static let fields = [
        AnyOptionField(equals), AnyOptionField(contains), AnyOptionField(jq), AnyOptionField(pattern),
    ]

    var body: OptionValueType<BodyExpectation> {
        .custom("a map with equals, contains, jq or pattern", .options(Self.fields)) { node in
            let options = try OptionReader(node, as: "body", fields: Self.fields)
            let pattern = try options(Self.pattern)
            if let pattern, let problem = RegexValidation.problem(pattern) {
                throw options.fail(Self.pattern, "\"pattern\" is no regular expression: \(problem)")
            }
            let check = BodyExpectation(
                equals: try options(Self.equals)?.json,
                contains: try options(Self.contains)?.json,
                jq: try options(Self.jq),
                pattern: pattern
            )
            if check.equals == nil, check.contains == nil, check.jq == nil, check.pattern == nil {
                throw options.fail("\"body\" says nothing", help: "write equals, contains, jq or pattern")
            }
            return check
        }
    }
}
