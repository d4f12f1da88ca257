package import RelayCore
internal import RelayJSON

/// Webhooks of Meta's WhatsApp Cloud API: `{"object": "whatsapp_business_account", "entry": [{"changes": [{"field",
/// "value"}]}]}` (reference whatsapp.md, A9). One document holds any number of messages, statuses and calls, of any
/// number of business phone numbers. Each becomes an event, in the document's order.
///
/// - Session: from the URL, else each change's `metadata.phone_number_id`.
/// - JIDs: a phone number is `<wa_id>@s.whatsapp.net`, a group `<group_id>@g.us`. Any other id of a person is opaque,
///   above all a business-scoped user id (BSUID): `US.1349…@bsuid`. It never becomes a phone number. When a webhook
///   contains both, the chat is the phone's JID, and the BSUID is in `payload.userId`.
/// - Fields without a message, a status, a call, a contact or a group (`account_update`, `message_template_…`,
///   `user_preferences`), and errors that belong to no message, are valid and make no event.
/// - An invalid part does not block the rest, because Meta repeats a rejected document for days. A message with an id
///   and a sender whose content cannot be read becomes a message of type `unsupported`. A part without an id and a
///   sender, or without a session, is rejected by itself. The document is rejected only when nothing in it can be read.
package struct CloudAPIFormat: SourceFormat {
    package static let name = "cloud_api"
    package static let summary = "Documents of Meta's WhatsApp Cloud API."
    package static let keepsRaw = true
    package static let eventTypes: Set<EventType>? = Set(
        EventType.reported.filter { $0.category != "session" && $0 != .presenceUpdated })
    /// For people.
    static let gateway = "the Cloud API"

    package init() {}

    package func read(_ document: [UInt8], context: FormatReadContext) throws(InvalidDocumentError) -> ParsedDocument {
        var findings = CloudReadResult()
        let batch = findings.batch
        let whole = try GatewayDocument(document)
        var changes: [CloudChange] = []
        for (envelope, pointer) in try whole.envelopes(of: Self.name, batch) {
            guard whole.root.array != nil else {
                changes += try Self.changes(in: envelope, at: pointer, findings)
                continue
            }
            changes +=
                batch.attempt(at: pointer) { () throws(InvalidDocumentError) in
                    try Self.changes(in: envelope, at: pointer, findings)
                } ?? []
        }
        for change in changes {
            guard change.isOfInterest else {
                _ = batch.read(at: change.pointer) { [] }
                continue
            }
            let session = batch.attempt(at: change.pointer) { () throws(InvalidDocumentError) in
                try Self.session(of: change, in: context)
            }
            guard let session else { continue }
            CloudReader(change, session: session, receivedAt: context.receivedAt, batch: batch).read(into: &findings)
        }
        if context.keepsRaw { CloudRawDocumentSplitter(of: whole.root, document).attach(to: &findings) }
        return try batch.result(findings.events, of: whole.root)
    }

    private static func changes(
        in envelope: JSONObject, at pointer: String, _ findings: CloudReadResult
    ) throws(InvalidDocumentError) -> [CloudChange] {
        guard envelope["object"] == "whatsapp_business_account" else {
            throw InvalidDocumentError(
                .notAnEvent,
                "A webhook of the Cloud API has \"object\": \"whatsapp_business_account\"; subscribe to that product.",
                pointer: pointer + "/object"
            )
        }
        guard let entries = envelope["entry"]?.array else {
            throw InvalidDocumentError(
                .notAnEvent,
                "\"entry\" must be an array: [{\"id\": …, \"changes\": [{\"field\": \"messages\", \"value\": …}]}].",
                pointer: pointer + "/entry"
            )
        }
        var changes: [CloudChange] = []
        for (entry, pointer) in findings.objects(in: .array(entries), at: pointer + "/entry") {
            for (change, pointer) in findings.objects(in: entry["changes"], at: pointer + "/changes") {
                let change = findings.batch.attempt(at: pointer) { () throws(InvalidDocumentError) in
                    try CloudChange(change, at: pointer)
                }
                if let change { changes.append(change) }
            }
        }
        return changes
    }

    /// - Throws: ``InvalidDocumentError`` `.missingSession`.
    private static func session(
        of change: CloudChange, in context: FormatReadContext
    ) throws(InvalidDocumentError) -> String {
        let pointer = change.pointer + "/metadata/phone_number_id"
        guard let session = context.session ?? change.number.id ?? context.defaultSession else {
            throw InvalidDocumentError(
                .missingSession,
                "Neither the path nor \"metadata\" names a session; post to …/SESSION, or send the phone number's id.",
                pointer: pointer
            )
        }
        guard Session.isValid(id: session) else {
            throw EnvelopeSessionResolver.invalid(at: context.session == nil ? pointer : nil)
        }
        return session
    }
}
