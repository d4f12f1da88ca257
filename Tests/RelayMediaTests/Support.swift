import Foundation
import RelayCore
import RelayCrypto
import RelayTesting
import Testing

@testable import RelayMedia

extension TemporaryDirectory {
    func draft(_ bytes: [UInt8]) throws -> StagedFile {
        let draft = try StagedFile(in: path)
        try draft.append(bytes)
        return draft
    }
}

extension StagedFile {
    /// The bytes of the file on disk.
    var contents: [UInt8] { FileManager.default.contents(atPath: path).map { Array($0) } ?? [] }
}

/// The error of an operation that must fail; records an issue and returns nil when it succeeds.
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

/// Pseudorandom bytes, the same on every call.
func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return UInt8(truncatingIfNeeded: state)
    }
}

func sha256(_ bytes: [UInt8]) -> [UInt8] { SHA256.digest(of: bytes) }
