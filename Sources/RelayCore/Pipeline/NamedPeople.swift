package import RelayJSON

extension JSONObject {
    /// How many of the people whom an event mentions, or who join or leave a group, get names: WhatsApp lets a message
    /// mention everybody in a group of a thousand.
    package static let namedPeopleLimit = 128

    /// The JIDs of the people whom an event's payload names besides its chat and its author: those who are mentioned
    /// or quoted, and the group members that a change is about.
    package var namedPeople: [String] {
        var people: [String] = []
        if case .array(let mentioned) = self["mentions"] { people += Self.ids(of: mentioned) }
        if let quoted = self["quoted"], let author = quoted["participant"]?.string { people.append(author) }
        if self["action"]?.string != nil, case .array(let members) = self["participants"] {
            people += Self.ids(of: members)
        }
        return people
    }

    private static func ids(of people: [JSON]) -> [String] {
        people.prefix(namedPeopleLimit).compactMap { $0["id"]?.string }
    }
}
