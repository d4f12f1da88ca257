package import RelayCore

/// The formats that are compiled into the relay. To add one, write its folder and add one line here.
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

    /// The types of events that a format can produce; nil when its documents name the event type themselves.
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

    /// The format with the name that `format:` gives in the configuration; nil when there is none.
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
