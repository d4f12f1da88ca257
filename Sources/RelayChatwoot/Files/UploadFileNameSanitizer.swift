/// Makes the names of uploaded files safe. Senders choose these names, so a name must not leave a directory, end a
/// header line, or imitate another file type.
package enum UploadFileNameSanitizer {
    /// The maximum length in characters. Longer names are cut before their extension.
    static let limit = 120

    /// - Parameters:
    ///   - given: the sender's name for the file; nil when there is none.
    ///   - stem: the name to use when there is none: `voice-3EB0D1`.
    ///   - type: determines the extension when the name has none.
    package static func safe(_ given: String?, stem: String, type: UploadContentType) -> String {
        let clean = given.map(cleaned) ?? ""
        let name = clean.isEmpty ? cleaned(stem) : clean
        var (base, ending) = split(name.isEmpty ? "file" : name)
        if ending.isEmpty, let known = type.fileExtension { ending = "." + known }
        let room = limit - ending.unicodeScalars.count
        base = TextTruncation.text(base, to: room, mark: "")
        return base + ending
    }

    /// The last component of a path, without characters that are not allowed.
    private static func cleaned(_ name: String) -> String {
        let last = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last ?? ""
        var clean = String.UnicodeScalarView()
        for scalar in last.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: break
            default: clean.append("\"'<>|:*?;%&$`{}".unicodeScalars.contains(scalar) ? "_" : scalar)
            }
        }
        let trimmed = String(clean).drop { $0 == " " || $0 == "." }
        return String(trimmed.reversed().drop { $0 == " " || $0 == "." }.reversed())
    }

    private static func split(_ name: String) -> (base: String, ending: String) {
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return (name, "") }
        let ending = name[dot...]
        let isEnding = (2...11).contains(ending.count) && ending.dropFirst().allSatisfy { $0.isLetter || $0.isNumber }
        return isEnding ? (String(name[..<dot]), String(ending)) : (name, "")
    }
}
