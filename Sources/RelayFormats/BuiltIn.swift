public import RelayCore

/// The dialects that come with the relay. A new one is a folder and a line here.
public enum BuiltInFormats {
    public static let all: [any EventFormat.Type] = [
        Native.self,
        Baileys.self,
        Evolution.self,
        EvolutionGo.self,
        WAHA.self,
        Gowa.self,
        CloudAPI.self,
        Chatwoot.self,
    ]

    /// The types of the events that a dialect's documents become; nil when they name their events themselves.
    public static func eventTypes(of format: any EventFormat.Type) -> Set<EventType>? {
        let session: Set<EventType> = [.sessionQRUpdated, .sessionConnected, .sessionDisconnected]
        return switch format.name {
        case Native.name: nil
        case CloudAPI.name: EventType.all.subtracting(session).subtracting([.presenceUpdated])
        case Gowa.name: EventType.all.subtracting(session)
        case Chatwoot.name: [.messageSend, .messageRevoke]
        default: EventType.all
        }
    }

    /// The dialect that `format:` names; nil when there is none of that name.
    public static func format(named name: String) -> (any EventFormat)? {
        all.first { $0.name == name }?.init()
    }
}

extension EventType {
    fileprivate static let all: Set<EventType> = [
        .sessionQRUpdated, .sessionConnected, .sessionDisconnected, .messageReceived, .messageSent, .messageDelivered,
        .messageRead, .messageFailed, .messageUpdated, .messageDeleted, .messageReaction, .presenceUpdated,
        .callReceived,
        .groupUpdated, .contactUpdated,
    ]
}
