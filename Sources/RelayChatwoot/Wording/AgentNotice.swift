/// Everything that the relay itself says to agents. `{}` stands for what is named in it.
enum AgentNotice: String, CaseIterable, Sendable {
    // Kinds of messages.
    case group, image, video, gif, videoNote, audio, voice, document, sticker, location, liveLocation, contact, poll
    case order, product, groupInvite, calendarEvent, text, form

    // What becomes of files, and of what cannot be shown.
    case fileFollows, fileTooLarge, fileUnavailable, linkUntil, viewOnce, viewOnceUnavailable, waiting, unsupported
    case continued

    // About a message.
    case forwarded, sentAt, advertisement, aboutProduct, status, items

    // What happens to earlier messages.
    case edited, editedUnseen, deleted, reacted, reactionRemoved, voted, voteWithdrawn, pinned, unpinned

    // Calls.
    case call, videoCall, missedCall, missedVideoCall, declinedCall, answeredCall

    // People, groups and sessions.
    case numberChanged, identityChanged, chatStarted
    case groupAdded, groupRemoved, groupPromoted, groupDemoted
    case sessionLost

    // What became of a message that could not be forwarded.
    case notForwarded, recovered

    func text(in language: NoticeLanguage, _ value: String = "") -> String {
        let text = texts(in: language)
        guard let place = text.firstRange(of: "{}") else { return text }
        return text[..<place.lowerBound] + value + text[place.upperBound...]
    }

    private func texts(in language: NoticeLanguage) -> String {
        let texts = self.texts
        return switch language {
        case .english: texts.english
        case .portuguese: texts.portuguese
        }
    }
}
