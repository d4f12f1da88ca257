internal import RelayCore
internal import RelayJSON

/// A person whom an event names by a JID, with what the directory knows.
private struct NamedPerson {
    /// The phone's JID where it is known, else the JID of the event.
    let id: String
    let lid: String?
    let name: String?

    init(_ id: String, in directory: any ContactDirectorySnapshot, session: String) {
        let isHidden = JID(id)?.isLID == true
        let known = isHidden ? directory.phone(ofLID: id, session: session) ?? id : id
        let contact = directory.contact(known, session: session)
        self.id = known
        lid = isHidden ? id : contact?.lid
        name = contact?.displayName
    }

    var json: JSON {
        [
            "id": .string(id), "lid": lid.map(JSON.string) ?? .null,
            "phone": (JID(id)?.phone).map(JSON.string) ?? .null, "name": name.map(JSON.string) ?? .null,
        ]
    }
}

extension JSONObject {
    /// Fills in the people in `mentions`: for each its `id`, `lid`, `phone` and `name`, null where it is not known.
    mutating func nameMentioned(from directory: any ContactDirectorySnapshot, session: String) {
        guard var people = self["mentions"]?.array, !people.isEmpty else { return }
        for index in people.indices.prefix(Self.namedPeopleLimit) {
            guard let id = people[index]["id"]?.string else { continue }
            people[index] = NamedPerson(id, in: directory, session: session).json
        }
        self["mentions"] = .array(people)
    }

    /// Adds `quoted.participantName`, the name of the quoted message's author.
    mutating func nameQuoted(from directory: any ContactDirectorySnapshot, session: String) {
        guard var quoted = self["quoted"]?.object, let author = quoted["participant"]?.string,
            quoted["participantName"]?.string == nil,
            let name = NamedPerson(author, in: directory, session: session).name
        else { return }
        quoted["participantName"] = .string(name)
        self["quoted"] = .object(quoted)
    }

    /// Adds the missing names of the group members that a change is about.
    mutating func nameParticipants(from directory: any ContactDirectorySnapshot, session: String) {
        guard self["action"]?.string != nil, var members = self["participants"]?.array else { return }
        for index in members.indices.prefix(Self.namedPeopleLimit) {
            guard var member = members[index].object, let id = member["id"]?.string,
                ["name", "verifiedName", "pushName"].allSatisfy({ member[$0]?.string == nil }),
                let name = NamedPerson(id, in: directory, session: session).name
            else { continue }
            member["name"] = .string(name)
            members[index] = .object(member)
        }
        self["participants"] = .array(members)
    }
}
