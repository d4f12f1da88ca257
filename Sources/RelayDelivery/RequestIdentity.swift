package import RelayCore

/// Which request a result belongs to, and whose failure it would be.
package struct RequestIdentity: Sendable, Hashable {
    /// The first delivery of the request.
    package let delivery: DeliveryID
    /// Failures with the same value may have one cause: the chat, or where chats have no order the delivery.
    package let chat: String

    package init(delivery: DeliveryID, chat: String) {
        self.delivery = delivery
        self.chat = chat
    }

    /// - Parameter batch: the deliveries of the request; nil without any.
    package init?(_ batch: [ClaimedDelivery], ordering: DestinationDispatchSettings.Ordering = .perChat) {
        guard let first = batch.first else { return nil }
        delivery = first.id
        chat = ordering == .perChat ? DeliveryLaneName.text(session: first.session, chat: first.chat) : first.id.suffix
    }
}
