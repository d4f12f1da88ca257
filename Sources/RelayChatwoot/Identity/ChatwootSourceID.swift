package import RelayCore

/// Stable `source_id` values, by which Chatwoot's contacts and messages are found again.
package enum ChatwootSourceID {
    /// The `source_id` of a contact: `wa-<digits>` of a phone, `walid-<digits>` of a LID, `wag-<digits[-digits]>` of a
    /// group, `wa<server>-…` of anything else. It contains only letters, digits, `-` and `_`, because a dot or a slash
    /// would end a path of the public API.
    package static func of(_ id: JID) -> String {
        let kind =
            switch id.server {
            case "s.whatsapp.net": ""
            case "g.us": "g"
            default: plain(id.server)
            }
        return "wa\(kind)-\(plain(id.user))"
    }

    /// The `source_id` of a message: `WAID:<WhatsApp's id>`, with a part that distinguishes several messages about it.
    package static func message(_ id: String, _ part: String? = nil) -> String {
        "WAID:" + id + (part.map { "#" + $0 } ?? "")
    }

    /// The part of a message that stands for one whose content has not arrived. The message itself replaces it.
    static let placeholderPart = "placeholder"

    /// The `source_id` of the notice that the session is lost, the same for every loss.
    static let sessionLost = "RELAY:session-lost"

    /// A hash that distinguishes two changes of one message.
    static func fingerprint(_ parts: String...) -> String {
        var fingerprint = FNVFingerprint()
        for part in parts { fingerprint.add(Array(part.utf8) + [0]) }
        return fingerprint.text
    }

    /// Encodes everything except ASCII letters, digits and `-` as `_` and two hexadecimal digits.
    static func plain(_ text: String) -> String {
        var plain = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                plain.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                plain += byte < 16 ? "_0" : "_"
                plain += String(byte, radix: 16)
            }
        }
        return plain
    }
}
