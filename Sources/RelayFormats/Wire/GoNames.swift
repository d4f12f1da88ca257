internal import RelayJSON

/// WhatsApp's messages as programs in Go write them (reference whatsapp.md, A5): `URL`, `fileSHA256` and `stanzaID`
/// where JavaScript has `url`, `fileSha256` and `stanzaId`.
enum GoNames {
    /// Deeper nodes are left as they are: no message needs them.
    private static let maximumDepth = 32

    /// The same message with the names that Baileys uses.
    static func toJavaScript(_ json: JSON) -> JSON {
        rename(json, depth: 0)
    }

    static func toJavaScript(_ object: JSONObject) -> JSONObject {
        rename(object, depth: 0, opensChoices: true)
    }

    /// `stanzaID` → `stanzaId`: an abbreviation keeps its first capital, and at the beginning not even that.
    static func toJavaScript(name: String) -> String {
        let letters = Array(name.utf8)
        let renamed = letters.indices.map { index in
            let letter = letters[index]
            guard isCapital(letter) else { return letter }
            let followsCapital = index > 0 && isCapital(letters[index - 1])
            let beginsWord = index + 1 < letters.count && (0x61...0x7A).contains(letters[index + 1])
            return index == 0 || (followsCapital && !beginsWord) ? letter + 0x20 : letter
        }
        return String(decoding: renamed, as: UTF8.self)
    }

    private static func rename(_ json: JSON, depth: Int) -> JSON {
        guard depth < maximumDepth else { return json }
        switch json {
        case .object(let object): return .object(rename(object, depth: depth, opensChoices: true))
        case .array(let elements): return .array(elements.map { rename($0, depth: depth + 1) })
        default: return json
        }
    }

    private static func rename(_ object: JSONObject, depth: Int, opensChoices: Bool) -> JSONObject {
        var renamed = JSONObject()
        for (key, value) in object {
            if opensChoices, depth < maximumDepth, isChoice(key), let choice = value.object {
                for (key, value) in rename(choice, depth: depth + 1, opensChoices: false) { renamed[key] = value }
            } else {
                renamed[toJavaScript(name: key)] = rename(value, depth: depth + 1)
            }
        }
        return renamed
    }

    /// Whether a name is that of a choice between fields (`oneof`): Go wraps the chosen one into a member that is
    /// written like no other, `Response` or `InteractiveResponseMessage`.
    private static func isChoice(_ name: String) -> Bool {
        let letters = name.utf8.prefix(2)
        return letters.count == 2 && letters.first.map(isCapital) == true && letters.last.map(isCapital) == false
    }

    private static func isCapital(_ letter: UInt8) -> Bool { (0x41...0x5A).contains(letter) }
}
