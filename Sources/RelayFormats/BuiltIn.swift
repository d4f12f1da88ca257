package import RelayCore

/// The dialects that come with the relay. A new one is a folder and a line here.
package enum BuiltInFormats {
    package static let all: [any EventFormat.Type] = [
        NativeFormat.self,
        BaileysFormat.self,
        EvolutionFormat.self,
        EvolutionGoFormat.self,
        WAHAFormat.self,
        GowaFormat.self,
        CloudAPIFormat.self,
        ChatwootFormat.self,
    ]

    /// The types of the events that a dialect's documents become; nil when they name their events themselves.
    package static func eventTypes(of format: any EventFormat.Type) -> Set<EventType>? {
        let session: Set<EventType> = [.sessionQRUpdated, .sessionConnected, .sessionDisconnected]
        return switch format.name {
        case NativeFormat.name: nil
        case CloudAPIFormat.name: EventType.all.subtracting(session).subtracting([.presenceUpdated])
        case GowaFormat.name: EventType.all.subtracting(session)
        case ChatwootFormat.name: [.messageSend, .messageRevoke]
        default: EventType.all
        }
    }

    /// The dialect that `format:` names; nil when there is none of that name.
    package static func format(named name: String) -> (any EventFormat)? {
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
