/// The names of uploaded files. A sender chooses them: they must not lead out of a folder, end a header, or look like
/// another kind of file than they are.
package enum FileName {
    /// Longer names are cut before their ending.
    static let limit = 120

    /// - Parameters:
    ///   - given: as the sender says; nil for a message without one.
    ///   - stem: the name where there is none: `voice-3EB0D1`.
    ///   - type: decides the ending where the name has none.
    package static func safe(_ given: String?, stem: String, type: MultipartContentType) -> String {
        let clean = given.map(cleaned) ?? ""
        let name = clean.isEmpty ? cleaned(stem) : clean
        var (base, ending) = split(name.isEmpty ? "file" : name)
        if ending.isEmpty, let known = type.fileExtension { ending = "." + known }
        let room = limit - ending.unicodeScalars.count
        base = TextTruncation.text(base, to: room, mark: "")
        return base + ending
    }

    /// The last part of a path, without what no name should have.
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
