internal import RelayCore
internal import RelayJSON

/// The part of a gateway's answer that describes the chat, without the objects around it.
struct GatewayChatRecord {
    private let chat: JID
    /// From the innermost to the outermost.
    private var objects: [JSONObject] = []
    /// The text of an answer that is only a string.
    private let text: String?

    init(_ document: JSON, about chat: JID) {
        self.chat = chat
        text = document.string
        collect(document, depth: 0)
    }

    private static let wrappers = ["data", "response", "results", "result", "contact", "group", "groupMetadata"]
    private static let ids = ["id", "remoteJid", "jid", "JID", "wuid"]

    /// Of a list, the element that names the chat is used: a gateway that does not know the chat may return all it has.
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

    /// The first member that is a valid name.
    func name(in members: [String]) -> String? {
        first(members) { value in value.string.flatMap { DirectoryLookupAnswerSanitizer.name($0, of: chat) } }
    }

    /// The URL of the picture.
    /// - Parameter isAlone: whether the answer contains nothing else.
    func picture(isAlone: Bool) -> String? {
        if isAlone, let text { return text }
        return first(Self.pictures + (isAlone ? ["url", "eurl"] : [])) { value in
            // Some gateways return thumbnails as well.
            (value.string ?? value["url"]?.string ?? value["eurl"]?.string).flatMap(
                DirectoryLookupAnswerSanitizer.picture)
        }
    }

    /// The phone number that belongs to a LID.
    var phone: String? {
        first(["pn", "phoneNumber", "PhoneNumber", "phone", "phoneJid", "jid"]) { value in
            value.string.flatMap { DirectoryLookupAnswerSanitizer.phone($0, of: chat) == nil ? nil : $0 }
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
