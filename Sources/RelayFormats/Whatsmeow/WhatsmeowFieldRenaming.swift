internal import RelayCore
internal import RelayJSON

/// Renames the fields of WhatsApp messages from Go's spelling to that of Baileys (reference whatsapp.md, A5): `URL` to
/// `url`, `fileEncSHA256` to `fileEncSha256`, `mentionedJID` to `mentionedJid`. Values stay unchanged.
enum WhatsmeowFieldRenaming {
    /// Members below this depth are dropped: no message needs them.
    private static let maximumDepth = 48

    static func renamed(_ object: JSONObject, depth: Int = 0) -> JSONObject {
        var pairs: [(String, JSON)] = []
        pairs.reserveCapacity(object.count)
        for (key, value) in object {
            // Go puts the members of a `oneof` under a common name that is not in the schema. Bytes are no such members.
            let isUnwrapped = isAlternative(key) && !SensitiveMemberRules.isKeyMaterial(key, value)
            let members = isUnwrapped ? value.object ?? [key: value] : [key: value]
            for (key, value) in members {
                pairs.append((baileys(key), depth < maximumDepth ? Self.renamed(value, depth: depth + 1) : .null))
            }
        }
        return JSONObject(pairs)
    }

    private static func renamed(_ json: JSON, depth: Int) -> JSON {
        switch json {
        case .object(let object): .object(renamed(object, depth: depth))
        case .array(let elements): .array(elements.map { renamed($0, depth: depth) })
        default: json
        }
    }

    /// `Response`, `InteractiveResponseMessage`: only a `oneof` without a JSON name begins with a single capital
    /// letter.
    private static func isAlternative(_ name: String) -> Bool {
        let start = Array(name.utf8.prefix(2))
        return start.count == 2 && isCapital(start[0]) && !isCapital(start[1])
    }

    /// The name with its acronyms written as words and its first letter in lower case.
    static func baileys(_ name: String) -> String {
        var letters = Array(name.utf8)
        var index = 0
        while index < letters.count {
            guard isCapital(letters[index]) else {
                index += 1
                continue
            }
            var end = index
            while end < letters.count, isCapital(letters[end]) { end += 1 }
            // The last capital before lower-case letters begins a new word: JPEGThumbnail.
            let isWordNext = end < letters.count && (0x61...0x7A).contains(letters[end])
            let last = isWordNext && end - index > 1 ? end - 1 : end
            for place in index..<last where place > index || index == 0 { letters[place] |= 0x20 }
            index = end
        }
        return String(decoding: letters, as: UTF8.self)
    }

    private static func isCapital(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
}
