package import RelayCore

/// The formats that are compiled into the relay. To add one, write its folder and add one line here.
package enum BuiltInSourceFormats {
    package static let all: [any SourceFormat.Type] = [
        NativeFormat.self,
        BaileysFormat.self,
        EvolutionFormat.self,
        EvolutionGoFormat.self,
        WAHAFormat.self,
        GowaFormat.self,
        CloudAPIFormat.self,
        ChatwootWebhookFormat.self,
    ]

    /// The format of the documents that are posted to the REST API, to no source.
    package static let api: any SourceFormat.Type = NativeFormat.self

    /// The type of the format that `format:` names; nil when there is none of that name.
    package static func type(named name: String) -> (any SourceFormat.Type)? {
        all.first { $0.name == name }
    }

    /// The format with the name that `format:` gives in the configuration; nil when there is none.
    package static func format(named name: String) -> (any SourceFormat)? {
        type(named: name)?.init()
    }
}
