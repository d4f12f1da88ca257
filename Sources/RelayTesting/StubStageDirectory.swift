package import RelayCore

/// The contacts, groups and destinations that a stage can look up in a test.
package struct StubStageDirectory: ContactDirectorySnapshot, DeliveryTargetResolver {
    package var contacts: [String: Contact] = [:]
    package var groups: [String: Group] = [:]
    /// The webhooks of every session.
    package var webhooks: [DeliveryTarget] = []

    private let isSigned: Bool

    /// - Parameter isSigned: whether the destinations want their deliveries signed.
    package init(isSigned: Bool = true) {
        self.isSigned = isSigned
    }

    package func contact(_ id: String, session: String) -> Contact? { contacts[id] }
    package func phone(ofLID lid: String, session: String) -> String? { nil }
    package func group(_ id: String, session: String) -> Group? { groups[id] }
    package func webhooks(of session: String) -> [DeliveryTarget] { webhooks }

    /// There is a destination of every name.
    package func route(to destination: String) -> DeliveryTarget? {
        DeliveryTarget(
            destination: .configured(destination), settings: DestinationDispatchSettings(), isSigned: isSigned)
    }

    /// A context for stages with this as directory and destinations.
    package var context: StageContext { StageContext(directory: self, routes: self) }
}
