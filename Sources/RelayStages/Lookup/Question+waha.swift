internal import RelayConfig
internal import RelayCore

extension Question {
    /// WAHA asks for groups, contacts, pictures and hidden identities apart. Its engines answer in forms of their own:
    /// a group's `subject` (NOWEB), `name` (WEBJS), `Name` (GOWS).
    static func waha(_ options: LookupOptions, names: Bool, pictures: Bool) -> [Question] {
        let base = options.base + "/api/"
        var questions: [Question] = []
        if names {
            let reader = AnswerReader(names: true, name: options.name)
            questions.append(
                Question(
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
                Question(
                    url: { chat in
                        guard let session = chat.encoded("session"), let id = chat.wahaID else { return nil }
                        return "\(base)\(session)/chats/\(id)/picture"
                    },
                    reader: AnswerReader(pictures: .alone, picture: options.picture)
                )
            )
        }
        questions.append(
            Question(
                url: { chat in
                    guard chat.chat.isLID, let session = chat.encoded("session"), let id = chat.wahaID else {
                        return nil
                    }
                    return "\(base)\(session)/lids/\(id)"
                },
                reader: AnswerReader(phone: options.phone)
            )
        )
        return questions
    }
}

extension ChatValues {
    /// The chat as WAHA names it: with the old server for phones, which all of its engines take.
    fileprivate var wahaID: String? {
        chat.isPhone ? PlaceholderTemplate.percentEncoded(chat.user + "@c.us") : encoded("chat.id")
    }
}
