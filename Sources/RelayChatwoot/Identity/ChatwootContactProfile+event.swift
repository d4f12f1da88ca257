internal import RelayCore
internal import RelayJSON

extension ChatwootContactProfile {
    /// A contact with a phone JID or a LID.
    /// - Parameters:
    ///   - lid: the LID of a person whose phone number is known.
    ///   - known: the name in WhatsApp.
    ///   - userID: the user id of Meta's Cloud API for the person.
    init(
        _ id: JID, lid: JID? = nil, known: String? = nil, avatarURL: String? = nil, userID: String? = nil,
        username: String? = nil, in language: AgentNoticeLanguage
    ) {
        let phone = id.phone.flatMap { Self.isNumber($0) ? $0 : nil }
        self.id = id
        sourceID = ChatwootSourceID.of(id)
        identifier = TextTruncation.text(id.description, to: ChatwootFieldLimits.name, mark: "")
        name = ContactNameFormatter.of(id, lid: lid, known: known, in: language)
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

    /// A contact for the session itself, for alerts about it; nil for a session without a name.
    init?(session: String, in language: AgentNoticeLanguage) {
        guard let id = JID("\(session)@relay") else { return nil }
        self.init(id, known: "WhatsApp \(session)", in: language)
    }

    /// Whether Chatwoot accepts the digits as a phone number: `/\+[1-9]\d{1,14}\z/`.
    private static func isNumber(_ digits: String) -> Bool {
        (2...15).contains(digits.utf8.count) && !digits.hasPrefix("0")
    }
}
