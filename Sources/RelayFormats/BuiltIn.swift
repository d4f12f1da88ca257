public import RelayCore

/// The dialects that come with the relay. A new one is a folder and a line here.
public enum BuiltInFormats {
    public static let all: [any EventFormat.Type] = [
        Native.self,
        Baileys.self,
        Evolution.self,
        EvolutionGo.self,
        WAHA.self,
        Gowa.self,
        CloudAPI.self,
        Chatwoot.self,
    ]

    /// The dialect that `format:` names; nil when there is none of that name.
    public static func format(named name: String) -> (any EventFormat)? {
        all.first { $0.name == name }?.init()
    }
}
