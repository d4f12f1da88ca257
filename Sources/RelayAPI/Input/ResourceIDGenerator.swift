internal import FoundationEssentials
internal import RelayCore

/// Ids of what is created over REST.
enum ResourceIDGenerator {
    /// `wh_` and 13 letters that sort by time.
    static func webhook(at now: Timestamp) -> String {
        let random = Int64.random(in: 0..<(1 << SortableID.counterBits))
        return "wh_" + SortableID.encode(now.milliseconds << SortableID.counterBits | random)
    }

    /// A random id of the form that sessions have had since stage-07 (UUID version 4).
    static func session() -> String {
        UUID().uuidString.lowercased()
    }
}
