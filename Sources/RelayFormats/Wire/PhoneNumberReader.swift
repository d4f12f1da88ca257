internal import RelayCore

/// Reads phone numbers that gateways write without a JID's server.
enum PhoneNumberReader {
    /// The JID of a phone number: 5 to 15 digits (E.164), optionally with `+` and separators. Nil for anything else.
    static func jid(_ text: String) -> JID? {
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
}
