package import RelayCore
internal import Synchronization

/// The part that this node takes among the nodes that share a database.
package struct NodeShare: Sendable {
    /// The registration number of this node.
    package let node: Int64
    package let ownership: NodeOwnership

    package init(node: Int64, ownership: NodeOwnership) {
        self.node = node
        self.ownership = ownership
    }

    /// Whether this node sends to a destination.
    package func owns(_ destination: DestinationKey) -> Bool { ownership.owner(of: destination) == node }

    /// Whether this node runs the pending events of a chat.
    package func owns(chat: String?, session: String) -> Bool {
        ownership.owner(ofChat: chat, session: session) == node
    }

    /// The share in force.
    package final class Holder: Sendable {
        private let share = Mutex<NodeShare?>(nil)

        package init() {}

        /// Nil: the node does not take part, and must not write.
        package var current: NodeShare? { share.withLock { $0 } }

        package func use(_ new: NodeShare?) { share.withLock { $0 = new } }
    }
}
