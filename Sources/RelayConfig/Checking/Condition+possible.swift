/// The types that events may have.
struct EventDomain: Equatable {
    var types: [String]
    /// Whether there may be others besides.
    var isOpen: Bool

    func union(_ other: EventDomain) -> EventDomain {
        EventDomain(types: types + other.types.filter { !types.contains($0) }, isOpen: isOpen || other.isOpen)
    }
}

extension Condition {
    /// Combinations of values that are tried at most; a condition with more is taken as possible.
    private static let maximumTries = 20_000

    /// Whether it may be true of some event. True when that cannot be told.
    func isPossible(in domain: EventDomain) -> Bool {
        var unknowns = Unknowns()
        collect(into: &unknowns)
        let (subjects, domains) = unknowns.domains(domain)
        let switches = Array(unknowns.opaque).sorted()
        var tries = 1
        for size in domains.map(\.count) + Array(repeating: 2, count: switches.count) {
            tries *= max(size, 1)
            guard tries <= Self.maximumTries else { return true }
        }
        for number in 0..<tries {
            var rest = number
            var assignment = Assignment()
            for (subject, values) in zip(subjects, domains) {
                guard !values.isEmpty else { return false }
                assignment.values[subject] = values[rest % values.count]
                rest /= values.count
            }
            for name in switches {
                assignment.opaque[name] = rest % 2 == 1
                rest /= 2
            }
            if holds(assignment) { return true }
        }
        return false
    }

    /// The types of events of which it may be true.
    func possibleTypes(in domain: EventDomain) -> [String] {
        domain.types.filter { Condition.both(self, .equals(.event, .string($0))).isPossible(in: domain) }
    }

    private func collect(into unknowns: inout Unknowns) {
        switch self {
        case .always, .never: break
        case .equals(let subject, let literal): unknowns.values[subject, default: []].insert(literal)
        case .isTrue(let subject): unknowns.values[subject, default: []].formUnion([])
        case .begins(let subject, let text):
            unknowns.values[subject, default: []].formUnion([])
            unknowns.opaque.insert(Self.beginning(subject, text))
        case .ends(let subject, let text):
            unknowns.values[subject, default: []].formUnion([])
            unknowns.opaque.insert(Self.ending(subject, text))
        case .opaque(let name): unknowns.opaque.insert(name)
        case .not(let inner): inner.collect(into: &unknowns)
        case .and(let a, let b), .or(let a, let b):
            a.collect(into: &unknowns)
            b.collect(into: &unknowns)
        }
    }

    private func holds(_ assignment: Assignment) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .equals(let subject, let literal): assignment.values[subject] == .literal(literal)
        case .isTrue(let subject):
            switch assignment.values[subject] {
            case .literal(let literal): literal.isTrue
            case .otherTrue: true
            case .otherFalse, nil: false
            }
        case .begins(let subject, let text):
            assignment.text(of: subject).map { $0.hasPrefix(text) }
                ?? (assignment.opaque[Self.beginning(subject, text)] ?? false)
        case .ends(let subject, let text):
            assignment.text(of: subject).map { $0.hasSuffix(text) }
                ?? (assignment.opaque[Self.ending(subject, text)] ?? false)
        case .opaque(let name): assignment.opaque[name] ?? false
        case .not(let inner): !inner.holds(assignment)
        case .and(let a, let b): a.holds(assignment) && b.holds(assignment)
        case .or(let a, let b): a.holds(assignment) || b.holds(assignment)
        }
    }

    private static func beginning(_ subject: Subject, _ text: String) -> String { "\(subject) begins \(text)" }
    private static func ending(_ subject: Subject, _ text: String) -> String { "\(subject) ends \(text)" }
}

/// What a condition asks of an event.
private struct Unknowns {
    /// What each value is compared with.
    var values: [Condition.Subject: Set<Literal>] = [:]
    var opaque: Set<String> = []

    /// The values that make a difference, by subject.
    func domains(_ domain: EventDomain) -> ([Condition.Subject], [[Value]]) {
        let subjects = Array(values.keys)
        let domains = subjects.map { subject -> [Value] in
            let literals = values[subject, default: []]
            guard subject == .event else { return literals.map { .literal($0) } + [.otherTrue, .otherFalse] }
            let known = domain.types.map { Value.literal(.string($0)) }
            guard domain.isOpen else { return known }
            let others = literals.filter { literal in literal.string.map { !domain.types.contains($0) } ?? false }
            return known + others.map { .literal($0) } + [.otherTrue]
        }
        return (subjects, domains)
    }
}

private enum Value: Equatable {
    case literal(Literal)
    /// Something else, which counts as true.
    case otherTrue
    case otherFalse
}

private struct Assignment {
    var values: [Condition.Subject: Value] = [:]
    var opaque: [String: Bool] = [:]

    /// The text that a value is; nil when it is not known.
    func text(of subject: Condition.Subject) -> String? {
        if case .literal(.string(let text)) = values[subject] { text } else { nil }
    }
}
