internal import RelayConfig
internal import RelayCore

/// Compares the result of a test with its expectation.
struct TestComparison {
    let test: PipelineTest
    let record: PipelineTestRecord

    var differences: [ExpectationDifference] {
        let expected = test.expected
        var found = record.problems.map {
            ExpectationDifference(
                path: "input", expected: "documents of the format \(test.source.format.name)", got: $0)
        }
        if let delivered = expected.delivered { found += compare(delivered) }
        if let dead = expected.dead { found += compare(dead) }
        if let dropped = expected.dropped { found += compare(dropped) }
        if expected.nothing {
            found += record.deliveries.map {
                ExpectationDifference(
                    path: "nothing", expected: "no delivery", got: "\($0.event) to \($0.to), \($0.outcome)")
            }
        }
        return found
    }

    private func compare(_ expected: [DeliveryExpectation]) -> [ExpectationDifference] {
        ExpectationMatcher<DeliveryExpectation, PipelineTestRecord.Delivery>(
            list: "delivered",
            order: test.expected.order,
            wantedGroup: \.to,
            thereGroup: \.to,
            differences: { wanted, there, path in differences(wanted, there, path) },
            missing: { wanted, path in
                ExpectationDifference(
                    path: path, expected: "a delivery to \(wanted.to)", got: insteadOfDelivery(to: wanted.to))
            },
            extra: { there in
                ExpectationDifference(
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

    private func compare(_ expected: [DeadLetterExpectation]) -> [ExpectationDifference] {
        let letters =
            record.deliveries.filter { $0.state == .dead }.map { ObservedDeadLetter($0) }
            + record.failures.map { ObservedDeadLetter($0) }
        return ExpectationMatcher<DeadLetterExpectation, ObservedDeadLetter>(
            list: "dead",
            order: test.expected.order,
            wantedGroup: \.to,
            thereGroup: \.to,
            differences: { wanted, there, path in there.differences(from: wanted, path) },
            missing: { wanted, path in
                ExpectationDifference(
                    path: path, expected: "a dead letter of \(wanted.to)", got: insteadOfDeath(of: wanted.to))
            },
            extra: { there in
                ExpectationDifference(
                    path: "dead", expected: "no further dead letter of \(there.to)", got: there.description)
            }
        ).differences(expected, letters)
    }

    private func insteadOfDeath(of name: String) -> String {
        let others = record.deliveries.filter { $0.to == name && $0.state != .dead }
        return others.isEmpty
            ? "none" : "none; " + others.map { "\($0.event) is \($0.outcome)" }.joined(separator: "; ")
    }

    private func compare(_ expected: [DropExpectation]) -> [ExpectationDifference] {
        ExpectationMatcher<DropExpectation, PipelineTestRecord.Drop>(
            list: "dropped",
            order: test.expected.order,
            wantedGroup: { _ in "" },
            thereGroup: { _ in "" },
            differences: { wanted, there, path in
                var found = ExpectationDifference.ofEvent(wanted.event, there.event, path)
                if wanted.by != there.by {
                    found.append(
                        ExpectationDifference(
                            path: "\(path).by", expected: wanted.by, got: "\(there.by) (\(there.reason))"))
                }
                return found
            },
            missing: { wanted, path in
                let stopped = record.failures.map { "none; \($0.event) failed at \($0.stage): \($0.message)" }
                return ExpectationDifference(
                    path: path, expected: "a drop by \(wanted.by)", got: stopped.first ?? "none")
            },
            extra: { there in
                ExpectationDifference(
                    path: "dropped", expected: "no further drop", got: "\(there.event) by \(there.by) (\(there.reason))"
                )
            }
        ).differences(expected, record.drops)
    }
}

extension ExpectationDifference {
    static func ofEvent(_ wanted: EventTypeFilter?, _ there: EventType, _ path: String) -> [ExpectationDifference] {
        guard let wanted, !wanted.matches(there) else { return [] }
        return [
            ExpectationDifference(
                path: "\(path).event", expected: wanted.patterns.joined(separator: " or "), got: there.name)
        ]
    }

    static func ofAttempts(
        _ wanted: (count: Int?, at: [Duration]?),
        _ there: [ReceivedRequest],
        _ path: String
    ) -> [ExpectationDifference] {
        var found: [ExpectationDifference] = []
        if let count = wanted.count, count != there.count {
            found.append(ExpectationDifference(path: "\(path).attempts", expected: "\(count)", got: "\(there.count)"))
        }
        let times = there.map(\.elapsed)
        if let at = wanted.at, at != times {
            found.append(ExpectationDifference(path: "\(path).at", expected: at.written, got: times.written))
        }
        return found
    }
}

extension [Duration] {
    /// `[0s, 2s]`.
    fileprivate var written: String { "[" + map(\.written).joined(separator: ", ") + "]" }
}

extension PipelineTestRecord.Delivery {
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
