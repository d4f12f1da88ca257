public import RelayCore

/// The keys under which Chatwoot finds contacts and messages again, the same for ever.
public enum SourceID {
    /// A contact's: `wa-<digits>` of a phone, `walid-<digits>` of a hidden identity, `wag-<digits[-digits]>` of a group,
    /// `wa<server>-…` of anything else. Letters, digits, `-` and `_` alone: a dot or a slash would end a path of the
    /// public API.
    public static func of(_ id: JID) -> String {
        let kind =
            switch id.server {
            case "s.whatsapp.net": ""
            case "g.us": "g"
            default: plain(id.server)
            }
        return "wa\(kind)-\(plain(id.user))"
    }

    /// A message's: `WAID:<WhatsApp's id>`, and what tells several about the same one apart.
    public static func message(_ id: String, _ part: String? = nil) -> String {
        "WAID:" + id + (part.map { "#" + $0 } ?? "")
    }

    /// A short fingerprint (FNV-1a, 64 bits) of what tells two changes of one message apart.
    static func fingerprint(_ parts: String...) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for part in parts {
            for byte in Array(part.utf8) + [0] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        return String(hash, radix: 16)
    }

    /// Everything but ASCII letters, digits and `-` as `_` and two hexadecimal digits.
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
