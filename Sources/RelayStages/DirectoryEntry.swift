internal import RelayCore

/// What the directory has of an event's chat.
enum DirectoryEntry: Sendable {
    case contact(Contact)
    case group(Group)

    /// The entry at hand; one without anything in it when there is none.
    init(_ key: DirectoryKey, in directory: any DirectoryLookup) {
        let never = Timestamp(seconds: 0)
        if JID(key.id)?.isGroup == true {
            let group = directory.group(key.id, session: key.session)
            self = .group(group ?? Group(session: key.session, id: key.id, updatedAt: never))
        } else {
            let contact = directory.contact(key.id, session: key.session)
            self = .contact(contact ?? Contact(session: key.session, id: key.id, updatedAt: never))
        }
    }

    var key: DirectoryKey {
        switch self {
        case .contact(let contact): DirectoryKey(session: contact.session, id: contact.id)
        case .group(let group): DirectoryKey(session: group.session, id: group.id)
        }
    }

    /// The name to show.
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

    /// Whether it is somebody whose phone is not known.
    var isHidden: Bool { JID(key.id)?.isLID == true }

    /// Where an event has its chat's name.
    var nameFields: [String] {
        switch self {
        case .contact: ["contactName", "chatName"]
        case .group: ["groupName", "chatName"]
        }
    }

    /// Where an event has its chat's picture.
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

    /// The picture's address, as long as it works.
    /// - Parameter moment: the wall clock's.
    func picture(at moment: Timestamp) -> String? {
        imageURL.flatMap { $0.isEmpty || PictureURLExpiry.isExpired($0, at: moment) ? nil : $0 }
    }

    /// Whether there may be a picture that is not known. An event that says there is none is believed; a gateway that
    /// says so may be asked again.
    func lacksPicture(at moment: Timestamp) -> Bool {
        if imageURL == "", checkedAt == nil { return false }
        return picture(at: moment) == nil
    }

    /// This entry, with an earlier one under it.
    func laid(over earlier: DirectoryEntry) -> DirectoryEntry {
        switch (earlier, self) {
        case (.contact(let old), .contact(let new)): .contact(old.merged(with: new))
        case (.group(let old), .group(let new)): .group(old.merged(with: new))
        default: self
        }
    }

    /// Takes in a gateway's answer.
    /// - Returns: what goes into the directory, which is also that it was asked.
    mutating func learn(_ answer: LookupAnswer, clock: any RelayClock) -> [HistoryRecord] {
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
            // From now on the person is known by the phone. What was not told under the hidden identity may be told
            // under that, so it is asked for once more.
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
