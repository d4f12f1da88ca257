package import RelayCore
internal import RelayJSON

/// The webhooks of Meta's WhatsApp Cloud API: `{"object": "whatsapp_business_account", "entry": [{"changes": [{"field",
/// "value"}]}]}` (reference whatsapp.md, A9). One document holds any number of messages, statuses and calls, of any
/// number of business phone numbers; each becomes an event, in the document's order.
///
/// - Session: the address's, else each change's `metadata.phone_number_id`.
/// - Addresses: a phone number is `<wa_id>@s.whatsapp.net`, a group `<group_id>@g.us`. Whatever else names a person is
///   opaque, above all a business-scoped user id (BSUID): `US.1349…@bsuid`. It never becomes a phone number. Where a
///   webhook tells both, the phone's address is the chat's, and the BSUID is in `payload.userId`.
/// - Fields without a message, a status, a call, a contact or a group (`account_update`, `message_template_…`,
///   `user_preferences`), and errors that belong to no message, are understood and make no event.
/// - A broken part does not hold up the rest, since Meta posts the whole document again for days as long as it is
///   refused. A message with an id and a sender whose content cannot be read becomes one of type `unsupported`; a part
///   without even that, or without a session, is passed over. Only when nothing in the document can be used, and
///   something in it is wrong, is it refused.
package struct CloudAPIFormat: EventFormat {
    package static let name = "cloud_api"
    package static let summary = "Documents of Meta's WhatsApp Cloud API."
    package static let keepsRaw = true
    /// For people.
    static let gateway = "the Cloud API"

    package init() {}

    package func events(from document: [UInt8], context: FormatContext) throws(FormatError) -> [NewEvent] {
        var findings = CloudReadResult()
        let whole = try GatewayDocument(document)
        var changes: [CloudChange] = []
        for (envelope, pointer) in try whole.envelopes(of: Self.name) {
            changes += try Self.changes(in: envelope, at: pointer, &findings)
        }
        let isSessionNamed = changes.contains { $0.number.id != nil }
        for change in changes where change.isOfInterest {
            do {
                let session = try Self.session(of: change, in: context, isNamedElsewhere: isSessionNamed)
                CloudReader(change, session: session, receivedAt: context.receivedAt).read(into: &findings)
            } catch {
                findings.note(error)
            }
        }
        if context.keepsRaw { CloudRawDocuments(of: whole.root, document).attach(to: &findings) }
        if findings.events.isEmpty, let problem = findings.problem { throw problem }
        return findings.events
    }

    private static func changes(
        in envelope: JSONObject, at pointer: String, _ findings: inout CloudReadResult
    ) throws(FormatError) -> [CloudChange] {
        guard envelope["object"] == "whatsapp_business_account" else {
            throw FormatError(
                .notAnEvent,
                "A webhook of the Cloud API has \"object\": \"whatsapp_business_account\"; subscribe to that product.",
                pointer: pointer + "/object"
            )
        }
        guard let entries = envelope["entry"]?.array else {
            throw FormatError(
                .notAnEvent,
                "\"entry\" must be an array: [{\"id\": …, \"changes\": [{\"field\": \"messages\", \"value\": …}]}].",
                pointer: pointer + "/entry"
            )
        }
        var changes: [CloudChange] = []
        for (entry, pointer) in findings.objects(in: .array(entries), at: pointer + "/entry") {
            for (change, pointer) in findings.objects(in: entry["changes"], at: pointer + "/changes") {
                do {
                    changes.append(try CloudChange(change, at: pointer))
                } catch {
                    findings.note(error)
                }
            }
        }
        return changes
    }

    /// - Throws: ``FormatError`` `.missingSession`. Its pointer is nil only when nothing in the document names a
    ///   session, so that a source's default may stand in.
    private static func session(
        of change: CloudChange, in context: FormatContext, isNamedElsewhere: Bool
    ) throws(FormatError) -> String {
        let pointer = change.pointer + "/metadata/phone_number_id"
        guard let session = context.session ?? change.number.id else {
            throw FormatError(
                .missingSession,
                "Neither the address nor \"metadata\" names a session; post to …/SESSION, or send the phone number's id.",
                pointer: isNamedElsewhere ? pointer : nil
            )
        }
        guard Session.isValid(id: session) else {
            throw SessionName.invalid(at: context.session == nil ? pointer : nil)
        }
        return session
    }
}
