internal import FoundationEssentials
internal import RelayCore

/// Generates ids for objects that are created over REST.
enum APIResourceIDGenerator {
    /// `wh_` and 13 characters that sort by time.
    static func webhook(at now: Timestamp) -> String {
        let random = Int64.random(in: 0..<(1 << SortableIDCodec.counterBits))
        return DestinationKey.webhookID(
            SortableIDCodec.encode(now.milliseconds << SortableIDCodec.counterBits | random))
    }

    /// A random UUID (version 4), the form of session ids in stage-07.
    static func session() -> String {
        UUID().uuidString.lowercased()
    }
}
