internal import RelayCore

/// Chooses the name of a contact.
enum ContactNameFormatter {
    /// - Parameter known: the name in WhatsApp; nil when unknown.
    static func of(_ id: JID, lid: JID?, known: String?, in language: AgentNoticeLanguage) -> String {
        let name = known.flatMap(clean) ?? placeholder(for: id, in: language)
        guard id.isGroup else { return TextTruncation.text(name, to: ChatwootFieldLimits.name) }
        let suffix = " (\(AgentPhrase.group.text(in: language)))"
        return TextTruncation.text(name, to: ChatwootFieldLimits.name - suffix.unicodeScalars.count) + suffix
    }

    /// The placeholder when no name is known. The digits of a LID are not a phone number and never shown as one.
    static func placeholder(for id: JID, in language: AgentNoticeLanguage) -> String {
        if let phone = id.phone { return "+" + phone }
        if id.isGroup { return id.user }
        return "WhatsApp \(id.user)"
    }

    /// All placeholders that a contact may have, to recognize them.
    static func placeholders(for id: JID, lid: JID?, in language: AgentNoticeLanguage) -> [String] {
        [id, lid].compactMap { $0 }.map { of($0, lid: nil, known: nil, in: language) }
    }

    /// The name on one line without control characters; nil when nothing remains.
    private static func clean(_ name: String) -> String? {
        var words = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: words.append(" ")
            case .surrogate, .unassigned, .privateUse: break
            default: words.append(scalar)
            }
        }
        let line = String(words).split(separator: " ").joined(separator: " ")
        return line.isEmpty ? nil : line
    }
}
