package import RelayCore
internal import RelayJSON

/// Webhooks of a Chatwoot API inbox: a message that an agent writes becomes `message.send`, a message that an agent
/// deletes becomes `message.revoke` (reference chatwoot.md, 3). All other webhooks are valid and make no event;
/// Chatwoot also posts the messages that the relay itself created.
///
/// A document contains no session. The session comes from the URL (`/in/SOURCE/SESSION`), from the source's `session`,
/// or from the conversation's attribute `wa_session`.
package struct ChatwootWebhookFormat: SourceFormat {
    package static let name = "chatwoot"
    package static let summary = "Webhooks of a Chatwoot API inbox: messages that agents write and delete."

    package static let eventTypes: Set<EventType>? = [.messageSend, .messageRevoke]
    package static let repeatsCommands = true
    package static let authExample: String? =
        #"{ type: chatwoot_signature, secret: "${CHATWOOT_SECRET:-the inbox's secret}" }"#
    package static let authAdvice: String? =
        #"add auth: { type: chatwoot_signature, secret: "${CHATWOOT_SECRET}" }, the secret of the inbox (Chatwoot 4.13 and "#
        + "later); with an older one name the source with 24 letters and digits or more that nobody guesses"

    /// The prefix before WhatsApp's message id in the `source_id` of a message that came from WhatsApp.
    static let sourcePrefix = "WAID:"

    package init() {}

    package func read(_ document: [UInt8], context: FormatReadContext) throws(InvalidDocumentError) -> ParsedDocument {
        ParsedDocument(events: try events(in: document, context))
    }

    private func events(
        in document: [UInt8], _ context: FormatReadContext
    ) throws(InvalidDocumentError) -> [ParsedEvent] {
        guard let envelope = try GatewayDocument(document).root.object, let name = envelope.text("event") else {
            throw InvalidDocumentError(
                .notAnEvent,
                #"A document of Chatwoot is an object that names its event: {"event": "message_created", …}."#,
                pointer: "/event"
            )
        }
        guard let reader = ChatwootMessageReader(envelope, receivedAt: context.receivedAt) else { return [] }
        let session = context.session ?? reader.sessionAttribute ?? context.defaultSession
        switch name {
        case "message_created" where reader.isWrittenByAgent:
            return [try reader.send(session: session)]
        case "message_updated" where reader.isDeletedByAgent:
            return [try reader.revoke(session: session)]
        case "message_updated" where reader.mayBeTriedAgain:
            return [try reader.send(session: session, isRetry: true)]
        default:
            return []
        }
    }
}
