package import RelayJSON

/// Replaces hidden identities in events by the phones that are known to be behind them. The identities stay beside the
/// phones as `chatLid` and `participantLid` (reference whatsapp.md, B.2).
///
/// Otherwise a gateway that reports the phone in some events only would split one chat into two.
package enum LIDResolver {
    /// The hidden identities that decide where an event belongs: of its chat and its author.
    package static func lids(chat: String?, payload: JSONObject) -> [String] {
        var lids: [String] = []
        if let chat, ChatIDRules.isLID(chat) { lids.append(chat) }
        if let author = payload["participant"]?.string, ChatIDRules.isLID(author), author != chat {
            lids.append(author)
        }
        return lids
    }

    /// Replaces the chat's and the author's hidden identity in the payload.
    /// - Parameter phone: the phone's JID of a hidden identity; nil when it is not known.
    /// - Returns: the event's chat.
    package static func resolve(
        chat: String?, payload: inout JSONObject, phone: (_ lid: String) throws -> String?
    ) rethrows -> String? {
        var chat = chat
        if let lid = chat, ChatIDRules.isLID(lid), let known = try phone(lid) {
            replace(lid, by: known, in: &payload, lidField: "chatLid", fields: ["chatId", "contactId"])
            chat = known
        }
        if let lid = payload["participant"]?.string, ChatIDRules.isLID(lid), let known = try phone(lid) {
            replace(lid, by: known, in: &payload, lidField: "participantLid", fields: ["participant"])
        }
        return chat
    }

    /// The event with hidden identities replaced: of its chat and its author, and of the people whom it names.
    package static func resolve(_ event: Event, phone: (_ lid: String) throws -> String?) rethrows -> Event {
        let isOfHiddenIdentity = !lids(chat: event.chat, payload: event.payload).isEmpty
        guard isOfHiddenIdentity || !namedLIDs(in: event.payload).isEmpty else { return event }
        var payload = event.payload
        let chat = try resolve(chat: event.chat, payload: &payload, phone: phone)
        try resolveNamed(in: &payload, phone: phone)
        return Event(
            id: event.id,
            source: event.source,
            type: event.type,
            session: event.session,
            chat: chat,
            occurredAt: event.occurredAt,
            receivedAt: event.receivedAt,
            payload: payload,
            raw: event.raw,
            rerun: event.rerun
        )
    }

    private static func replace(
        _ lid: String, by phone: String, in payload: inout JSONObject, lidField: String, fields: [String]
    ) {
        for field in fields + ["from", "to"] where payload[field]?.string == lid { payload[field] = .string(phone) }
        if payload[lidField]?.string == nil { payload[lidField] = .string(lid) }
    }

    // MARK: Deduplication keys

    /// The hidden identities in a deduplication key, whose parts are separated by `|`.
    package static func lids(inKey key: String) -> [String] {
        guard hasPart(ofKey: key, where: isLID) else { return [] }
        var lids: [String] = []
        forEachPart(ofKey: key) { if ChatIDRules.isLID($0) { lids.append(String($0)) } }
        return lids
    }

    /// A deduplication key with each part that is a JID in its canonical form, so that it is the same whatever address
    /// of a person the gateway used.
    /// - Parameter phone: the phone's JID of a hidden identity; nil when it is not known.
    package static func canonicalKey(_ key: String, phone: (_ lid: String) throws -> String?) rethrows -> String {
        // Most keys are canonical, which their bytes show.
        guard hasPart(ofKey: key, where: { isLID($0) || mayHaveOtherSpelling($0) }) else { return key }
        var canonical: [(range: Range<String.Index>, id: String)] = []
        try forEachPart(ofKey: key) { part in
            let isLID = ChatIDRules.isLID(part)
            guard isLID || ChatIDRules.isPhone(part) else { return }
            let id = String(part)
            let current = ChatIDRules.canonical(isLID ? try phone(id) ?? id : id)
            if current != id { canonical.append((part.startIndex..<part.endIndex, current)) }
        }
        guard !canonical.isEmpty else { return key }
        var result = "", position = key.startIndex
        for (range, id) in canonical {
            result += key[position..<range.lowerBound] + id
            position = range.upperBound
        }
        return result + key[position...]
    }

    private static func isLID(_ part: UnsafeBufferPointer<UInt8>) -> Bool {
        part.count > 4 && part.hasSuffix("@lid")
    }

    /// Whether it may be the JID of a phone number that is not in its canonical spelling.
    private static func mayHaveOtherSpelling(_ part: UnsafeBufferPointer<UInt8>) -> Bool {
        let server: StaticString = "@s.whatsapp.net"
        return part.count == PhoneNumberVariants.shorterLength + server.utf8CodeUnitCount && part.hasSuffix(server)
    }

    /// Whether one of a key's parts satisfies a condition.
    private static func hasPart(ofKey key: String, where condition: (UnsafeBufferPointer<UInt8>) -> Bool) -> Bool {
        var key = key
        return key.withUTF8 { bytes in
            var start = 0
            for end in 0...bytes.count where end == bytes.count || bytes[end] == UInt8(ascii: "|") {
                if condition(UnsafeBufferPointer(rebasing: bytes[start..<end])) { return true }
                start = end + 1
            }
            return false
        }
    }

    private static func forEachPart(ofKey key: String, _ body: (Substring) throws -> Void) rethrows {
        var start = key.startIndex
        while true {
            let end = key.utf8[start...].firstIndex(of: UInt8(ascii: "|")) ?? key.endIndex
            try body(key[start..<end])
            guard end < key.endIndex else { return }
            start = key.utf8.index(after: end)
        }
    }
}
