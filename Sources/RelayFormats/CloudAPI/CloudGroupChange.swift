internal import RelayCore
internal import RelayJSON

/// The change that one element of a webhook's `groups` describes.
struct CloudGroupChange {
    let action: String
    private(set) var name: String?
    private(set) var description: String?
    /// The members that joined, left or asked to join.
    private(set) var participants: [JSON] = []

    /// Nil when nothing changed, because the request failed.
    init?(_ group: JSONObject, _ contacts: CloudContacts) {
        let type = group.text("type") ?? "group_update"
        let people = ["added_participants", "removed_participants"].flatMap { group[$0]?.array ?? [] }
        action =
            switch type {
            case "group_participants_add": "add"
            case "group_participants_remove": "remove"
            default: String(type.trimmingPrefix("group_"))
            }
        if type == "group_settings_update" {
            name = Self.setting(group["group_subject"])
            description = Self.setting(group["group_description"])
            let isPictureNew = group["profile_picture"]?["update_successful"] == true
            guard name != nil || description != nil || isPictureNew else { return nil }
            return
        }
        name = group.text("subject")
        description = group.text("description")
        // A removal can fail for some members and succeed for others.
        guard CloudErrorList(group["errors"]).list.isEmpty || !people.isEmpty else { return nil }
        participants = (people.compactMap(\.object) + [group]).compactMap { Self.participant($0, contacts) }
    }

    private static func setting(_ json: JSON?) -> String? {
        json?["update_successful"] == true ? json?["text"]?.string : nil
    }

    private static func participant(_ object: JSONObject, _ contacts: CloudContacts) -> JSON? {
        var reference = CloudPersonReference(object, "wa_id")
        reference.jid = reference.jid ?? CloudJIDConverter.person(object["input"])
        guard !reference.isEmpty, let person = contacts.person(reference, username: object.text("username")) else {
            return nil
        }
        var participant = JSONObject()
        participant.append("id", .string(person.identity.id.description))
        participant.append("lid", .null)
        participant.append("admin", .null)
        person.append(to: &participant)
        return .object(participant)
    }
}
