/// Which node works on which destinations and chats: a pure function of the numbers of the nodes, the same in every
/// process on every machine.
///
/// A destination, with all its lanes, is sent to by one node, so that its limits, its breaker and its pauses hold as they
/// are. The pending events of a chat run through the pipelines on one node, in order. Both are shared between the nodes by
/// rendezvous hashing: of all nodes the one with the highest hash of node and key is the owner. So only what a node owned
/// moves when it goes, and only what it gets moves when it comes.
package struct NodeOwnership: Sendable, Hashable {
    /// The version of the row that these nodes are from. Each change raises it.
    package let version: Int64
    /// The numbers of the nodes that take part, in ascending order.
    package let nodes: [Int64]

    /// - Parameter nodes: in any order; a number may be given twice.
    package init(version: Int64, nodes: some Sequence<Int64>) {
        self.version = version
        self.nodes = Set(nodes).sorted()
    }

    /// The node that sends to a destination; nil: there are no nodes.
    package func owner(of destination: DestinationKey) -> Int64? {
        owner(of: Self.key(of: FNVFingerprint(destination.text.utf8)))
    }

    /// The node that runs the pending events of a chat; nil: there are no nodes. All spellings of a phone number are one
    /// chat.
    /// - Parameter chat: nil: events of the session itself.
    package func owner(ofChat chat: String?, session: String) -> Int64? {
        owner(of: Self.key(of: FNVFingerprint(DeliveryLaneName.text(session: session, chat: chat).utf8)))
    }

    /// The part of destinations that a node owns, in percent; 0 when there are none.
    package func share(of node: Int64, in destinations: some Collection<DestinationKey>) -> Double {
        guard !destinations.isEmpty else { return 0 }
        return Double(destinations.count { owner(of: $0) == node }) * 100 / Double(destinations.count)
    }

    /// The node with the highest hash together with the key; of equal hashes the lowest number.
    private func owner(of key: UInt64) -> Int64? {
        var best: (node: Int64, hash: UInt64)?
        for node in nodes {
            let hash = Self.mixed(key ^ Self.mixed(UInt64(bitPattern: node)))
            if best.map({ hash > $0.hash }) ?? true { best = (node, hash) }
        }
        return best?.node
    }

    private static func key(of fingerprint: FNVFingerprint) -> UInt64 { mixed(fingerprint.value) }

    /// The mixer of SplitMix64: each bit of the result depends on all bits of the value, which is not so for FNV.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
