internal import RelayCore
internal import RelayJQ

/// Analyzes the flow of events through the stages of one pipeline and warns of likely mistakes: conditions that no
/// event fulfills, unreachable stages, deliveries without events, and duplicate deliveries.
///
/// Only conclusions that are certain from the text are reported. A program that cannot be analyzed may be true or
/// false.
struct PipelineFlowCheck {
    /// One destination of one `deliver` stage.
    struct Delivery {
        var destination: String
        /// The condition on the events that are delivered.
        var condition: SymbolicCondition
        var node: ConfigNode
        /// The number of preceding stages that transformed the event.
        var transforms: Int
    }

    /// The facts known about the events at one position of the pipeline.
    struct State {
        var condition = SymbolicCondition.always
        /// The number of stages that may have changed the event.
        var changes = 0
        var transforms = 0
        /// Whether `.event` still has the value that the source set.
        var keepsType = true
        var isSigned = false
        /// The preceding deliveries of the same events.
        var delivered: [Delivery] = []
        /// The `sign` stages that no delivery has used yet.
        var signatures: Set<ConfigNodeLocation> = []
        /// Whether a diagnostic has already explained why no event reaches this position.
        var isExplained = false

        var isEnded: Bool { condition == .never }
    }

    let pipeline: String
    /// The pipeline's own file. Nodes of other files may be correct in another pipeline.
    let origin: ConfigSourceDocument
    let domain: PossibleEventTypes
    let destinations: [String: RelayConfiguration.Destination]

    private(set) var deliveries: [Delivery] = []
    private var signed: [(node: ConfigNode, location: ConfigNodeLocation)] = []
    private var usedSignatures: Set<ConfigNodeLocation> = []

    init(
        pipeline: String,
        origin: ConfigSourceDocument,
        domain: PossibleEventTypes,
        destinations: [RelayConfiguration.Destination]
    ) {
        self.pipeline = pipeline
        self.origin = origin
        self.domain = domain
        self.destinations = Dictionary(destinations.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func run(_ steps: [PipelineStep]) {
        _ = walk(steps, from: State())
        for (node, location) in signed where !usedSignatures.contains(location) {
            warn(node, "nothing is delivered after this sign", help: "put it before the deliver", .signsNothing)
        }
    }

    private mutating func walk(_ steps: [PipelineStep], from start: State) -> State {
        var state = start
        for step in steps {
            guard !state.isEnded else {
                if !state.isExplained, let node = step.source?.element {
                    warn(
                        node, "nothing comes here: what stands before it ends the pipeline for every event",
                        help: "remove it, or give the drop before it a when", .unreachable)
                }
                state.isExplained = true
                return state
            }
            state = pass(step, from: state)
        }
        return state
    }

    /// The state after a step.
    private mutating func pass(_ step: PipelineStep, from outer: State) -> State {
        var inner = outer
        var passing = SymbolicCondition.never
        if let when = step.when {
            let condition = condition(when, at: outer)
            guard mayBeTrue(condition, step.source?.when, "when", at: outer) else { return outer }
            inner.condition = .both(outer.condition, condition.condition)
            passing = .both(outer.condition, condition.condition.negated)
        }
        let entry = inner.condition
        var exit = run(step, from: inner)
        if step.onError == .stages {
            var failed = inner
            failed.changes += 1
            let recovered = walk(step.recovery, from: failed)
            exit.changes = max(exit.changes, recovered.changes)
            if !recovered.isEnded { exit.condition = .either(exit.condition, entry) }
        } else if step.onError == .continue || step.onError == .rawMedia, !exit.isEnded {
            exit.condition = .either(exit.condition, entry)
        }
        guard step.when != nil else { return exit }
        guard !exit.isEnded else {
            var others = outer
            others.condition = passing
            return others
        }
        exit.condition = exit.condition == entry ? outer.condition : .either(passing, exit.condition)
        exit.isSigned = exit.isSigned && outer.isSigned
        exit.signatures.formUnion(outer.signatures)
        return exit
    }

    private mutating func run(_ step: PipelineStep, from state: State) -> State {
        var state = state
        guard step.branches.isEmpty else {
            branch(step, &state)
            return state
        }
        for effect in step.effects where !state.isEnded { apply(effect, of: step, &state) }
        return state
    }

    private mutating func apply(_ effect: StageFlowEffect, of step: PipelineStep, _ state: inout State) {
        func node(_ option: String) -> ConfigNode? { step.source?.options[option] }
        switch effect {
        case .drops:
            state.condition = .never
        case .filters(let option, let passes):
            filter(step.kind, option, node(option), passes: passes, &state)
        case .delivers(let option):
            for element in node(option)?.elements ?? [] { deliver(to: element, &state) }
        case .signs:
            state.isSigned = true
            if let node = step.source?.node {
                signed.append((node, node.location))
                state.signatures = [node.location]
            }
        case .amends:
            state.changes += 1
        case .rewrites:
            state.changes += 1
            state.transforms += 1
        case .splits(let option):
            guard node(option) != nil else { return }
            state.keepsType = false
            state.condition = .always
        case .records, .includes:
            break
        }
    }

    private mutating func branch(_ step: PipelineStep, _ state: inout State) {
        var rest = state
        var ends: [State] = []
        var isUnchanged = true
        for (index, branch) in step.branches.enumerated() {
            var start = rest
            if let program = branch.condition {
                let condition = condition(program, at: rest)
                guard mayBeTrue(condition, branch.conditionNode, "case", at: rest, earlier: index > 0) else { continue }
                start.condition = .both(rest.condition, condition.condition)
                rest.condition = .both(rest.condition, condition.condition.negated)
            } else {
                rest.condition = .never
            }
            let end = walk(branch.steps, from: start)
            isUnchanged = isUnchanged && end.condition == start.condition
            ends.append(end)
        }
        if !rest.isEnded { ends.append(rest) }
        let live = ends.filter { !$0.isEnded }
        guard var result = live.first ?? ends.first else { return }
        let entry = state.condition
        for end in live {
            result.changes = max(result.changes, end.changes)
            result.transforms = max(result.transforms, end.transforms)
            result.keepsType = result.keepsType && end.keepsType
            result.signatures.formUnion(end.signatures)
        }
        result.condition = isUnchanged ? entry : ends.reduce(.never) { .either($0, $1.condition) }
        result.isSigned = live.allSatisfy(\.isSigned)
        result.delivered = state.delivered + live.flatMap { $0.delivered.dropFirst(state.delivered.count) }
        result.isExplained = ends.allSatisfy(\.isExplained)
        state = result
    }

    /// - Parameter passes: true when events for which the option's expression is true continue, false when the others
    ///   do.
    private mutating func filter(
        _ kind: String,
        _ option: String,
        _ node: ConfigNode?,
        passes: Bool,
        _ state: inout State
    ) {
        guard let node, let read = condition(node, at: state) else { return }
        if passes {
            if hasUnknownType(read, node, at: state) { return }
        } else if !mayBeTrue(read, node, option, at: state) {
            return
        }
        let left = SymbolicCondition.both(state.condition, passes ? read.condition : read.condition.negated)
        if !left.isPossible(in: domain) {
            let help = passes ? reason(read, at: state, earlier: false) : "write - drop where that is meant"
            warn(
                node, "the \(kind) drops every event: \"\(option)\" is \(passes ? "never" : "always") true here",
                help: help, .dropsEverything)
            state.condition = .never
            state.isExplained = true
            return
        }
        if let criterion = unmet(read.criteria, of: state.condition), let scope = criterion.scope {
            warn(
                node, "the \(kind) drops every \(scope.noun): \"\(criterion.name)\" lets none pass here",
                help: "no \(scope.noun) that comes here is one of these; change it, or remove it", .dropsEverything)
        }
        state.condition = left
    }

    private mutating func deliver(to node: ConfigNode, _ state: inout State) {
        guard let name = try? node.text else { return }
        usedSignatures.formUnion(state.signatures)
        var condition = state.condition
        if let destination = destinations[name] {
            if state.keepsType {
                let takesOriginals = destination.settings.content == .originals
                let events =
                    takesOriginals
                    ? EventTypeFilter([EventType.documentReceived.name]) : destination.settings.events
                condition = .both(condition, events.condition)
                // A pattern that matches no event type is reported where it is written.
                let isKnown = EventType.all.contains(where: events.matches)
                if isKnown, !condition.isPossible(in: domain) {
                    let wanted = events.patterns.joined(separator: ", ")
                    warn(
                        node, "\"\(name)\" wants nothing of what comes here",
                        help: "its events are \(wanted); here come \(types(at: state))", .unwanted)
                    return
                }
                if let keep = destination.settings.keep {
                    let before = condition
                    let read = self.condition(keep, at: state)
                    condition = .both(condition, read.condition)
                    if before.isPossible(in: domain), !condition.isPossible(in: domain) {
                        warn(
                            node, "\"\(name)\" wants nothing of what comes here",
                            help: "its criteria let none of these events pass", .unwanted)
                        return
                    }
                    if let criterion = unmet(read.criteria, of: before), let scope = criterion.scope {
                        warn(
                            node, "\"\(name)\" wants no \(scope.noun) of what comes here",
                            help: "its criteria.\(criterion.name) let none of them pass", .unwanted)
                    }
                }
            }
            if !destination.secrets.isEmpty, !state.isSigned {
                let what =
                    state.signatures.isEmpty ? "nothing signs what goes there" : "not all that goes there is signed"
                warn(
                    node, "\"\(name)\" has a secret, and \(what)",
                    help: "put - sign: standard_webhooks before it, or remove the secret", .unsigned)
            }
        }
        let earlier = state.delivered.first { other in
            other.destination == name && other.transforms == state.transforms
                && SymbolicCondition.both(other.condition, condition).isPossible(in: domain)
        }
        if let earlier {
            let location = "\(earlier.node.origin.path):\(earlier.node.location.line)"
            warn(
                node, "\"\(name)\" gets the same event twice",
                help: "it has it from \(location) already; remove one, or give them conditions that exclude each other",
                .deliveredTwice)
        }
        let delivery = Delivery(destination: name, condition: condition, node: node, transforms: state.transforms)
        state.delivered.append(delivery)
        deliveries.append(delivery)
    }
}

extension EventTypeFilter {
    /// What it asks of an event.
    fileprivate var condition: SymbolicCondition {
        if patterns.isEmpty { return .always }
        return patterns.reduce(.never) { result, pattern in
            let part: SymbolicCondition =
                pattern.hasSuffix("*")
                ? .begins(.event, String(pattern.dropLast())) : .equals(.event, .string(pattern))
            return .either(result, part)
        }
    }
}
