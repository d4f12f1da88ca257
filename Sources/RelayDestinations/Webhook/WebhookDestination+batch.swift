package import RelayCore
internal import RelayCrypto
package import RelayHTTPClient

extension WebhookDestination {
    /// The request for a batch: the deliveries' bodies as one JSON array, in order, signed as a whole.
    ///
    /// `X-ZapHub-Event` and `X-ZapHub-Session` are set when all deliveries have the same value, `X-ZapHub-Delivery`
    /// when there is only one delivery. Otherwise these values are only in the bodies.
    package func request(for batch: [ClaimedDelivery], at moment: Timestamp) -> HTTPClientRequest {
        var body: [UInt8] = []
        body.reserveCapacity(batch.reduce(2) { $0 + $1.body.count + 1 })
        for delivery in batch {
            body.append(UInt8(ascii: body.isEmpty ? "[" : ","))
            body += delivery.body
        }
        body.append(UInt8(ascii: "]"))
        var fields = [(name: "X-ZapHub-Batch", value: String(batch.count))]
        if let type = Self.common(batch.map(\.type.name)) { fields.append(("X-ZapHub-Event", type)) }
        if let session = Self.common(batch.map(\.session)) { fields.append(("X-ZapHub-Session", session)) }
        if let single = Self.common(batch.map(\.name)) { fields.append(("X-ZapHub-Delivery", single)) }
        return request(
            batch: body, fields, id: Self.id(of: batch), signing: batch.compactMap(\.signing), at: moment)
    }

    package func send(_ batch: [ClaimedDelivery], at moment: Timestamp) async -> AttemptResult {
        await result(of: request(for: batch, at: moment), at: moment)
    }

    private static func common(_ values: [String]) -> String? {
        values.first.flatMap { first in values.allSatisfy { $0 == first } ? first : nil }
    }

    /// The `webhook-id` of a batch: that of its only delivery, or a hash of all their ids, so that the same deliveries
    /// always have the same id.
    static func id(of batch: [ClaimedDelivery]) -> String {
        guard batch.count != 1 else { return batch[0].id.webhookID }
        let digest = SHA256.digest(of: batch.map(\.id.suffix).joined(separator: ",").utf8)
        return "batch_" + Hex.encode(digest.prefix(16))
    }
}
