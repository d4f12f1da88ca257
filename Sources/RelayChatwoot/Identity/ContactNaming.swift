internal import RelayCore

/// What a contact is called.
enum ContactNaming {
    /// - Parameter known: the name in WhatsApp; nil when there is none.
    static func of(_ id: JID, lid: JID?, known: String?, in language: NoticeLanguage) -> String {
        let name = known.flatMap(clean) ?? placeholder(for: id, in: language)
        guard id.isGroup else { return TextTruncation.text(name, to: ChatwootFieldLimits.name) }
        let suffix = " (\(AgentNotice.group.text(in: language)))"
        return TextTruncation.text(name, to: ChatwootFieldLimits.name - suffix.unicodeScalars.count) + suffix
    }

    /// What stands where no name is known. The digits of a hidden identity are no phone number and never look like one.
    static func placeholder(for id: JID, in language: NoticeLanguage) -> String {
        if let phone = id.phone { return "+" + phone }
        if id.isGroup { return id.user }
        return "WhatsApp \(id.user)"
    }

    /// Everything that may stand in place of a name, for recognizing it.
    static func placeholders(for id: JID, lid: JID?, in language: NoticeLanguage) -> [String] {
        [id, lid].compactMap { $0 }.map { of($0, lid: nil, known: nil, in: language) }
    }

    /// One line without control characters; nil when nothing is left.
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
