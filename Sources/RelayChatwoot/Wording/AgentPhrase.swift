/// All texts that the relay itself shows to agents. `{}` is the placeholder for a value.
enum AgentPhrase: String, CaseIterable, Sendable {
    // Kinds of messages.
    case group, image, video, gif, videoNote, audio, voice, document, sticker, location, liveLocation, contact, poll
    case order, product, groupInvite, calendarEvent, text, form
    case payment, paymentRequest, paymentSent, paymentDeclined, paymentCancelled, paymentInvitation, invoice

    // Files, and messages that cannot be shown.
    case fileFollows, fileTooLarge, fileUnavailable, linkUntil, viewOnce, viewOnceUnavailable, phoneOnly, waiting
    case unsupported, continued

    // Properties of a message.
    case forwarded, sentAt, advertisement, advertisementUnnamed, aboutProduct, status, items, pixKey, reference
    case cancelled

    // Changes to earlier messages.
    case edited, editedUnseen, deleted, reacted, reactionRemoved, voted, voteWithdrawn, pinned, unpinned
    case kept, unkept, commented, eventAnswered, eventGoing, eventNotGoing, eventMaybe

    // Calls.
    case call, videoCall, missedCall, missedVideoCall, declinedCall, answeredCall

    // People, groups and sessions.
    case numberChanged, identityChanged, chatStarted
    case groupAdded, groupRemoved, groupPromoted, groupDemoted
    case sessionLost

    // Messages that could not be forwarded.
    case notForwarded, recovered

    // Why a message was not sent: at the gateway, before it, and on WhatsApp.
    case sendRefused, gatewayUnreachable, gatewayUnavailable, gatewaySilent, gatewayKeyRefused
    case gatewaySessionUnknown, sendFailed, noRecipientNumber, nothingToSend, recipientNumberHidden, windowClosed
    case recipientUnavailable, recipientNotAllowed, recipientIsSender, recipientOptedOut, marketingLimited
    case accountRestricted, countryRestricted, paymentMissing, tooManyMessages, reportedAsSpam
    case messageTypeUnsupported, fileRefused, senderNotRegistered, senderNameNotApproved, accessTokenInvalid
    case permissionMissing, parameterInvalid, templateRefused, metaUnavailable, failureUnexplained

    func text(in language: AgentNoticeLanguage, _ value: String = "") -> String {
        let text = texts(in: language)
        guard let place = text.firstRange(of: "{}") else { return text }
        return text[..<place.lowerBound] + value + text[place.upperBound...]
    }

    private func texts(in language: AgentNoticeLanguage) -> String {
        switch language {
        case .english: texts.english
        case .portuguese: texts.portuguese
        case .spanish: Self.spanish[self] ?? texts.english
        }
    }
}
