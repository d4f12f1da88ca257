public import RelayConfig
public import RelayCore
internal import RelayJSON

/// `- enrich: [chat_name, contact_name, group_name, images]`: fills in names and pictures from the directory.
///
/// What the event itself says comes first when it is at hand: a name in the event is newer than any stored one, except
/// that a saved or verified name wins over the name a person chose (reference whatsapp.md, B.2).
public struct Enrich: ConfiguredStage {
    public enum Part: String, CaseIterable, Sendable {
        case chatName = "chat_name"
        case contactName = "contact_name"
        case groupName = "group_name"
        case images
    }

    public static let kind = "enrich"
    public static let summary = "Fills in chat, contact and group names and images that the relay knows."
    public static let with = Field.list(
        "with",
        "What to fill in; default everything.",
        of: FieldType<Part>.enumeration(),
        default: Part.allCases
    )
    public static let fields = [AnyField(with)]
    public static let mainField: String? = with.name

    private let parts: Set<Part>

    public init(_ options: Options, in context: BuildContext) throws {
        parts = Set(try options(Self.with))
    }

    public var needs: StageNeeds { .directory }

    public func run(_ draft: inout Draft, in context: StageContext) throws(StageError) -> StageOutcome {
        let event = draft.event
        guard let chat = event.chat, event.type.category == "message", let jid = JID(chat) else { return .next }
        var payload = event.payload
        func contact(_ id: String?) -> Contact? { id.flatMap { context.directory.contact($0, session: event.session) } }

        if jid.isGroup {
            let group = context.directory.group(chat, session: event.session)
            if parts.contains(.groupName) { payload.fill("groupName", with: group?.name) }
            if parts.contains(.chatName) { payload.fill("chatName", with: payload["groupName"]?.string ?? group?.name) }
            if parts.contains(.images) {
                payload.fill("groupImageUrl", with: group?.imageURL)
                payload.fill("chatImageUrl", with: group?.imageURL)
            }
            if parts.contains(.contactName) {
                payload.prefer("participantName", contact(payload["participant"]?.string))
            }
        } else {
            let contact = contact(chat)
            if parts.contains(.contactName) { payload.prefer("contactName", contact) }
            if parts.contains(.chatName) {
                payload.fill("chatName", with: payload["contactName"]?.string ?? contact?.displayName)
            }
            if parts.contains(.images) {
                payload.fill("contactImageUrl", with: contact?.imageURL)
                payload.fill("chatImageUrl", with: contact?.imageURL)
            }
        }
        draft.event.payload = payload
        return .next
    }
}

extension JSONObject {
    /// Sets a member that the payload has as null; one that it does not have at all is not part of this event's shape.
    fileprivate mutating func fill(_ key: String, with value: String?) {
        guard let value, !value.isEmpty, let present = self[key], present.isNull else { return }
        self[key] = .string(value)
    }

    /// Sets a person's name: a verified or saved one over what the event says, any other only where there is none.
    fileprivate mutating func prefer(_ key: String, _ contact: Contact?) {
        guard let present = self[key], let contact else { return }
        if let name = contact.verifiedName ?? contact.name, !name.isEmpty {
            self[key] = .string(name)
        } else if present.isNull, let name = contact.pushName, !name.isEmpty {
            self[key] = .string(name)
        }
    }
}
