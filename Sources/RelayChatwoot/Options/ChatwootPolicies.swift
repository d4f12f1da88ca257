/// How messages sent from the phone or by another program are shown.
package enum OwnMessageDisplayPolicy: String, Sendable, CaseIterable {
    case outgoing, note, off
}

/// How a change to an earlier message is shown: as a reply to it, or as a private note.
package enum MessageChangeDisplayPolicy: String, Sendable, CaseIterable {
    case reply, note, off
}

/// What happens in Chatwoot to a message that was deleted in WhatsApp.
package enum DeletedMessageDisplayPolicy: String, Sendable, CaseIterable {
    /// The message stays, and a private note reports the deletion.
    case note
    /// It is deleted in Chatwoot too.
    case delete
    case off
}

/// How files are sent to Chatwoot.
package enum MediaUploadMode: String, Sendable, CaseIterable {
    case attach
    /// As a link to the relay's copy. The link needs no key and expires.
    case link
    case off
}

/// How calls are shown.
package enum CallDisplayPolicy: String, Sendable, CaseIterable {
    case message, note, off
}

/// How group changes are shown.
package enum GroupChangeDisplayPolicy: String, Sendable, CaseIterable {
    case note, off
}

/// When a contact's name in Chatwoot is replaced by the one in WhatsApp.
package enum ContactNameUpdatePolicy: String, Sendable, CaseIterable {
    /// Only a name that is a placeholder: a number or a JID.
    case fill
    case follow
    /// Never after the contact was created.
    case never
}

/// The language of notices.
package enum AgentNoticeLanguage: String, Sendable, CaseIterable {
    case english = "en"
    case portuguese = "pt-BR"
    case spanish = "es"
}
