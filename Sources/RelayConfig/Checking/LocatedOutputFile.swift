internal import Glibc

/// An output file with the places on the disk that it takes, so that two spellings of one file are recognized.
struct LocatedOutputFile {
    enum Conflict: Equatable {
        case sameFile
        /// The first is a file to which the other one is renamed, or was.
        case isRotationOfOther
        /// The other way round.
        case otherIsRotation
    }

    let path: String
    /// Where its lines go: the file, and the name that a rotation makes anew.
    private let files: Set<FileLocation>
    private let rotations: Set<FileLocation>

    init(_ file: OutputFile) {
        path = file.path
        let absolute = path.hasPrefix("/") ? path : "\(BoundedFileReader.currentDirectory)/\(path)"
        files = FileLocation.all(of: absolute)
        rotations = (1...max(1, file.rotatedFiles)).reduce(into: []) {
            $0.formUnion(FileLocation.all(of: "\(absolute).\($1)"))
        }
    }

    /// - Returns: nil when both can be used side by side.
    func conflict(with other: LocatedOutputFile) -> Conflict? {
        if !files.isDisjoint(with: other.files) { return .sameFile }
        if !files.isDisjoint(with: other.rotations) { return .isRotationOfOther }
        return rotations.isDisjoint(with: other.files) ? nil : .otherIsRotation
    }
}

extension LocatedOutputFile.Conflict {
    func message(_ name: String, _ path: String, other: String, _ otherPath: String) -> String {
        switch self {
        case .sameFile where path == otherPath:
            "destinations \"\(other)\" and \"\(name)\" both use the file \(path)"
        case .sameFile:
            "destinations \"\(other)\" and \"\(name)\" write into one file: \(otherPath) and \(path) are the same"
        case .isRotationOfOther:
            "destination \"\(name)\" writes into \(path), to which destination \"\(other)\" renames its file \(otherPath)"
        case .otherIsRotation:
            "destination \"\(other)\" writes into \(otherPath), to which destination \"\(name)\" renames its file \(path)"
        }
    }
}

/// A place on the disk: the file or directory that exists, and the names below it that do not exist yet. It is the same
/// for all links and spellings.
private struct FileLocation: Hashable {
    let device: UInt
    let inode: UInt
    let rest: String

    /// The places of an absolute path: the file that it leads to, and the name in its directory.
    static func all(of path: String) -> Set<FileLocation> {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        let folder = FileLocation(resolving: String(path[..<slash]))
        let name = FileLocation(
            device: folder.device, inode: folder.inode, rest: folder.rest + "/" + path[slash...].dropFirst())
        return [name, FileLocation(resolving: path)]
    }

    private init(device: UInt, inode: UInt, rest: String) {
        self.device = device
        self.inode = inode
        self.rest = rest
    }

    private init(resolving path: String) {
        var existing = Self.resolved(path)
        var rest = ""
        var status = stat()
        while stat(existing.isEmpty ? "/" : existing, &status) != 0 {
            guard let slash = existing.lastIndex(of: "/") else { break }
            rest = String(existing[slash...]) + rest
            existing = String(existing[..<slash])
        }
        self.init(device: UInt(status.st_dev), inode: UInt(status.st_ino), rest: rest)
    }

    /// The path without links. A link to a file that does not exist leads to where the file would be made.
    private static func resolved(_ path: String) -> String {
        var pending = Array(path.split(separator: "/").map(String.init).reversed())
        var parts: [String] = []
        var links = 0
        while let part = pending.popLast() {
            if part == "." { continue }
            if part == ".." {
                _ = parts.popLast()
                continue
            }
            let candidate = "/" + (parts + [part]).joined(separator: "/")
            if links < 40, let target = linkTarget(candidate) {
                links += 1
                if target.hasPrefix("/") { parts = [] }
                pending += target.split(separator: "/").map(String.init).reversed()
            } else {
                parts.append(part)
            }
        }
        return "/" + parts.joined(separator: "/")
    }

    private static func linkTarget(_ path: String) -> String? {
        let bytes = [CChar](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            count = max(0, readlink(path, start, buffer.count))
        }
        return bytes.isEmpty ? nil : String(decoding: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
