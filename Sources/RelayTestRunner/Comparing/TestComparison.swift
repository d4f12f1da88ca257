internal import RelayConfig
internal import RelayCore

/// Compares the result of a test with its expectation.
struct TestComparison {
    let trial: PipelineTest
    let record: TestRecord
    let expressions: ExpressionBatch

    var differences: [Difference] {
        let expected = trial.expected
        var found = record.problems.map {
            Difference(path: "input", expected: "documents of the format \(trial.source.format)", got: $0)
        }
        if let delivered = expected.delivered { found += judge(delivered) }
        if let dead = expected.dead { found += judge(dead) }
        if let dropped = expected.dropped { found += judge(dropped) }
        if expected.nothing {
            found += record.deliveries.map {
                Difference(path: "nothing", expected: "no delivery", got: "\($0.event) to \($0.to), \($0.outcome)")
            }
        }
        return found
    }

    private func judge(_ expected: [ExpectedDelivery]) -> [Difference] {
        ExpectationMatching<ExpectedDelivery, TestRecord.Delivery>(
            list: "delivered",
            order: trial.expected.order,
            wantedGroup: \.to,
            thereGroup: \.to,
            differences: { wanted, there, path in differences(wanted, there, path) },
            missing: { wanted, path in
                Difference(path: path, expected: "a delivery to \(wanted.to)", got: insteadOfDelivery(to: wanted.to))
            },
            extra: { there in
                Difference(
                    path: "delivered",
                    expected: "no further delivery to \(there.to)",
                    got: "\(there.event), \(there.outcome)"
                )
            }
        ).differences(expected, record.deliveries.filter { $0.state == .delivered })
    }

    /// Describes what happened instead of an expected delivery.
    private func insteadOfDelivery(to name: String) -> String {
        let others = record.deliveries.filter { $0.to == name && $0.state != .delivered }
        var reasons = others.map { "\($0.event) is \($0.outcome)" }
        if !record.deliveries.contains(where: { $0.to == name }) {
            reasons += record.drops.map { "\($0.event) was dropped by \($0.by)" }
            reasons += record.failures.map { "\($0.event) failed at \($0.stage): \($0.message)" }
        }
        return reasons.isEmpty ? "none" : "none; " + reasons.joined(separator: "; ")
    }

    private func judge(_ expected: [ExpectedDeadLetter]) -> [Difference] {
        let letters =
            record.deliveries.filter { $0.state == .dead }.map { DeadLetter($0) }
            + record.failures.map { DeadLetter($0) }
        return ExpectationMatching<ExpectedDeadLetter, DeadLetter>(
            list: "dead",
            order: trial.expected.order,
            wantedGroup: \.to,
            thereGroup: \.to,
            differences: { wanted, there, path in there.differences(from: wanted, path) },
            missing: { wanted, path in
                Difference(path: path, expected: "a dead letter of \(wanted.to)", got: insteadOfDeath(of: wanted.to))
            },
            extra: { there in
                Difference(path: "dead", expected: "no further dead letter of \(there.to)", got: there.description)
            }
        ).differences(expected, letters)
    }

    private func insteadOfDeath(of name: String) -> String {
        let others = record.deliveries.filter { $0.to == name && $0.state != .dead }
        return others.isEmpty
            ? "none" : "none; " + others.map { "\($0.event) is \($0.outcome)" }.joined(separator: "; ")
    }

    private func judge(_ expected: [ExpectedDrop]) -> [Difference] {
        ExpectationMatching<ExpectedDrop, TestRecord.Drop>(
            list: "dropped",
            order: trial.expected.order,
            wantedGroup: { _ in "" },
            thereGroup: { _ in "" },
            differences: { wanted, there, path in
                var found = Difference.ofEvent(wanted.event, there.event, path)
                if wanted.by != there.by {
                    found.append(
                        Difference(path: "\(path).by", expected: wanted.by, got: "\(there.by) (\(there.reason))"))
                }
                return found
            },
            missing: { wanted, path in
                let stopped = record.failures.map { "none; \($0.event) failed at \($0.stage): \($0.message)" }
                return Difference(path: path, expected: "a drop by \(wanted.by)", got: stopped.first ?? "none")
            },
            extra: { there in
                Difference(
                    path: "dropped", expected: "no further drop", got: "\(there.event) by \(there.by) (\(there.reason))"
                )
            }
        ).differences(expected, record.drops)
    }
}

extension Difference {
    static func ofEvent(_ wanted: EventFilter?, _ there: EventType, _ path: String) -> [Difference] {
        guard let wanted, !wanted.matches(there) else { return [] }
        return [
            Difference(path: "\(path).event", expected: wanted.patterns.joined(separator: " or "), got: there.name)
        ]
    }

    static func ofAttempts(
        _ wanted: (count: Int?, at: [Duration]?),
        _ there: [ReceivedRequest],
        _ path: String
    ) -> [Difference] {
        var found: [Difference] = []
        if let count = wanted.count, count != there.count {
            found.append(Difference(path: "\(path).attempts", expected: "\(count)", got: "\(there.count)"))
        }
        let times = there.map(\.elapsed)
        if let at = wanted.at, at != times {
            found.append(Difference(path: "\(path).at", expected: at.written, got: times.written))
        }
        return found
    }
}

extension [Duration] {
    /// `[0s, 2s]`.
    fileprivate var written: String { "[" + map(\.written).joined(separator: ", ") + "]" }
}

extension TestRecord.Delivery {
    /// The outcome of the delivery: `dead after 3 attempts (exhausted)`.
    var outcome: String {
        let attempts = requests.count.of("attempt")
        return switch state {
        case .delivered: "delivered after \(attempts)"
        case .dead: "dead after \(attempts) (\(deadReason?.rawValue ?? "unknown"))"
        case .queued, .inFlight, .cancelled: "still waiting after \(attempts) (\(lastError ?? "not tried"))"
        }
    }
}
