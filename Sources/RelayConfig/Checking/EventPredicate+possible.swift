/// The types that events may have.
struct EventTypeSet: Equatable {
    var types: [String]
    /// Whether there may be others besides.
    var isOpen: Bool

    func union(_ other: EventTypeSet) -> EventTypeSet {
        EventTypeSet(types: types + other.types.filter { !types.contains($0) }, isOpen: isOpen || other.isOpen)
    }
}

extension EventPredicate {
    /// How much is tried at most: combinations of values, times what is asked of each. A condition with more is taken as
    /// possible.
    private static let maximumWork = 200_000

    /// Whether it may be true of some event. True when that cannot be told.
    func isPossible(in domain: EventTypeSet) -> Bool {
        var unknowns = Unknowns()
        collect(into: &unknowns)
        let (subjects, domains) = unknowns.domains(domain)
        let switches = Array(unknowns.opaque).sorted()
        var tries = 1
        let limit = Self.maximumWork / max(unknowns.size, 1)
        for size in domains.map(\.count) + Array(repeating: 2, count: switches.count) {
            tries *= max(size, 1)
            guard tries <= limit else { return true }
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
    func possibleTypes(in domain: EventTypeSet) -> [String] {
        domain.types.filter { EventPredicate.both(self, .equals(.event, .string($0))).isPossible(in: domain) }
    }

    private func collect(into unknowns: inout Unknowns) {
        unknowns.size += 1
        switch self {
        case .always, .never: break
        case .equals(let subject, let literal): unknowns.subjects[subject, default: Asked()].literals.insert(literal)
        case .isTrue(let subject): unknowns.subjects[subject, default: Asked()].literals.formUnion([])
        case .begins(let subject, let text): unknowns.subjects[subject, default: Asked()].beginnings.insert(text)
        case .ends(let subject, let text): unknowns.subjects[subject, default: Asked()].ends.insert(text)
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
        case .equals(let subject, let literal): assignment.values[subject] == literal
        case .isTrue(let subject): assignment.values[subject]?.isTrue ?? false
        case .begins(let subject, let text): assignment.values[subject]?.string?.hasPrefix(text) ?? false
        case .ends(let subject, let text): assignment.values[subject]?.string?.hasSuffix(text) ?? false
        case .opaque(let name): assignment.opaque[name] ?? false
        case .not(let inner): !inner.holds(assignment)
        case .and(let a, let b): a.holds(assignment) && b.holds(assignment)
        case .or(let a, let b): a.holds(assignment) || b.holds(assignment)
        }
    }
}

/// What a condition asks of an event.
private struct Unknowns {
    var subjects: [EventPredicate.Subject: Asked] = [:]
    var opaque: Set<String> = []
    /// How many conditions there are in it.
    var size = 0

    /// The values that make a difference, by subject.
    func domains(_ domain: EventTypeSet) -> ([EventPredicate.Subject], [[ExpressionLiteral]]) {
        let subjects = Array(subjects)
        let domains = subjects.map { subject, asked -> [ExpressionLiteral] in
            guard subject == .event else { return asked.literals + asked.others + [.null] }
            let known = domain.types.map(ExpressionLiteral.string)
            guard domain.isOpen else { return known }
            return known + asked.literals.filter { $0.string != nil && !known.contains($0) } + asked.others
        }
        return (subjects.map(\.key), domains)
    }
}

/// What a condition asks of one value.
private struct Asked {
    /// What it is compared with.
    var literals: Set<ExpressionLiteral> = []
    var beginnings: Set<String> = []
    var ends: Set<String> = []

    /// Texts that are none of the literals, one for every combination of beginning and end that a text can have: the
    /// longest beginning says which of the others it has as well.
    var others: [ExpressionLiteral] {
        // A letter that nobody writes.
        let middle = "\u{F8FF}"
        return ([""] + beginnings).flatMap { start in ([""] + ends).map { .string(start + middle + $0) } }
    }
}

private struct Assignment {
    var values: [EventPredicate.Subject: ExpressionLiteral] = [:]
    var opaque: [String: Bool] = [:]
}
