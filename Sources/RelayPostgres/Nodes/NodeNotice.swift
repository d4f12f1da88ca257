internal import RelayCore
internal import RelayJSON
internal import RelaySQL

/// What a transaction tells the owners of the lanes that it has changed: the payload of a notification, which is JSON:
/// `[NODE, [DESTINATION, LANE, LANE …], …]`.
struct NodeNotice {
    static let channel = "zaphub"
    /// PostgreSQL takes fewer than 8,000 bytes.
    private static let maxBytes = 7_500

    let node: Int64
    let lanes: [DestinationKey: Set<String>]

    /// The notices for all nodes but this one.
    static func payloads(_ news: NodeNews, from share: NodeShare) -> [String] {
        var lists: [Int64: [JSON]] = [:]
        for (destination, lanes) in news.lanes.sorted(by: { $0.key < $1.key }) {
            guard let owner = share.ownership.owner(of: destination), owner != share.node else { continue }
            for part in parts(of: lanes.sorted()) {
                lists[owner, default: []].append(.array([.string(destination.text)] + part.map { .string($0) }))
            }
        }
        return lists.sorted { $0.key < $1.key }.flatMap { node, entries in
            chunks(entries).map { JSON.array([.int(node)] + $0).text }
        }
    }

    /// Lanes in parts that fit into a notification.
    private static func parts(of lanes: [String]) -> [[String]] {
        var parts: [[String]] = [[]]
        var size = 0
        for lane in lanes where lane.utf8.count < maxBytes / 8 {
            if size + lane.utf8.count * 2 > maxBytes / 2 {
                parts.append([])
                size = 0
            }
            parts[parts.count - 1].append(lane)
            size += lane.utf8.count * 2 + 3
        }
        return parts
    }

    private static func chunks(_ entries: [JSON]) -> [[JSON]] {
        var chunks: [[JSON]] = []
        var size = maxBytes
        for entry in entries {
            let bytes = entry.bytes.count + 1
            if size + bytes > maxBytes - 40 {
                chunks.append([])
                size = 0
            }
            chunks[chunks.count - 1].append(entry)
            size += bytes
        }
        return chunks
    }

    /// Nil: it is no notice of this program.
    init?(payload: String) {
        guard let list = (try? JSON(parsing: Array(payload.utf8)))?.array, let node = list.first?.int else {
            return nil
        }
        var lanes: [DestinationKey: Set<String>] = [:]
        for entry in list.dropFirst() {
            guard let texts = entry.array?.compactMap(\.string), let destination = texts.first else { continue }
            lanes[DestinationKey(destination), default: []].formUnion(texts.dropFirst())
        }
        self.node = Int64(node)
        self.lanes = lanes
    }
}
