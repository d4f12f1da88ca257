internal import RelayCore
internal import RelayJQ

extension PipelineFlowCheck {
    /// A program as a condition, and the event types that it names.
    struct AnalyzedCondition {
        var condition: SymbolicCondition
        /// The offsets are in Unicode scalars.
        var types: [(name: String, offset: Int)] = []
        /// The parts of criteria.
        var criteria: [SymbolicCriterion] = []
    }

    /// The condition in an option: an expression, or criteria; nil when it is neither.
    func condition(_ node: ConfigNode, at state: State) -> AnalyzedCondition? {
        guard node.isMap else {
            return (try? node.text).flatMap { try? JQProgram($0) }.map { condition($0, at: state) }
        }
        return (try? EventCriteriaOptions.read(node, as: node.label)).map { condition($0, at: state) }
    }

    func condition(_ criteria: EventCriteria, at state: State) -> AnalyzedCondition {
        let criteria = builder(at: state).criteria(criteria, isOpen: domain.isOpen)
        let condition = criteria.reduce(SymbolicCondition.always) { .both($0, $1.condition) }
        return AnalyzedCondition(condition: condition, criteria: criteria)
    }

    /// The first criterion that leaves out all events that it speaks of and that fulfill a condition. The events that
    /// it does not speak of pass, so the condition alone does not show this mistake.
    func unmet(_ criteria: [SymbolicCriterion], of condition: SymbolicCondition) -> SymbolicCriterion? {
        func isUnmet(_ criterion: SymbolicCriterion, _ asked: [SymbolicCriterion]) -> Bool {
            guard let scope = criterion.scope else { return false }
            let before = SymbolicCondition.both(condition, scope.condition)
            let after = asked.reduce(before) { .both($0, $1.condition) }
            return before.isPossible(in: domain) && !after.isPossible(in: domain)
        }
        return criteria.first { isUnmet($0, [$0]) } ?? criteria.first { isUnmet($0, criteria) }
    }

    private func builder(at state: State) -> SymbolicConditionBuilder {
        // The event at the beginning of two pipelines is the same.
        let epoch = state.changes == 0 ? "" : "\(pipeline) \(state.changes) "
        let contentEpoch = state.transforms == 0 && state.keepsType ? "" : epoch
        return SymbolicConditionBuilder(epoch: epoch, contentEpoch: contentEpoch, keepsType: state.keepsType)
    }

    func condition(_ program: JQProgram, at state: State) -> AnalyzedCondition {
        var reader = builder(at: state)
        let condition = reader.condition(program)
        let types = reader.types.map { ($0.name, program.source.scalarOffset(ofByte: $0.offset)) }
        return AnalyzedCondition(condition: condition, types: types)
    }

    /// Warns of a condition that no event can fulfill.
    /// - Returns: whether an event may fulfill the condition.
    func mayBeTrue(
        _ read: AnalyzedCondition, _ node: ConfigNode?, _ option: String, at state: State, earlier: Bool = false
    )
        -> Bool
    {
        guard let node, !hasUnknownType(read, node, at: state) else { return true }
        guard !SymbolicCondition.both(state.condition, read.condition).isPossible(in: domain) else { return true }
        guard read.condition.isPossible(in: domain) else {
            warn(
                node, "\"\(option)\" is never true", help: contradiction(read), .neverTrue,
                isCertain: domain == .everything)
            return false
        }
        warn(
            node, "\"\(option)\" is never true here", help: reason(read, at: state, earlier: earlier), .neverTrue)
        return false
    }

    /// Warns of unknown event types in a program.
    /// - Returns: whether there was an unknown type.
    func hasUnknownType(_ read: AnalyzedCondition, _ node: ConfigNode, at state: State) -> Bool {
        guard state.keepsType else { return false }
        let known = EventType.all.map(\.name)
        var found = false
        for (name, offset) in read.types where !known.contains(name) {
            let nearest = SpellingSuggestion.nearest(to: name, among: known)
            // A custom gateway may produce types of its own, but hardly one that differs from a known type by a letter.
            guard !domain.isOpen || nearest != nil else { continue }
            found = true
            var location = node.location
            if let resolved = try? node.resolved(expected: "a jq expression") {
                location = node.location(of: resolved.writtenOffset(of: offset), length: name.unicodeScalars.count + 2)
            }
            let help = SpellingSuggestion.help(for: name, among: known, intro: "there are")
            node.warn("no event has the type \"\(name)\"", help: help, at: location, code: .unknownEvent)
        }
        return found
    }

    /// The reason why no event at this position fulfills a condition that other events can fulfill.
    func reason(_ read: AnalyzedCondition, at state: State, earlier: Bool) -> String {
        if !read.condition.isPossible(in: domain) { return contradiction(read) }
        if earlier { return "the cases before it have all of these events; put it before them, or remove it" }
        let possible = state.condition.possibleTypes(in: domain)
        let asked = read.condition.possibleTypes(in: domain)
        if Set(possible).isDisjoint(with: asked) { return "only \(Self.text(possible)) come this far" }
        return "the stages before it let none of these events pass"
    }

    private func contradiction(_ read: AnalyzedCondition) -> String {
        guard domain != .everything, read.condition.isPossible(in: .everything) else {
            return "no event is all of this at once"
        }
        return "the sources of this pipeline make only \(Self.text(domain.types))"
    }

    /// The event types that can occur at a position, for display.
    func types(at state: State) -> String { Self.text(state.condition.possibleTypes(in: domain)) }

    private static func text(_ types: [String]) -> String {
        let shown = types.filter { $0 != EventType.webhookTest.name }
        guard shown.count > 5 else { return shown.joined(separator: ", ") }
        return shown.prefix(4).joined(separator: ", ") + " and \(shown.count - 4) more"
    }

    /// Warns about a node in the pipeline's own file.
    /// - Parameter isCertain: whether the warning applies in every pipeline, so that it is also reported for a
    ///   fragment.
    func warn(
        _ node: ConfigNode,
        _ message: String,
        help: String?,
        _ code: DiagnosticCode,
        isCertain: Bool = false
    ) {
        guard isCertain || node.origin === origin else { return }
        node.warn(message, help: help, code: code)
    }
}

extension PossibleEventTypes {
    /// Events of every source, including a custom gateway.
    static let everything = PossibleEventTypes(types: EventType.all.map(\.name), isOpen: true)
}
