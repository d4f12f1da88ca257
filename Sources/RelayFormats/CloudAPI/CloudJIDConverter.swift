internal import RelayCore
internal import RelayJSON

/// Converts Meta's ids to JIDs.
enum CloudJIDConverter {
    /// The JID server for a person of whom only an opaque id is known. Such a JID is never treated as a phone number.
    static let opaqueServer = "bsuid"

    /// An id as a string; a whole number is accepted.
    static func text(_ json: JSON?) -> String? {
        switch json {
        case .string(let text) where !text.isEmpty: text
        case .int(let number) where number >= 0: "\(number)"
        default: nil
        }
    }

    /// The JID of a phone number: 5 to 15 digits (E.164), optionally with `+` and separators. Nil for anything else.
    static func phone(_ json: JSON?) -> JID? {
        guard let text = text(json) else { return nil }
        if let address = JID(text) { return address.phone == nil ? nil : address }
        var digits: [UInt8] = []
        for (index, byte) in text.utf8.enumerated() {
            switch byte {
            case 0x30...0x39: digits.append(byte)
            case UInt8(ascii: "+") where index == 0: continue
            case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "("), UInt8(ascii: ")"): continue
            default: return nil
            }
        }
        guard (5...15).contains(digits.count) else { return nil }
        return JID("\(String(decoding: digits, as: UTF8.self))@s.whatsapp.net")
    }

    /// The JID of a person: by phone number, else opaque.
    static func person(_ json: JSON?) -> JID? {
        phone(json) ?? text(json).flatMap(opaque)
    }

    static func opaque(_ id: String) -> JID? {
        JID("\(id)@\(opaqueServer)")
    }

    static func group(_ json: JSON?) -> JID? {
        guard let id = text(json) else { return nil }
        return JID(id.hasSuffix("@g.us") ? id : id + "@g.us")
    }
}
