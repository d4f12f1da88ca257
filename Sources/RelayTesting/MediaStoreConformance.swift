internal import Foundation
package import RelayCore
internal import RelayCrypto

/// The requirements for every media store. Each behaviour is one test:
///
///     @Test(arguments: MediaStoreConformance.Behaviour.allCases) func conforms(_ behaviour:
///     MediaStoreConformance.Behaviour) async throws {
///         try await conformance.run(behaviour)
///     }
///
/// Times are whole hours apart, for storages with a resolution of seconds.
package struct MediaStoreConformance: Sendable {
    private let sweeps: Bool
    private let makeMediaStore: @Sendable (ManualClock) async throws -> any MediaStore
    private let reopen: @Sendable (any MediaStore, ManualClock) async throws -> any MediaStore
    private let discard: @Sendable (any MediaStore) async throws -> Void

    /// - Parameters:
    ///   - sweeps: whether the store itself deletes old files; otherwise ``MediaStore/sweep(before:)`` must do nothing.
    ///   - makeMediaStore: makes a new, empty store that uses this clock.
    ///   - reopen: opens another store on what the first one, which is no longer used, has made durable.
    ///   - discard: called with the store when its test has ended.
    package init(
        sweeps: Bool = true,
        makeMediaStore: @escaping @Sendable (ManualClock) async throws -> any MediaStore,
        reopen: @escaping @Sendable (any MediaStore, ManualClock) async throws -> any MediaStore,
        discard: @escaping @Sendable (any MediaStore) async throws -> Void
    ) {
        self.sweeps = sweeps
        self.makeMediaStore = makeMediaStore
        self.reopen = reopen
        self.discard = discard
    }

    package enum Behaviour: String, Sendable, CaseIterable {
        case keepsBytes, keepsAFile, keepsTheSameBytesOnce, takesAFileThatIsKeptAlready, knowsWhatItDoesNotHave
        case readsRanges, readsInChunks, readsForMany, sweepsWhatIsOld, sparesWhatIsKeptAgain, sparesWhatIsAskedFor
        case keepsAgainWhatWasSwept, takesManyAtOnce, remembers
    }

    /// Tests one behaviour on a new store.
    /// - Throws: ``StoreConformanceError``, or the store's error.
    package func run(_ behaviour: Behaviour) async throws {
        let clock = ManualClock()
        let mediaStore = try await makeMediaStore(clock)
        do {
            try await check(behaviour, mediaStore, clock)
        } catch {
            try? await discard(mediaStore)
            throw error
        }
        try await discard(mediaStore)
    }

    private func check(_ behaviour: Behaviour, _ mediaStore: any MediaStore, _ clock: ManualClock) async throws {
        switch behaviour {
        case .keepsBytes: try await keepsBytes(mediaStore)
        case .keepsAFile: try await keepsAFile(mediaStore)
        case .keepsTheSameBytesOnce: try await keepsTheSameBytesOnce(mediaStore, clock)
        case .takesAFileThatIsKeptAlready: try await takesAFileThatIsKeptAlready(mediaStore)
        case .knowsWhatItDoesNotHave: try await knowsWhatItDoesNotHave(mediaStore)
        case .readsRanges: try await readsRanges(mediaStore)
        case .readsInChunks: try await readsInChunks(mediaStore)
        case .readsForMany: try await readsForMany(mediaStore)
        case .sweepsWhatIsOld: try await sweepsWhatIsOld(mediaStore, clock)
        case .sparesWhatIsKeptAgain:
            try await spares(mediaStore, clock) { _ = try await mediaStore.deposit($0) }
        case .sparesWhatIsAskedFor:
            try await spares(mediaStore, clock) { _ = try await mediaStore.find(Self.media($0).id) }
        case .keepsAgainWhatWasSwept: try await keepsAgainWhatWasSwept(mediaStore, clock)
        case .takesManyAtOnce: try await takesManyAtOnce(mediaStore)
        case .remembers: try await remembers(mediaStore, clock)
        }
    }

    // MARK: Storing

    private func keepsBytes(_ mediaStore: any MediaStore) async throws {
        for size in [0, 1, 1000, 300_000] {
            let bytes = Self.bytes(size)
            let media = try await mediaStore.deposit(bytes)
            try equal(media, Self.media(bytes), "\(size) bytes")
            try equal(try await mediaStore.find(media.id), media, "\(size) bytes")
            try equal(try await read(mediaStore, media.id), bytes, "\(size) bytes")
        }
    }

    private func keepsAFile(_ mediaStore: any MediaStore) async throws {
        for size in [0, 300_000] {
            let bytes = Self.bytes(size)
            let path = try stage(bytes, for: mediaStore)
            try await mediaStore.deposit(file: path, as: Self.media(bytes))
            try expect(!FileManager.default.fileExists(atPath: path), "the file is still where it was")
            try equal(try await read(mediaStore, Self.media(bytes).id), bytes, "\(size) bytes")
        }
    }

    private func keepsTheSameBytesOnce(_ mediaStore: any MediaStore, _ clock: ManualClock) async throws {
        let bytes = Self.bytes(1000)
        let first = try await mediaStore.deposit(bytes)
        try equal(try await mediaStore.deposit(bytes), first)
        try equal(try await read(mediaStore, first.id), bytes)
        clock.advance(by: .seconds(3600))
        try await sweep(mediaStore, before: clock.wall, of: 1)
    }

    private func takesAFileThatIsKeptAlready(_ mediaStore: any MediaStore) async throws {
        let bytes = Self.bytes(1000)
        let media = try await mediaStore.deposit(bytes)
        let path = try stage(bytes, for: mediaStore)
        try await mediaStore.deposit(file: path, as: media)
        try expect(!FileManager.default.fileExists(atPath: path), "the file is still where it was")
        try equal(try await read(mediaStore, media.id), bytes)
    }

    private func takesManyAtOnce(_ mediaStore: any MediaStore) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<24 {
                // Each of eight files by three at once.
                group.addTask { _ = try await mediaStore.deposit(Self.bytes(5000, seed: UInt8(index % 8))) }
            }
            try await group.waitForAll()
        }
        for index in 0..<8 {
            let bytes = Self.bytes(5000, seed: UInt8(index))
            try equal(try await read(mediaStore, Self.media(bytes).id), bytes, "file \(index)")
        }
    }

    private func remembers(_ mediaStore: any MediaStore, _ clock: ManualClock) async throws {
        let old = try await mediaStore.deposit(Self.bytes(1000))
        clock.advance(by: .seconds(3600))
        let new = try await mediaStore.deposit(Self.bytes(2000))
        let again = try await reopen(mediaStore, clock)
        try equal(try await read(again, new.id), Self.bytes(2000))
        try await sweep(again, before: clock.wall, of: 1)
        try equal(try await again.find(old.id), sweeps ? nil : old)
        try equal(try await again.find(new.id), new)
        try await discard(again)
    }

    // MARK: Reading

    private func knowsWhatItDoesNotHave(_ mediaStore: any MediaStore) async throws {
        _ = try await mediaStore.deposit(Self.bytes(10))
        let id = Self.media(Self.bytes(11)).id
        try equal(try await mediaStore.find(id), nil)
        do throws(MediaError) {
            _ = try await mediaStore.open(id) { 0..<$0 }
        } catch {
            return try equal(error.code, .notStored)
        }
        throw StoreConformanceError(description: "opens what is not there")
    }

    private func readsRanges(_ mediaStore: any MediaStore) async throws {
        let bytes = Self.bytes(200_000)
        let id = try await mediaStore.deposit(bytes).id
        let ranges: [Range<Int64>] = [
            0..<200_000, 0..<1, 199_999..<200_000, 5..<5, 1..<131_073, 131_072..<131_073, 65_535..<140_000,
        ]
        for range in ranges {
            let content = try await mediaStore.open(id) { $0 == 200_000 ? range : 0..<0 }
            try equal(content.size, 200_000, "size")
            try equal(content.range, range)
            let part = Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
            try expect(try await Self.all(content) == part, "other bytes in \(range)")
        }
        let beyond = try await mediaStore.open(id) { 199_990..<($0 + 10) }
        try equal(beyond.range, 199_990..<200_000)
        try equal(try await Self.all(beyond), Array(bytes[199_990...]))
    }

    /// Memory is the reader's, so chunks are small whatever the file.
    private func readsInChunks(_ mediaStore: any MediaStore) async throws {
        let bytes = Self.bytes(3 << 20)
        let id = try await mediaStore.deposit(bytes).id
        var read: [UInt8] = []
        for try await chunk in try await mediaStore.open(id, bounds: { 0..<$0 }).chunks {
            try expect(!chunk.isEmpty && chunk.count <= 1 << 20, "a chunk of \(chunk.count) bytes")
            read += chunk
        }
        try expect(read == bytes, "other bytes")
    }

    private func readsForMany(_ mediaStore: any MediaStore) async throws {
        let bytes = Self.bytes(400_000)
        let id = try await mediaStore.deposit(bytes).id
        let abandoned = try await mediaStore.open(id) { 0..<$0 }
        for try await _ in abandoned.chunks { break }
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<8 { group.addTask { try await read(mediaStore, id) } }
            for try await read in group { try expect(read == bytes, "other bytes") }
        }
    }

    // MARK: Retention

    private func sweepsWhatIsOld(_ mediaStore: any MediaStore, _ clock: ManualClock) async throws {
        var kept: [StoredMedia] = []
        for index in 0..<4 {
            kept.append(try await mediaStore.deposit(Self.bytes(100, seed: UInt8(index))))
            clock.advance(by: .seconds(3600))
        }
        let moment = clock.wall - .seconds(2 * 3600)
        try await sweep(mediaStore, before: moment, of: 2)
        try await sweep(mediaStore, before: moment, of: 0)
        for (index, media) in kept.enumerated() {
            try equal(try await mediaStore.find(media.id), index < 2 && sweeps ? nil : media, "file \(index)")
        }
    }

    private func spares(
        _ mediaStore: any MediaStore,
        _ clock: ManualClock,
        _ renew: ([UInt8]) async throws -> Void
    ) async throws {
        let (renewed, other) = (Self.bytes(100), Self.bytes(200))
        _ = try await mediaStore.deposit(renewed)
        _ = try await mediaStore.deposit(other)
        clock.advance(by: .seconds(5 * 3600))
        try await renew(renewed)
        clock.advance(by: .seconds(3600))
        try await sweep(mediaStore, before: clock.wall - .seconds(2 * 3600), of: 1)
        try equal(try await mediaStore.find(Self.media(other).id), sweeps ? nil : Self.media(other))
        try equal(try await read(mediaStore, Self.media(renewed).id), renewed)
    }

    private func keepsAgainWhatWasSwept(_ mediaStore: any MediaStore, _ clock: ManualClock) async throws {
        let bytes = Self.bytes(100)
        let media = try await mediaStore.deposit(bytes)
        clock.advance(by: .seconds(3600))
        try await sweep(mediaStore, before: clock.wall, of: 1)
        try equal(try await mediaStore.deposit(bytes), media)
        try equal(try await read(mediaStore, media.id), bytes)
    }

    /// Expects a sweep to delete this number of files, or none when the store does not sweep.
    private func sweep(
        _ mediaStore: any MediaStore,
        before moment: Timestamp,
        of count: Int,
        line: UInt = #line
    ) async throws {
        try equal(try await mediaStore.sweep(before: moment), sweeps ? count : 0, "files swept", line: line)
    }

    // MARK: Helpers

    private static func bytes(_ count: Int, seed: UInt8 = 0) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) ^ seed }
    }

    private static func media(_ bytes: [UInt8]) -> StoredMedia {
        StoredMedia(id: MediaID(digest: SHA256.digest(of: bytes)), size: Int64(bytes.count))
    }

    private func stage(_ bytes: [UInt8], for mediaStore: any MediaStore) throws -> String {
        let path = mediaStore.stagingDirectory + "/" + UUID().uuidString
        try expect(FileManager.default.createFile(atPath: path, contents: Data(bytes)), "cannot write \(path)")
        return path
    }

    private func read(_ mediaStore: any MediaStore, _ id: MediaID) async throws -> [UInt8] {
        try await Self.all(try await mediaStore.open(id) { 0..<$0 })
    }

    private static func all(_ content: StoredMediaStream) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await chunk in content.chunks { bytes += chunk }
        return bytes
    }

    private func expect(_ condition: Bool, _ what: @autoclosure () -> String, line: UInt = #line) throws {
        if !condition { throw StoreConformanceError(description: "\(#fileID):\(line): \(what())") }
    }

    private func equal<T: Equatable>(_ actual: T, _ expected: T, _ what: String = "", line: UInt = #line) throws {
        try expect(actual == expected, "\(what): got \(actual), not \(expected)", line: line)
    }
}
