internal import RelayCore

extension OutboxModel {
    /// The batches that a claim takes. Sizes are ignored: the policy's `maxBytes` must not be reached.
    mutating func claim(
        _ destination: DestinationKey, limit: Int, batch policy: BatchPolicy, at now: Timestamp
    ) -> (ids: [[DeliveryID]], nextDue: Timestamp?) {
        var batches: [[DeliveryID]] = []
        while true {
            let heads = deliveries.values.filter { $0.destination == destination && $0.dueAt != nil }
                .sorted { ($0.dueAt ?? now, $0.id) < ($1.dueAt ?? now, $1.id) }
            let due = heads.prefix { ($0.dueAt ?? now) <= now }
            guard batches.count < limit, let oldest = due.first?.dueAt else { return (batches, heads.first?.dueAt) }
            // A store considers only the heads of one batch and one more at a time.
            let ids: [DeliveryID]
            if let batch = due.prefix(policy.maxEvents + 1).lazy.compactMap(\.batch).first {
                ids = Array(rides(due.filter { $0.batch == batch }, batch, now).sorted().prefix(policy.maxEvents))
            } else {
                let first = due.prefix(policy.maxEvents)
                let all = first.map(\.id) + first.flatMap { Array(rides([$0], nil, now).dropFirst()) }
                ids = Array(all.prefix(policy.maxEvents))
                guard ids.count == policy.maxEvents || oldest + policy.maxWait <= now else {
                    return (
                        batches,
                        [oldest + policy.maxWait, heads.dropFirst(due.count).first?.dueAt]
                            .compactMap(\.self).min()
                    )
                }
            }
            for id in ids {
                change(id, to: .inFlight) {
                    $0.attempts += 1
                    $0.seriesAttempts += 1
                    $0.dueAt = nil
                    $0.batch = ids.min()
                }
            }
            batches.append(ids.sorted())
        }
    }

    /// The heads, each followed by the deliveries of its lane that can be sent in the same batch.
    private func rides(_ heads: some Sequence<Delivery>, _ batch: DeliveryID?, _ now: Timestamp) -> [DeliveryID] {
        heads.flatMap { head in
            guard head.lane != nil else { return [head.id] }
            let lane = deliveries.values
                .filter { $0.destination == head.destination && $0.lane == head.lane && $0.state == .queued }
                .sorted { $0.id < $1.id }
            let followers = lane.dropFirst().prefix { $0.batch == batch && $0.notBefore <= now }
            return [head.id] + followers.map(\.id)
        }
    }
}
