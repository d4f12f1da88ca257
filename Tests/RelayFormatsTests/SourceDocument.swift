import Foundation
import RelayCore
import RelayJSON

/// The ids, JIDs and phone numbers in a document, as written there. Any others in an event are made up.
struct SourceDocument {
    /// The session in the URL, because some formats use it as the own number, followed by the document and a zero byte.
    private let bytes: [UInt8]

    init(_ document: [UInt8], session: String?) {
        self.init(bytes: Array("\"\(session ?? "")\",".utf8) + document + [0])
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Whether the document contains the text.
    func has(_ text: String) -> Bool {
        !places(of: text).isEmpty
    }

    /// Whether the document contains the JID: in full, or only its user part when the document does not use it as a
    /// hidden identity. The digits of a hidden identity are never accepted as a phone number.
    func names(_ address: String) -> Bool {
        guard let jid = JID(address) else { return has(address) }
        if names(jid) { return true }
        // Numbers may be written with separators: +1 (555) 078-3881.
        return jid.isPhone && SourceDocument(bytes: bytes.filter { !" -()".utf8.contains($0) }).names(jid)
    }

    private func names(_ jid: JID) -> Bool {
        let servers = Set(places(of: jid.user).compactMap(server))
        if servers.contains(jid.server) { return true }
        return servers.contains("") && !jid.isLID && !servers.contains("lid")
    }

    /// The server part after a user part; empty for a user part alone; nil when the match is part of a longer token.
    private func server(after place: Range<Int>) -> String? {
        let before = bytes[place.lowerBound - 1]
        guard Self.delimiters.contains(before) || before == UInt8(ascii: ":") || before == 0x5F else { return nil }
        var rest = bytes[place.upperBound...].prefix { !Self.delimiters.contains($0) && $0 != UInt8(ascii: "}") }
        if rest.isEmpty { return "" }
        if rest.first == UInt8(ascii: ":") || rest.first == 0x5F { rest = rest.drop { $0 != UInt8(ascii: "@") } }
        guard rest.first == UInt8(ascii: "@") else { return nil }
        let address = "1" + String(decoding: rest.prefix { $0 != 0x5F }, as: UTF8.self)
        return JID(address)?.server
    }

    /// The delimiters of values and of ids in them. The `_` in WAHA's ids is handled separately.
    private static let delimiters = Set("\",[] +".utf8)

    private func places(of text: String) -> [Range<Int>] {
        var places: [Range<Int>] = []
        bytes.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress, !text.isEmpty else { return }
            start.withMemoryRebound(to: CChar.self, capacity: buffer.count) { start in
                var next = strstr(start, text)
                while let found = next {
                    let place = UnsafePointer(found) - start
                    places.append(place..<place + text.utf8.count)
                    next = strstr(found + 1, text)
                }
            }
        }
        return places
    }
}
