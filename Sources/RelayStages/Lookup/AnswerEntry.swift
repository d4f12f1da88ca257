internal import RelayCore
internal import RelayJSON

/// The part of a gateway's answer that is about the chat, whatever is wrapped around it.
struct AnswerEntry {
    private let chat: JID
    /// From the inside out.
    private var objects: [JSONObject] = []
    /// An answer that is nothing but a text.
    private let text: String?

    init(_ document: JSON, about chat: JID) {
        self.chat = chat
        text = document.string
        collect(document, depth: 0)
    }

    private static let wrappers = ["data", "response", "results", "result", "contact", "group", "groupMetadata"]
    private static let ids = ["id", "remoteJid", "jid", "JID", "wuid"]

    /// Of a list the element counts that names the chat: a gateway that does not know it may answer with all it has.
    private mutating func collect(_ json: JSON, depth: Int) {
        guard depth < 4 else { return }
        switch json {
        case .array(let elements):
            let own = elements.first { element in
                Self.ids.contains { element[$0]?.string.flatMap { JID($0) } == chat }
            }
            if let own { collect(own, depth: depth + 1) }
        case .object(let object):
            for wrapper in Self.wrappers {
                if let inner = object[wrapper] { collect(inner, depth: depth + 1) }
            }
            objects.append(object)
        default:
            break
        }
    }

    /// The first member that is a name.
    func name(in members: [String]) -> String? {
        first(members) { value in value.string.flatMap { NameRules.name($0, of: chat) } }
    }

    /// The picture's address.
    /// - Parameter isAlone: whether the answer is about nothing else.
    func picture(isAlone: Bool) -> String? {
        if isAlone, let text { return text }
        return first(Self.pictures + (isAlone ? ["url", "eurl"] : [])) { value in
            // Some have thumbnails beside it.
            (value.string ?? value["url"]?.string ?? value["eurl"]?.string).flatMap(NameRules.picture)
        }
    }

    /// Who is behind a hidden identity.
    var phone: String? {
        first(["pn", "phoneNumber", "PhoneNumber", "phone", "phoneJid", "jid"]) { value in
            value.string.flatMap { NameRules.phone($0, of: chat) == nil ? nil : $0 }
        }
    }

    private static let pictures = [
        "profilePictureUrl", "profilePicUrl", "profilePictureURL", "pictureUrl", "picture", "imgUrl", "imageUrl",
        "image", "avatar", "avatarUrl", "avatar_url", "urlAvatar", "profilePicThumbObj",
    ]

    private func first<Value>(_ members: [String], _ read: (JSON) -> Value?) -> Value? {
        for object in objects {
            for member in members {
                if let value = object[member].flatMap(read) { return value }
            }
        }
        return nil
    }
}
