internal import RelayJQ

extension JQBudget {
    private static let defaults = JQBudget()
    static let maxSteps = OptionField.int(
        "max_steps",
        "Operations: calls, operators, elements, and work of functions in proportion to their input.",
        1_000...1_000_000_000,
        default: defaults.steps
    )
    static let maxMemory = OptionField.size(
        "max_memory",
        "The memory of the values that the evaluation makes and still needs.",
        (64 << 10)...(4 << 30),
        default: defaults.bytes
    )
    static let maxDepth = OptionField.int(
        "max_depth",
        "Nested calls of functions, and the nesting of values.",
        10...10_000,
        default: defaults.depth
    )
    static let maxOutputs = OptionField.int(
        "max_outputs",
        "Outputs.",
        1...1_000_000,
        default: defaults.outputs
    )
    static let maxResult = OptionField.size(
        "max_result",
        "All outputs together, as JSON.",
        (1 << 10)...(64 << 20),
        default: defaults.resultBytes
    )
    static let maxTime = OptionField.duration(
        "max_time",
        "CPU time, which ends what steps do not measure well.",
        .milliseconds(1)...(.seconds(10)),
        default: defaults.time
    )
    static let fields = [
        AnyOptionField(maxSteps), AnyOptionField(maxMemory), AnyOptionField(maxDepth), AnyOptionField(maxOutputs),
        AnyOptionField(maxResult), AnyOptionField(maxTime),
    ]

    init(_ options: OptionReader) throws {
        self.init()
        steps = try options(Self.maxSteps)
        bytes = try options(Self.maxMemory)
        depth = try options(Self.maxDepth)
        outputs = try options(Self.maxOutputs)
        resultBytes = try options(Self.maxResult)
        time = try options(Self.maxTime)
    }
}
