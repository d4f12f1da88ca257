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
    /// The maximum work of one check: the number of evaluations multiplied by the size of the condition. A condition
    /// that needs more is treated as possible.
    private static let maximumWork = 1_000_000

    /// Whether the condition can be true of some event. True when this cannot be determined.
    func isPossible(in domain: PossibleEventTypes) -> Bool {
        var unknowns = ConditionUnknowns()
        collect(into: &unknowns)
        var evaluations = Self.maximumWork / max(unknowns.size, 1)
        return hasSolution(unknowns.choices(domain)[...], SymbolicValueAssignment(), &evaluations)
    }

    /// Whether a choice of the remaining values makes the condition true. As soon as the values chosen so far decide
    /// it, the others are not tried.
    private func hasSolution(
        _ rest: ArraySlice<ConditionUnknowns.Choice>, _ assignment: SymbolicValueAssignment, _ evaluations: inout Int
    ) -> Bool {
        guard evaluations > 0 else { return true }
        evaluations -= 1
        if let result = value(assignment) { return result }
        guard let next = rest.first else { return true }
        var assignment = assignment
        switch next {
        case .value(let subject, let values):
            for value in values {
                assignment.values[subject] = value
                if hasSolution(rest.dropFirst(), assignment, &evaluations) { return true }
            }
        case .opaque(let name):
            for value in [true, false] {
                assignment.opaque[name] = value
                if hasSolution(rest.dropFirst(), assignment, &evaluations) { return true }
            }
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

    /// The condition's value; nil when it depends on values that are not assigned.
    private func value(_ assignment: SymbolicValueAssignment) -> Bool? {
        switch self {
        case .always: return true
        case .never: return false
        case .equals(let subject, let literal): return assignment.values[subject].map { $0 == literal }
        case .isTrue(let subject): return assignment.values[subject]?.isTrue
        case .begins(let subject, let text):
            return assignment.values[subject].map { $0.string?.hasPrefix(text) ?? false }
        case .ends(let subject, let text):
            return assignment.values[subject].map { $0.string?.hasSuffix(text) ?? false }
        case .opaque(let name): return assignment.opaque[name]
        case .not(let inner): return inner.value(assignment).map { !$0 }
        case .and(let a, let b):
            let left = a.value(assignment)
            if left == false { return false }
            let right = b.value(assignment)
            return right == false ? false : left == nil ? nil : right
        case .or(let a, let b):
            let left = a.value(assignment)
            if left == true { return true }
            let right = b.value(assignment)
            return right == true ? true : left == nil ? nil : right
        }
    }
}

/// The unknown values that a condition depends on.
private struct ConditionUnknowns {
    var subjects: [SymbolicCondition.SymbolicValue: SymbolicValueComparisons] = [:]
    var opaque: Set<String> = []
    /// The number of conditions it contains.
    var size = 0

    /// One unknown and what it may be.
    enum Choice {
        case value(SymbolicCondition.SymbolicValue, [ExpressionLiteral])
        case opaque(String)
    }

    /// What to try for each unknown: the type of the event first, because most conditions depend on it.
    func choices(_ domain: PossibleEventTypes) -> [Choice] {
        let ordered = subjects.sorted { $0.key.order < $1.key.order }
        let values = ordered.map { subject, asked -> Choice in
            // Sorted, so that the work does not depend on the order of a set.
            let literals = asked.literals.sorted { "\($0)" < "\($1)" }
            guard subject == .event else { return .value(subject, literals + asked.others + [.null]) }
            let known = domain.types.map(ExpressionLiteral.string)
            guard domain.isOpen else { return .value(subject, known) }
            return .value(
                subject, known + literals.filter { $0.string != nil && !known.contains($0) } + asked.others)
        }
        return values + opaque.sorted().map(Choice.opaque)
    }
}

extension SymbolicCondition.SymbolicValue {
    fileprivate var order: String {
        switch self {
        case .event: ""
        case .value(let name): name
        }
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
        return ([""] + beginnings.sorted()).flatMap { start in
            ([""] + ends.sorted()).map { .string(start + middle + $0) }
        }
    }
}

private struct SymbolicValueAssignment {
    var values: [SymbolicCondition.SymbolicValue: ExpressionLiteral] = [:]
    var opaque: [String: Bool] = [:]
}
