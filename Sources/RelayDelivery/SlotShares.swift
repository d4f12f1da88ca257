/// How the slots for requests are shared, so that destinations that hang cannot keep them from those that answer.
///
/// Those that hang have a sixteenth together, one probing slot each. Those that were not tried yet have three quarters
/// together with them: the first quarter as they come, the rest one each. What is left, a quarter at least, is for
/// those that answer: its first half as they come, the next quarter in equal shares, the last for those with nothing
/// under way.
struct SlotShares: Sendable {
    let capacity: Int
    /// Requests under way, by the standing of their destinations.
    private var used = [Int](repeating: 0, count: AnswerRecord.Standing.allCases.count)
    /// Lower than the capacity after this machine had no resources for a request.
    private var ceiling: Int

    init(capacity: Int) {
        self.capacity = max(1, capacity)
        ceiling = self.capacity
    }

    var total: Int { used.reduce(0, +) }

    mutating func add(_ count: Int, to standing: AnswerRecord.Standing) {
        used[standing.rawValue] += count
    }

    mutating func move(_ count: Int, from old: AnswerRecord.Standing, to standing: AnswerRecord.Standing) {
        used[old.rawValue] -= count
        used[standing.rawValue] += count
    }

    /// This machine had no resources for a request more.
    mutating func shrink() {
        ceiling = max(1, min(ceiling, total))
    }

    /// A request had all that it needed.
    mutating func grow() {
        if ceiling < capacity { ceiling += 1 }
    }

    private func used(_ standing: AnswerRecord.Standing) -> Int { used[standing.rawValue] }

    /// Slots that all destinations of a standing may have.
    private func limit(_ standing: AnswerRecord.Standing) -> Int {
        switch standing {
        case .answering: max(1, ceiling - used(.untried) - used(.hanging))
        case .untried: max(1, ceiling * 3 / 4 - used(.hanging))
        case .hanging: max(1, ceiling / 16)
        }
    }

    /// Whether a destination of that standing may have a slot.
    func isFree(for standing: AnswerRecord.Standing) -> Bool {
        total < ceiling && used(standing) < limit(standing)
    }

    /// How many more slots a destination may have.
    /// - Parameters:
    ///   - mine: those that it has.
    ///   - rivals: destinations of its standing, itself included.
    func free(for standing: AnswerRecord.Standing, mine: Int, rivals: Int) -> Int {
        guard isFree(for: standing) else { return 0 }
        let (limit, used) = (limit(standing), used(standing))
        let most = min(limit - used, ceiling - total)
        let single = mine == 0 ? 1 : 0
        switch standing {
        case .answering:
            if used * 2 < limit { return min(most, max(1, limit / 2 - used)) }
            if used * 4 < limit * 3 { return min(most, max(0, max(1, limit / max(rivals, 1)) - mine)) }
            return single
        case .untried:
            return used * 4 < ceiling ? min(most, max(1, ceiling / 4 - used)) : single
        case .hanging:
            return single
        }
    }
}
