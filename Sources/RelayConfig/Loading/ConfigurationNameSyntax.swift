internal import RelayCore

/// The names of things that people configure.
enum ConfigurationNameSyntax {
    /// What names are, as a regular expression.
    static let pattern = "^[a-z][a-z0-9_-]{0,63}$"
    static let destinationPattern = "^(?!\(DestinationKey.webhookPrefix)|session$|pipeline$)[a-z][a-z0-9_-]{0,63}$"

    /// Describes what is wrong with a name, as a phrase that follows the name; nil for a valid name.
    static func problem(_ name: String) -> String? {
        let bytes = Array(name.utf8)
        let isName =
            (1...64).contains(bytes.count) && (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(bytes[0])
            && bytes.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
                    UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        return isName ? nil : "must be small letters, digits, - and _, begin with a letter, and have at most 64"
    }

    /// Does the same for names of destinations, which are also keys of deliveries.
    static func destinationProblem(_ name: String) -> String? {
        if [RelayConfiguration.Destination.sessionWebhooks, "pipeline"].contains(name) {
            return "is a name that the relay uses itself"
        }
        if case .webhook = DestinationKey(name) {
            return "begins with \(DestinationKey.webhookPrefix), as the webhooks do that are managed over REST"
        }
        return problem(name)
    }
}
