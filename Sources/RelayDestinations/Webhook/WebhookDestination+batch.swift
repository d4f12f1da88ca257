internal import Crypto
package import RelayCore
package import RelayHTTPClient

extension WebhookDestination {
    /// The request of a batch: the deliveries' bodies as one JSON array, in order, signed as a whole.
    ///
    /// `X-ZapHub-Event` and `X-ZapHub-Session` are those that all have in common, `X-ZapHub-Delivery` is a single
    /// one's; otherwise they stand in the bodies alone.
    package func request(for batch: [ClaimedDelivery], at moment: Timestamp) -> HTTPRequest {
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

    /// The `webhook-id` of a batch: its only delivery's, or made of all their ids, so that it is the same whenever the
    /// same ones go together.
    static func id(of batch: [ClaimedDelivery]) -> String {
        guard batch.count != 1 else { return batch[0].id.webhookID }
        let digest = SHA256.hash(data: Array(batch.map(\.id.suffix).joined(separator: ",").utf8))
        return "batch_" + Hex.encode(digest.prefix(16))
    }
}
