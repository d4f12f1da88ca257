/// Recognizes the names that rotated files get: those of logrotate, with and without `dateext` and `extension`, of
/// lumberjack, and of programs that rename their file to `.old`.
struct RotationName: Sendable {
    private static let compressedEndings = [".gz", ".bz2", ".xz", ".zst", ".lz4", ".Z", ".zip"]

    /// The name of the file that is rotated, without its directory: `app.log`.
    let base: String

    /// Whether a file of this name may be a rotated file whose content can be read: `app.log.1`, `app.log-20260131`,
    /// `app-2026-01-31T10-00-00.000.log`.
    func matches(_ name: String) -> Bool {
        guard name != base else { return false }
        if name.hasPrefix(base), Self.isSuffix(name.dropFirst(base.count)) { return true }
        guard let dot = base.lastIndex(of: "."), dot > base.startIndex else { return false }
        let (stem, ending) = (base[..<dot], base[dot...])
        guard name.hasPrefix(stem), name.hasSuffix(ending), name.count > base.count else { return false }
        return Self.isSuffix(name.dropFirst(stem.count).dropLast(ending.count))
    }

    /// Whether it is a rotated file that was compressed.
    func matchesCompressed(_ name: String) -> Bool {
        guard let ending = Self.compressedEndings.first(where: name.hasSuffix) else { return false }
        return matches(String(name.dropLast(ending.count)))
    }

    /// The number in `app.log.7`; nil for other names.
    func number(in name: String) -> Int? {
        name.hasPrefix(base + ".") ? Int(name.dropFirst(base.count + 1)) : nil
    }

    /// A separator, then a number or a date.
    private static func isSuffix(_ text: Substring) -> Bool {
        guard let first = text.first, "._-".contains(first) else { return false }
        let rest = text.dropFirst()
        if rest == "old" { return true }
        return rest.contains { ("0"..."9").contains($0) }
            && rest.allSatisfy { ("0"..."9").contains($0) || "._-:+TZ".contains($0) }
    }
}
