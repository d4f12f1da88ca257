internal import RelayCore
internal import RelayJSON

extension ChatwootContact {
    /// Under a phone's address or a hidden identity.
    /// - Parameters:
    ///   - lid: the hidden identity beside the phone.
    ///   - known: the name in WhatsApp.
    ///   - userID: the id that Meta's Cloud API has for the person beside the phone.
    init(
        _ id: JID, lid: JID? = nil, known: String? = nil, avatarURL: String? = nil, userID: String? = nil,
        username: String? = nil, in language: NoticeLanguage
    ) {
        let phone = id.phone.flatMap { Self.isNumber($0) ? $0 : nil }
        self.id = id
        sourceID = ChatwootSourceID.of(id)
        identifier = TextTruncation.text(id.description, to: ChatwootFieldLimits.name, mark: "")
        name = ContactNaming.of(id, lid: lid, known: known, in: language)
        isNamed = known?.contains { !$0.isWhitespace } ?? false
        self.phone = phone.map { "+" + $0 }
        phoneVariants = phone.map(PhoneNumberVariants.of) ?? []
        self.lid = id.isLID ? nil : lid
        self.avatarURL = avatarURL.flatMap { $0.isEmpty ? nil : $0 }
        var attributes = JSONObject()
        attributes.append("wa_jid", .string(TextTruncation.text(id.description, to: ChatwootFieldLimits.attribute)))
        let more = [
            ("wa_lid", (lid ?? (id.isLID ? id : nil))?.description), ("wa_user_id", userID), ("wa_username", username),
        ]
        for case (let name, let value?) in more {
            attributes.append(name, .string(TextTruncation.text(value, to: ChatwootFieldLimits.attribute)))
        }
        self.attributes = attributes
    }

    /// The session itself, for alerts about it; nil for a session without a name.
    init?(session: String, in language: NoticeLanguage) {
        guard let id = JID("\(session)@relay") else { return nil }
        self.init(id, known: "WhatsApp \(session)", in: language)
    }

    /// What Chatwoot takes as a phone number: `/\+[1-9]\d{1,14}\z/`.
    private static func isNumber(_ digits: String) -> Bool {
        (2...15).contains(digits.utf8.count) && !digits.hasPrefix("0")
    }
}
