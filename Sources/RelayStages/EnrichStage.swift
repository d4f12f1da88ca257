package import RelayConfig
package import RelayCore
internal import RelayJSON

/// `- enrich: [chat_name, contact_name, group_name, images]`: adds names and pictures from the directory. With `lookup`
/// it requests missing ones of the chat from a gateway. `contact_name` also names whom a message mentions or quotes, and
/// who joins or leaves a group.
///
/// Values in the event take precedence when present, because a name in the event is newer than a stored one. The
/// exception is a saved or verified name, which takes precedence over a name that the person chose (reference
/// whatsapp.md, B.2).
package struct EnrichStage: ConfigurableStage {
    package enum Part: String, CaseIterable, Sendable {
        case chatName = "chat_name"
        case contactName = "contact_name"
        case groupName = "group_name"
        case images
    }

    package static let kind = "enrich"
    package static let summary = "Adds names and images of chats, contacts and groups that the relay knows."
    package static let with = OptionField.list(
        "with",
        "What to fill in; default everything.",
        of: OptionValueType<Part>.enumeration(),
        default: Part.allCases
    )
    package static let lookup = OptionField<LookupOptions>.section(
        "lookup",
        "The gateway that is asked for names and pictures that the relay does not know.",
        fields: LookupOptions.fields,
        make: { try LookupOptions($0) }
    ).optional
    package static let fields = [AnyOptionField(with), AnyOptionField(lookup)]
    package static let mainField: String? = with.name
    package static let example = "enrich: [chat_name, contact_name, group_name, images]"

    private let namesChats: Bool
    private let namesContacts: Bool
    private let namesGroups: Bool
    private let addsImages: Bool
    private let lookup: GatewayLookupPolicy?

    package init(_ options: OptionReader, in context: StageBuildContext) throws {
        let parts = Set(try options(Self.with))
        namesChats = parts.contains(.chatName)
        namesContacts = parts.contains(.contactName)
        namesGroups = parts.contains(.groupName)
        addsImages = parts.contains(.images)
        lookup = try options(Self.lookup).map { lookup in
            let wantsNames = !parts.isDisjoint(with: [.chatName, .contactName, .groupName])
            return GatewayLookupPolicy(lookup, names: wantsNames, pictures: parts.contains(.images))
        }
    }

    package var usesDirectory: Bool { true }
    package var waits: Bool { lookup != nil }

    package func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome {
        let event = draft.event
        guard let chat = event.chat, let jid = JID(chat) else { return .next }
        if event.type == .groupUpdated, namesContacts {
            draft.event.payload.nameParticipants(from: context.directory, session: event.session)
        }
        guard event.type.isOfMessage else { return .next }
        let key = DirectoryEntryKey(session: event.session, id: chat)
        let entry = ChatDirectoryEntry(key, isGroup: jid.isGroup, in: context.directory)
        if let lookup, let gateways = context.gateways,
            lookup.isNeeded(entry, for: event.payload, from: gateways, clock: context.clock)
        {
            return .wait(lookup.work(entry, gateways, then: fill))
        }
        fill(&draft, entry, context)
        return .next
    }

    @Sendable private func fill(_ draft: inout PipelineEvent, _ entry: ChatDirectoryEntry, _ context: StageContext) {
        var payload = draft.event.payload
        let image = addsImages ? entry.picture(at: context.clock.wall) : nil
        switch entry {
        case .group(let group):
            if namesGroups { payload.fill("groupName", with: group.name) }
            if namesChats { payload.fill("chatName", with: payload["groupName"]?.string ?? group.name) }
            payload.fill("groupImageUrl", with: image)
            if namesContacts, let author = payload["participant"]?.string {
                let contact = context.directory.contact(author, session: draft.event.session)
                payload.prefer("participantName", contact)
            }
        case .contact(let contact):
            if namesContacts { payload.prefer("contactName", contact) }
            if namesChats {
                payload.fill("chatName", with: payload["contactName"]?.string ?? contact.displayName)
            }
            payload.fill("contactImageUrl", with: image)
        }
        payload.fill("chatImageUrl", with: image)
        if namesContacts {
            payload.nameMentioned(from: context.directory, session: draft.event.session)
            payload.nameQuoted(from: context.directory, session: draft.event.session)
        }
        if addsImages {
            payload.tellExpiry(ofURL: "chatImageUrl", as: "chatImageExpiresAt")
            payload.tellExpiry(ofURL: "contactImageUrl", as: "contactImageExpiresAt")
            payload.tellExpiry(ofURL: "groupImageUrl", as: "groupImageExpiresAt")
        }
        draft.event.payload = payload
    }
}

extension JSONObject {
    /// Sets a member that is null in the payload. A member that is missing is not part of this event type.
    fileprivate mutating func fill(_ key: String, with value: String?) {
        guard let value, !value.isEmpty, let present = self[key], present.isNull else { return }
        self[key] = .string(value)
    }

    /// Sets a person's name. A verified or saved name replaces the one in the event; any other only fills a null.
    fileprivate mutating func prefer(_ key: String, _ contact: Contact?) {
        guard let present = self[key], let contact else { return }
        if let name = contact.verifiedName ?? contact.name, !name.isEmpty {
            self[key] = .string(name)
        } else if present.isNull, let name = contact.pushName, !name.isEmpty {
            self[key] = .string(name)
        }
    }

    /// Adds the time at which a picture's URL expires, when the URL contains it.
    fileprivate mutating func tellExpiry(ofURL member: String, as name: String) {
        guard let url = self[member]?.string, let expiry = PictureURLExpiry.expiry(of: url) else { return }
        self[name] = .int(expiry.seconds)
    }
}
