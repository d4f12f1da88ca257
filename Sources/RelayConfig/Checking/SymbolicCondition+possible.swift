/// A set of event types.
struct PossibleEventTypes: Equatable {
    var types: [String]
    /// Whether events may have types outside the set.
    var isOpen: Bool

    func union(_ other: PossibleEventTypes) -> PossibleEventTypes {
        PossibleEventTypes(types: types + other.types.filter { !types.contains($0) }, isOpen: isOpen || other.isOpen)
    }
}

extension SymbolicCondition {
    /// The maximum work of one check: the number of value combinations multiplied by the size of the condition. A
    /// condition that needs more is treated as possible.
    private static let maximumWork = 200_000

    /// Whether the condition can be true of some event. True when this cannot be determined.
    func isPossible(in domain: PossibleEventTypes) -> Bool {
        var unknowns = ConditionUnknowns()
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
            var assignment = SymbolicValueAssignment()
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

    /// The event types for which the condition can be true.
    func possibleTypes(in domain: PossibleEventTypes) -> [String] {
        domain.types.filter { SymbolicCondition.both(self, .equals(.event, .string($0))).isPossible(in: domain) }
    }

    private func collect(into unknowns: inout ConditionUnknowns) {
        unknowns.size += 1
        switch self {
        case .always, .never: break
        case .equals(let subject, let literal):
            unknowns.subjects[subject, default: SymbolicValueComparisons()].literals.insert(literal)
        case .isTrue(let subject):
            unknowns.subjects[subject, default: SymbolicValueComparisons()].literals.formUnion([])
        case .begins(let subject, let text):
            unknowns.subjects[subject, default: SymbolicValueComparisons()].beginnings.insert(text)
        case .ends(let subject, let text):
            unknowns.subjects[subject, default: SymbolicValueComparisons()].ends.insert(text)
        case .opaque(let name): unknowns.opaque.insert(name)
        case .not(let inner): inner.collect(into: &unknowns)
        case .and(let a, let b), .or(let a, let b):
            a.collect(into: &unknowns)
            b.collect(into: &unknowns)
        }
    }

    private func holds(_ assignment: SymbolicValueAssignment) -> Bool {
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

/// The unknown values that a condition depends on.
private struct ConditionUnknowns {
    var subjects: [SymbolicCondition.SymbolicValue: SymbolicValueComparisons] = [:]
    var opaque: Set<String> = []
    /// The number of conditions it contains.
    var size = 0

    /// The values to try for each subject.
    func domains(_ domain: PossibleEventTypes) -> ([SymbolicCondition.SymbolicValue], [[ExpressionLiteral]]) {
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

/// The comparisons that a condition makes with one value.
private struct SymbolicValueComparisons {
    /// The literals that the value is compared with.
    var literals: Set<ExpressionLiteral> = []
    var beginnings: Set<String> = []
    var ends: Set<String> = []

    /// Strings that equal none of the literals, one for every combination of the tested prefixes and suffixes. The
    /// longest prefix determines which of the shorter ones also match.
    var others: [ExpressionLiteral] {
        // A private-use character that does not occur in practice.
        let middle = "\u{F8FF}"
        return ([""] + beginnings).flatMap { start in ([""] + ends).map { .string(start + middle + $0) } }
    }
}

private struct SymbolicValueAssignment {
    var values: [SymbolicCondition.SymbolicValue: ExpressionLiteral] = [:]
    var opaque: [String: Bool] = [:]
}
