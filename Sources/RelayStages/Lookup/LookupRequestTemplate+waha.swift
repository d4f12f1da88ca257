internal import RelayConfig
internal import RelayCore

extension LookupRequestTemplate {
    /// WAHA has separate requests for groups, contacts, pictures and LIDs. Its engines answer in different forms: a
    /// group's `subject` (NOWEB), `name` (WEBJS), `Name` (GOWS).
    static func waha(_ options: LookupOptions, names: Bool, pictures: Bool) -> [LookupRequestTemplate] {
        let base = options.base + "/api/"
        var questions: [LookupRequestTemplate] = []
        if names {
            let reader = DirectoryLookupAnswerReader(names: true, name: options.name)
            questions.append(
                LookupRequestTemplate(
                    url: { chat in
                        guard let session = chat.encoded("session"), let id = chat.wahaID else { return nil }
                        return chat.chat.isGroup
                            ? "\(base)\(session)/groups/\(id)" : "\(base)contacts?session=\(session)&contactId=\(id)"
                    },
                    reader: reader
                )
            )
        }
        if pictures {
            questions.append(
                LookupRequestTemplate(
                    url: { chat in
                        guard let session = chat.encoded("session"), let id = chat.wahaID else { return nil }
                        return "\(base)\(session)/chats/\(id)/picture"
                    },
                    reader: DirectoryLookupAnswerReader(pictures: .alone, picture: options.picture)
                )
            )
        }
        questions.append(
            LookupRequestTemplate(
                url: { chat in
                    guard chat.chat.isLID, let session = chat.encoded("session"), let id = chat.wahaID else {
                        return nil
                    }
                    return "\(base)\(session)/lids/\(id)"
                },
                reader: DirectoryLookupAnswerReader(phone: options.phone)
            )
        )
        return questions
    }
}

extension LookupPlaceholders {
    /// The chat id for WAHA: phone numbers with the old server name, which all of its engines accept.
    fileprivate var wahaID: String? {
        chat.isPhone ? PlaceholderTemplate.percentEncoded(chat.user + "@c.us") : encoded("chat.id")
    }
}
