internal import RelayJSON

/// WhatsApp's messages as programs in Go write them, put under the names that Baileys uses (reference whatsapp.md, A5):
/// `URL` is `url`, `fileEncSHA256` is `fileEncSha256`, `mentionedJID` is `mentionedJid`. Values stay as they are.
enum WhatsmeowFieldNames {
    /// Deeper members are cut: no message needs them.
    private static let maximumDepth = 48

    static func renamed(_ object: JSONObject, depth: Int = 0) -> JSONObject {
        var pairs: [(String, JSON)] = []
        pairs.reserveCapacity(object.count)
        for (key, value) in object {
            // Go writes one of several alternatives under a common name that is not in the schema.
            let members = isAlternative(key) ? value.object ?? [key: value] : [key: value]
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

    /// `Response`, `InteractiveResponseMessage`: only fields without a name of their own begin with one capital.
    private static func isAlternative(_ name: String) -> Bool {
        let start = Array(name.utf8.prefix(2))
        return start.count == 2 && isCapital(start[0]) && !isCapital(start[1])
    }

    /// The name with its acronyms written as words, and its first letter small.
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
            // The last capital before small letters begins a word of its own: JPEGThumbnail.
            let isWordNext = end < letters.count && (0x61...0x7A).contains(letters[end])
            let last = isWordNext && end - index > 1 ? end - 1 : end
            for place in index..<last where place > index || index == 0 { letters[place] |= 0x20 }
            index = end
        }
        return String(decoding: letters, as: UTF8.self)
    }

    private static func isCapital(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
}
