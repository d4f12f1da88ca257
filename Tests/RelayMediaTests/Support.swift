import Crypto
import Foundation
import RelayCore
import RelayTesting
import Testing

@testable import RelayMedia

/// A directory of a test's own, deleted with it.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("relay-media-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Everything in it, directories included, sorted.
    var everything: [String] { (FileManager.default.subpaths(atPath: path) ?? []).sorted() }

    func draft(_ bytes: [UInt8]) throws -> StagedFile {
        let draft = try StagedFile(in: path)
        try draft.append(bytes)
        return draft
    }
}

extension StagedFile {
    /// Its bytes, as they lie on disk.
    var contents: [UInt8] { FileManager.default.contents(atPath: path).map { Array($0) } ?? [] }
}

/// The failure of what must fail; nil, and an issue of the test, when it did not.
func failure(
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async -> MediaError? {
    do {
        try await body()
        Issue.record("did not fail", sourceLocation: sourceLocation)
    } catch let failure as MediaError {
        return failure
    } catch {
        Issue.record(error, sourceLocation: sourceLocation)
    }
    return nil
}

/// Bytes that look like nothing in particular, the same on every call.
func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return UInt8(truncatingIfNeeded: state)
    }
}

func sha256(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

/// A small file system in memory, unmounted with the test.
final class SmallDisk: Sendable {
    let scratch: Scratch

    /// Whether this process may mount; most may not, and then there is nothing to test with.
    static let isPermitted: Bool = (try? SmallDisk(size: "1m")) != nil

    init(size: String) throws {
        scratch = try Scratch()
        let code = try ChildProcess.run("/usr/bin/mount", "-t", "tmpfs", "-o", "size=\(size)", "tmpfs", scratch.path)
        guard code == 0 else { throw CocoaError(.fileWriteNoPermission) }
    }

    deinit {
        _ = try? ChildProcess.run("/usr/bin/umount", "-l", scratch.path)
    }
}
