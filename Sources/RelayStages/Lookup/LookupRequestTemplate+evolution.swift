internal import RelayConfig
internal import RelayCore

extension LookupRequestTemplate {
    /// Evolution API 2 returns a group's picture with its subject; a contact's name and picture need two requests. It
    /// cannot return the phone number of a LID.
    static func evolution(_ options: LookupOptions, names: Bool, pictures: Bool) -> [LookupRequestTemplate] {
        let base = options.base
        var questions = [
            LookupRequestTemplate(
                url: { chat in
                    guard chat.chat.isGroup, let session = chat.encoded("session"), let id = chat.encoded("chat.id")
                    else { return nil }
                    return "\(base)/group/findGroupInfos/\(session)?groupJid=\(id)"
                },
                reader: DirectoryLookupAnswerReader(
                    names: names,
                    pictures: pictures ? .among : .no,
                    name: options.name,
                    picture: options.picture
                )
            )
        ]
        func contact(
            _ route: String, _ body: @escaping @Sendable (_ id: String) -> String, _ reader: DirectoryLookupAnswerReader
        ) {
            let question = LookupRequestTemplate(
                url: { chat in
                    chat.chat.isGroup ? nil : chat.encoded("session").map { "\(base)/chat/\(route)/\($0)" }
                },
                body: { chat in insideJSON(chat.chat.description).map(body) },
                reader: reader
            )
            questions.append(question)
        }
        if names {
            // The picture in this answer dates from the last synchronization and has usually expired.
            contact(
                "findContacts",
                { #"{"where":{"remoteJid":"\#($0)"}}"# },
                DirectoryLookupAnswerReader(names: true, name: options.name, phone: options.phone)
            )
        }
        if pictures {
            contact(
                "fetchProfilePictureUrl",
                { #"{"number":"\#($0)"}"# },
                DirectoryLookupAnswerReader(pictures: .alone, picture: options.picture)
            )
        }
        return questions
    }
}
