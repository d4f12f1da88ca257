internal import RelayCore

/// The directory's entry for an event's chat.
enum ChatDirectoryEntry: Sendable {
    case contact(Contact)
    case group(Group)

    /// The stored entry; an empty one when there is none.
    /// - Parameter isGroup: whether the chat is a group.
    init(_ key: DirectoryEntryKey, isGroup: Bool, in directory: any ContactDirectorySnapshot) {
        let never = Timestamp(seconds: 0)
        if isGroup {
            let group = directory.group(key.id, session: key.session)
            self = .group(group ?? Group(session: key.session, id: key.id, updatedAt: never))
        } else {
            let contact = directory.contact(key.id, session: key.session)
            self = .contact(contact ?? Contact(session: key.session, id: key.id, updatedAt: never))
        }
    }

    var key: DirectoryEntryKey {
        switch self {
        case .contact(let contact): DirectoryEntryKey(session: contact.session, id: contact.id)
        case .group(let group): DirectoryEntryKey(session: group.session, id: group.id)
        }
    }

    /// The name to display.
    var name: String? {
        switch self {
        case .contact(let contact): contact.displayName
        case .group(let group): group.name
        }
    }

    var checkedAt: Timestamp? {
        switch self {
        case .contact(let contact): contact.checkedAt
        case .group(let group): group.checkedAt
        }
    }

    /// Whether it is a person whose phone number is unknown.
    var isHidden: Bool { JID(key.id)?.isLID == true }

    /// The payload fields with the chat's name.
    var nameFields: [String] {
        switch self {
        case .contact: ["contactName", "chatName"]
        case .group: ["groupName", "chatName"]
        }
    }

    /// The payload fields with the chat's picture.
    var pictureFields: [String] {
        switch self {
        case .contact: ["contactImageUrl", "chatImageUrl"]
        case .group: ["groupImageUrl", "chatImageUrl"]
        }
    }

    private var imageURL: String? {
        switch self {
        case .contact(let contact): contact.imageURL
        case .group(let group): group.imageURL
        }
    }

    /// The URL of the picture; nil when it has expired.
    /// - Parameter moment: the current wall clock time.
    func picture(at moment: Timestamp) -> String? {
        imageURL.flatMap { $0.isEmpty || PictureURLExpiry.isExpired($0, at: moment) ? nil : $0 }
    }

    /// Whether a picture may exist that is not known. When an event reported that there is none, that is final; when a
    /// gateway reported it, the gateway may be asked again.
    func lacksPicture(at moment: Timestamp) -> Bool {
        if imageURL == "", checkedAt == nil { return false }
        return picture(at: moment) == nil
    }

    /// This entry merged over an earlier one, whose values are used where this one has none.
    func laid(over earlier: ChatDirectoryEntry) -> ChatDirectoryEntry {
        switch (earlier, self) {
        case (.contact(let old), .contact(let new)): .contact(old.merged(with: new))
        case (.group(let old), .group(let new)): .group(old.merged(with: new))
        default: self
        }
    }

    /// Adds a gateway's answer to the entry.
    /// - Returns: the records for the directory, which include the time of the lookup.
    mutating func learn(_ answer: DirectoryLookupAnswer, clock: any RelayClock) -> [HistoryChange] {
        let now = clock.now
        let image = answer.imageURL.map { PictureURLExpiry.isExpired($0, at: clock.wall) ? "" : $0 }
        switch self {
        case .group(let group):
            let told = Group(
                session: group.session, id: group.id, name: answer.name, imageURL: image, updatedAt: now, checkedAt: now
            )
            self = .group(group.merged(with: told))
            return [.group(told)]
        case .contact(let contact):
            var told = Contact(
                session: contact.session,
                id: contact.id,
                name: answer.name,
                pushName: answer.pushName,
                verifiedName: answer.verifiedName,
                imageURL: image,
                updatedAt: now,
                checkedAt: now
            )
            self = .contact(contact.merged(with: told))
            guard let phone = answer.phone, isHidden else { return [.contact(told)] }
            // From now on the person is identified by the phone number. Data that is missing in the entry of the LID
            // may exist for the phone number, so another lookup is allowed.
            told.lid = contact.id
            told.id = phone.description
            if told.displayName == nil || (image ?? "").isEmpty {
                told.checkedAt = nil
                if image == "" { told.imageURL = nil }
            }
            return [.contact(told)]
        }
    }
}
