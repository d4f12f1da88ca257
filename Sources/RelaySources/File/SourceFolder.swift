internal import Glibc
internal import RelayCore

/// A file that was found beside the followed path, or at it.
struct FoundFile: Sendable, Hashable {
    enum Role: Sendable, Hashable {
        /// The followed path refers to it.
        case current
        /// Its name is one that rotated files get.
        case rotated
        case other
    }

    var path: String
    var role: Role
    var identity: FileIdentity
    var size: Int64
    /// When it was last written, in nanoseconds since 1970.
    var modifiedAt: Int64
    /// The number in the name of a rotated file, such as 1; the newest has the lowest. Nil: there is none.
    var number: Int?
}

/// The directory of a followed path, and that of the file to which the path is a link.
struct SourceFolder: Sendable {
    let path: String

    struct Listing: Sendable {
        /// The regular files, each once; that at the path is among them.
        var files: [FoundFile] = []
        /// Rotated files that were compressed, which cannot be read.
        var compressed: [FoundFile] = []
        /// Why a directory cannot be listed; nil when all can.
        var problem: String?
    }

    /// Lists the files. What cannot be listed is left out.
    func list() -> Listing {
        var listing = Listing()
        var seen: Set<FileIdentity> = []
        let rotation = RotationName(base: Self.name(of: path))
        if let current = file(path, role: .current, followsLinks: true) {
            listing.files.append(current)
            seen.insert(current.identity)
        }
        for folder in folders {
            let names: [String]
            do throws(SystemCallError) {
                names = try SystemDirectory(folder).names()
            } catch {
                if !error.isMissing { listing.problem = "\(folder): \(error)" }
                continue
            }
            for name in names {
                let role = rotation.matches(name) ? FoundFile.Role.rotated : .other
                guard var file = file(Self.path(of: name, in: folder), role: role, followsLinks: false),
                    seen.insert(file.identity).inserted
                else { continue }
                if rotation.matchesCompressed(name) {
                    listing.compressed.append(file)
                    continue
                }
                file.number = rotation.number(in: name)
                listing.files.append(file)
            }
        }
        listing.compressed.sort { $0.path < $1.path }
        return listing
    }

    /// When names in the directories were last added or removed, in nanoseconds since 1970.
    var changedAt: [Int64] {
        folders.map { folder in
            var status = stat()
            return stat(folder, &status) == 0 ? status.modifiedAt : 0
        }
    }

    private var folders: [String] {
        let own = SystemDirectory(containing: path).path
        guard let resolved = realpath(path, nil) else { return [own] }
        defer { free(resolved) }
        let target = SystemDirectory(containing: String(cString: resolved)).path
        // The directory itself may be reached through a link, so the comparison is by identity.
        return SourceFile.identity(path: own) == SourceFile.identity(path: target) ? [own] : [own, target]
    }

    private func file(_ path: String, role: FoundFile.Role, followsLinks: Bool) -> FoundFile? {
        var status = stat()
        guard (followsLinks ? stat(path, &status) : lstat(path, &status)) == 0, status.st_mode & S_IFMT == S_IFREG
        else { return nil }
        return FoundFile(
            path: path,
            role: role,
            identity: FileIdentity(status),
            size: Int64(status.st_size),
            modifiedAt: status.modifiedAt
        )
    }

    static func name(of path: String) -> String {
        String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...])
    }

    private static func path(of name: String, in folder: String) -> String {
        folder == "/" ? "/" + name : "\(folder)/\(name)"
    }
}
