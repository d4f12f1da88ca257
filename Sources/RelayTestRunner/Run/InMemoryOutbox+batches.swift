internal import RelayCore

extension InMemoryOutbox.State {
    /// Claims due deliveries as batches, like the real outbox.
    mutating func claim(_ claim: DeliveryClaimRequest, in policy: BatchPolicy, at moment: Timestamp)
        -> DeliveryClaimResult
    {
        var result = DeliveryClaimResult(destination: claim.destination, batches: [], nextDue: nil)
        while true {
            let heads = heads(of: claim.destination, at: moment)
            let due = heads.prefix { ($0.dueAt ?? moment) <= moment }
            guard !due.isEmpty, result.batches.count < claim.limit else {
                result.nextDue = heads.first?.dueAt
                return result
            }
            var fill = BatchMeter(policy)
            let batch = due.lazy.compactMap(\.batch).first
            let ids = gather(due.filter { $0.batch == batch }, batch, into: &fill, at: moment).sorted()
            guard batch != nil || fill.isReady(at: moment) else {
                result.nextDue = [fill.readyAt, heads.dropFirst(due.count).first?.dueAt].compactMap(\.self).min()
                return result
            }
            result.batches.append(ids.compactMap { take($0, batch: ids.first) })
        }
    }

    /// The heads, and as many of the deliveries behind them in their lanes as the batch permits.
    private func gather(
        _ heads: [InMemoryOutbox.Entry], _ batch: DeliveryID?, into fill: inout BatchMeter, at moment: Timestamp
    ) -> [DeliveryID] {
        var ids: [DeliveryID] = []
        for head in heads where fill.take(head.planned.byteCount, dueSince: head.dueAt) { ids.append(head.id) }
        for head in heads where ids.contains(head.id) {
            for id in lanes[InMemoryOutbox.Lane(head)]?.dropFirst() ?? [] {
                guard let next = entries[id], next.batch == batch, next.notBefore <= moment,
                    fill.take(next.planned.byteCount, dueSince: nil)
                else { break }
                ids.append(id)
            }
        }
        return ids
    }
}
