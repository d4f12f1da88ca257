internal import RelayConfig
internal import RelayCore

/// A contact that the directory contains before the test begins.
struct KnownContact: Sendable {
    /// The session; nil: every session.
    var session: String?
    /// The contact; its `session` and `updatedAt` are set when the test begins.
    var contact: Contact

    private static let session = OptionField.string("session", "The session that knows it; default every session.")
        .optional
    private static let id = OptionField("id", "The JID.", OptionValueType.address(ofGroup: false))
    private static let lid = OptionField.string("lid", "The hidden identity.").optional
    private static let name = OptionField.string("name", "The saved name.").optional
    private static let pushName = OptionField.string("push_name", "The name that the person chose.").optional
    private static let verifiedName = OptionField.string("verified_name", "The name that WhatsApp verified.").optional
    private static let picture = OptionField.string("picture", "The picture's URL.").optional

    static let type = OptionValueType.section(
        "a contact",
        fields: [
            AnyOptionField(session), AnyOptionField(id), AnyOptionField(lid), AnyOptionField(name),
            AnyOptionField(pushName),
            AnyOptionField(verifiedName), AnyOptionField(picture),
        ]
    ) { options in
        KnownContact(
            session: try options(session),
            contact: Contact(
                session: "",
                id: try options(id),
                lid: try options(lid),
                name: try options(name),
                pushName: try options(pushName),
                verifiedName: try options(verifiedName),
                imageURL: try options(picture),
                updatedAt: SkippingTestClock.start
            )
        )
    }
}

/// A group that the directory contains before the test begins.
struct KnownGroup: Sendable {
    /// The session; nil: every session.
    var session: String?
    var group: Group

    private static let session = OptionField.string("session", "The session that knows it; default every session.")
        .optional
    private static let id = OptionField("id", "The JID.", OptionValueType.address(ofGroup: true))
    private static let name = OptionField.string("name", "The subject.").optional
    private static let picture = OptionField.string("picture", "The picture's URL.").optional

    static let type = OptionValueType.section(
        "a group", fields: [AnyOptionField(session), AnyOptionField(id), AnyOptionField(name), AnyOptionField(picture)]
    ) { options in
        KnownGroup(
            session: try options(session),
            group: Group(
                session: "",
                id: try options(id),
                name: try options(name),
                imageURL: try options(picture),
                updatedAt: SkippingTestClock.start
            )
        )
    }
}

extension OptionValueType where Value == String {
    /// A JID in its canonical form.
    static func address(ofGroup isGroup: Bool) -> OptionValueType {
        let example = isGroup ? "120363000000000001@g.us" : "5511999999001@s.whatsapp.net"
        return .custom("a JID such as \(example)", .text(pattern: "@")) { node in
            guard let jid = JID(try node.text), jid.isGroup == isGroup else {
                throw node.fail(
                    "\"\(node.label)\" is not a \(isGroup ? "group's" : "person's") JID", help: "write \(example)")
            }
            return jid.description
        }
    }
}
