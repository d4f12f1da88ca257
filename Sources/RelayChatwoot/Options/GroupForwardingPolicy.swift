internal import RelayConfig
package import RelayCore

/// Which groups are forwarded.
package enum GroupForwardingPolicy: Sendable, Hashable, CustomStringConvertible {
    case on, off
    /// Only the groups with these JIDs.
    case only(Set<JID>)

    package func allows(_ group: JID) -> Bool {
        switch self {
        case .on: true
        case .off: false
        case .only(let groups): groups.contains(group)
        }
    }

    package var description: String {
        switch self {
        case .on: "on"
        case .off: "off"
        case .only(let groups): groups.map(\.description).sorted().joined(separator: ", ")
        }
    }

    static let allow = OptionField<[JID]>.list(
        "allow", "The ids of groups, such as 120363999999999001@g.us.",
        of: .custom("a group's id", .text()) { node in
            let text = try node.text
            guard let id = JID(text.contains("@") ? text : text + "@g.us"), id.isGroup else {
                throw node.fail("it is no group's id", help: "write an id such as 120363999999999001@g.us")
            }
            return id
        }
    )

    static func parse(_ node: ConfigNode) throws -> GroupForwardingPolicy {
        if node.isMap {
            return .only(Set(try OptionReader(node, as: "groups", fields: [AnyOptionField(allow)])(allow)))
        }
        switch try node.text {
        case "on", "true": return .on
        case "off", "false": return .off
        default: throw node.fail("\"groups\" is on, off, or a map with \"allow\"", help: "write on or off")
        }
    }
}
