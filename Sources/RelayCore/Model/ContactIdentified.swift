internal import RelayJSON

extension ParsedEvent {
    /// `contact.identified`: the phone behind a hidden identity under which events were accepted before. Receivers join
    /// the records of both.
    package static func contactIdentified(_ pair: IdentityPair, session: String, at moment: Timestamp) -> ParsedEvent {
        ParsedEvent(
            type: .contactIdentified,
            session: session,
            chat: pair.phone,
            occurredAt: moment,
            payload: [
                "contactId": .string(pair.phone),
                "lid": .string(pair.lid),
                "phone": JID(pair.phone)?.phone.map(JSON.string) ?? .null,
                "chatId": .string(pair.phone),
                "previousChatId": .string(pair.lid),
                "timestamp": .int(moment.seconds),
            ]
        )
    }
}
