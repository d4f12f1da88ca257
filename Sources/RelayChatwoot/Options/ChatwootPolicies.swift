/// How messages sent from the phone, or by another program, are shown.
package enum OwnMessagePolicy: String, Sendable, CaseIterable {
    case outgoing, note, off
}

/// How something that happens to an earlier message is shown: as a reply to it, or as a private note.
package enum FollowUpPolicy: String, Sendable, CaseIterable {
    case reply, note, off
}

/// What becomes of a message that was deleted in WhatsApp.
package enum DeletedMessagePolicy: String, Sendable, CaseIterable {
    /// It stays, and a private note says so.
    case note
    /// It is deleted in Chatwoot too.
    case delete
    case off
}

/// How files come into Chatwoot.
package enum MediaPolicy: String, Sendable, CaseIterable {
    case attach
    /// A link to the relay's copy, which needs no key and expires.
    case link
    case off
}

/// How calls are shown.
package enum CallPolicy: String, Sendable, CaseIterable {
    case message, note, off
}

/// How changes of a group are shown.
package enum GroupChangePolicy: String, Sendable, CaseIterable {
    case note, off
}

/// When a contact's name in Chatwoot follows the one in WhatsApp.
package enum ContactNamePolicy: String, Sendable, CaseIterable {
    /// Where it is only a number or an address.
    case fill
    case follow
    /// Only when the contact is made.
    case never
}

/// The language of notices.
package enum NoticeLanguage: String, Sendable, CaseIterable {
    case english = "en"
    case portuguese = "pt-BR"
}
