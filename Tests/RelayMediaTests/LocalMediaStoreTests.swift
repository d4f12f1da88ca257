import Foundation
import RelayCore
import RelayTesting
import Testing

@testable import RelayMedia

@Suite(.limitedConcurrency) struct DirectoryMediaStoreConformanceTests {
    private static let scratches = Scratches()

    /// The directory of each media store.
    private actor Scratches {
        private var all: [ObjectIdentifier: TemporaryDirectory] = [:]

        func open(_ directory: TemporaryDirectory, _ clock: ManualClock) async throws -> any MediaStore {
            let mediaStore = try await LocalMediaStore.open(path: directory.path + "/media", clock: clock)
            all[ObjectIdentifier(mediaStore)] = directory
            return mediaStore
        }

        func take(_ mediaStore: any MediaStore) throws -> TemporaryDirectory {
            let directory = all.removeValue(forKey: ObjectIdentifier(mediaStore as AnyObject))
            guard let directory else { throw CancellationError() }
            return directory
        }
    }

    private static let conformance = MediaStoreConformance(
        makeMediaStore: { try await scratches.open(TemporaryDirectory(), $0) },
        reopen: { try await scratches.open(scratches.take($0), $1) },
        discard: { _ = try? await scratches.take($0) }
    )

    @Test(arguments: MediaStoreConformance.Behaviour.allCases)
    func conforms(_ behaviour: MediaStoreConformance.Behaviour) async throws {
        try await Self.conformance.run(behaviour)
    }
}

@Suite(.limitedConcurrency) struct DirectoryMediaStoreTests {
    private let directory: TemporaryDirectory
    private let clock = ManualClock()

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func open(quota: Int64? = nil) async throws -> LocalMediaStore {
        try await LocalMediaStore.open(path: directory.path + "/media", quota: quota, clock: clock)
    }

    /// Paths of stored files, relative to the directory of the media store.
    private var kept: [String] {
        directory.subpaths.filter { $0.hasPrefix("media/") && $0.split(separator: "/").last?.utf8.count == 64 }
    }

    private func content(_ mediaStore: LocalMediaStore, _ id: MediaID) async throws -> [UInt8] {
        var read: [UInt8] = []
        for try await chunk in try await mediaStore.open(id, bounds: { 0..<$0 }).chunks { read += chunk }
        return read
    }

    private func mode(_ path: String) throws -> Int? {
        let attributes = try FileManager.default.attributesOfItem(atPath: directory.path + "/" + path)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue
    }

    // MARK: Files

    @Test func aFileLiesUnderItsHashForItsOwnerAlone() async throws {
        let mediaStore = try await open()
        let media = try await mediaStore.deposit(Array("hello".utf8))
        #expect(media.id.description == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
        #expect(kept == ["media/2c/f2/\(media.id)"])
        #expect(try mode("media/2c/f2/\(media.id)") == 0o600)
        for directory in ["media", "media/2c", "media/2c/f2", "media/staging"] {
            #expect(try mode(directory) == 0o700, "\(directory)")
        }
    }

    @Test func aFileThatIsReadGoesOnWhenItIsSwept() async throws {
        let mediaStore = try await open()
        let media = try await mediaStore.deposit(bytes(500_000))
        var iterator = try await mediaStore.open(media.id) { 0..<$0 }.chunks.makeAsyncIterator()
        var read = try #require(await iterator.next())
        clock.advance(by: .seconds(1))
        #expect(try await mediaStore.sweep(before: clock.wall) == 1)
        #expect(try await mediaStore.find(media.id) == nil)
        while let chunk = try await iterator.next() { read += chunk }
        #expect(read == bytes(500_000))
    }

    @Test func aSweepRemovesEmptyDirectoriesAndLeavesWhatIsNotTheRelays() async throws {
        let mediaStore = try await open()
        _ = try await mediaStore.deposit(bytes(10))
        let foreign = directory.path + "/media/notes.txt"
        #expect(FileManager.default.createFile(atPath: foreign, contents: Data("mine".utf8)))
        clock.advance(by: .seconds(1))
        #expect(try await mediaStore.sweep(before: clock.wall) == 1)
        #expect(directory.subpaths.filter { !$0.hasPrefix("media/staging") } == ["media", "media/notes.txt"])
    }

    // MARK: Files of a killed process

    @Test func whatAKilledProcessWasWritingIsRemovedAndWhatALivingOneWritesIsNot() async throws {
        let living = try await open()
        let path = living.stagingDirectory + "/draft"
        #expect(FileManager.default.createFile(atPath: path, contents: Data(bytes(100))))
        // The lock of a killed process exists, but no process holds it.
        let staging = directory.path + "/media/staging"
        try FileManager.default.createDirectory(atPath: staging + "/4242-abc", withIntermediateDirectories: false)
        #expect(FileManager.default.createFile(atPath: staging + "/4242-abc/draft", contents: Data(bytes(100))))
        #expect(FileManager.default.createFile(atPath: staging + "/4242-abc.lock", contents: nil))
        #expect(FileManager.default.createFile(atPath: staging + "/4243-def.lock", contents: nil))

        let next = try await open()
        let left = Set(try FileManager.default.contentsOfDirectory(atPath: staging).map { $0.prefix { $0 != "." } })
        let own = Set([living, next].map { ($0.stagingDirectory as NSString).lastPathComponent[...] })
        #expect(left == own)

        let media = StoredMedia(id: MediaID(digest: sha256(bytes(100))), size: 100)
        try await living.deposit(file: path, as: media)
        #expect(try await content(next, media.id) == bytes(100))
    }

    @Test func aClosedMediaStoreLeavesNothingButItsFiles() async throws {
        var mediaStore: LocalMediaStore? = try await open()
        let media = try #require(try await mediaStore?.deposit(bytes(10)))
        mediaStore = nil
        #expect(areKept([media]) == [true])
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path + "/media/staging").isEmpty)
    }

    // MARK: Quota

    @Test func theOldestGoWhenANewOneExceedsTheQuota() async throws {
        let mediaStore = try await open(quota: 100)
        var media: [StoredMedia] = []
        for index in 0..<3 {
            media.append(try await mediaStore.deposit(bytes(30, seed: UInt64(index + 1))))
            clock.advance(by: .seconds(1))
        }
        #expect(kept.count == 3)
        // The first file has been used since, so the second is the oldest.
        #expect(try await mediaStore.find(media[0].id) != nil)
        clock.advance(by: .seconds(1))
        media.append(try await mediaStore.deposit(bytes(40, seed: 9)))
        #expect(areKept(media) == [true, false, true, true])
        // Exactly full now.
        clock.advance(by: .seconds(1))
        media.append(try await mediaStore.deposit(bytes(0)))
        #expect(areKept(media) == [true, false, true, true, true])
        clock.advance(by: .seconds(1))
        media.append(try await mediaStore.deposit(bytes(100, seed: 10)))
        #expect(areKept(media).suffix(2) == [true, true], "an empty file takes no room")
        #expect(kept.count == 2)
    }

    private func areKept(_ media: [StoredMedia]) -> [Bool] {
        let kept = kept
        return media.map { media in kept.contains { $0.hasSuffix("/\(media.id)") } }
    }

    @Test func theQuotaCountsWhatWasThereBefore() async throws {
        var mediaStore = try await open()
        let old = try await mediaStore.deposit(bytes(60))
        clock.advance(by: .seconds(1))
        mediaStore = try await open(quota: 100)
        let new = try await mediaStore.deposit(bytes(50, seed: 2))
        #expect(try await mediaStore.find(old.id) == nil)
        #expect(try await mediaStore.find(new.id) == new)
    }

    @Test func aFileLargerThanTheQuotaIsRefusedAndNothingGoesForIt() async throws {
        let mediaStore = try await open(quota: 100)
        let media = try await mediaStore.deposit(bytes(100))
        let refusal = await failure { _ = try await mediaStore.deposit(bytes(101)) }
        #expect(refusal?.code == .tooLarge)
        #expect(refusal?.isRetryable == false, "no room can ever be made for it")
        #expect(try await content(mediaStore, media.id) == bytes(100))
        #expect(try FileManager.default.contentsOfDirectory(atPath: mediaStore.stagingDirectory).isEmpty)
    }

    @Test func manyFilesPassThroughASmallQuota() async throws {
        let mediaStore = try await open(quota: 1000)
        for index in 0..<200 {
            _ = try await mediaStore.deposit(bytes(90, seed: UInt64(index + 1)))
            clock.advance(by: .milliseconds(1))
        }
        #expect(kept.count == 11)
        for index in 189..<200 {
            let id = MediaID(digest: sha256(bytes(90, seed: UInt64(index + 1))))
            #expect(try await mediaStore.find(id) != nil, "file \(index)")
        }
    }

    @Test(.enabled(if: SmallFileSystem.isPermitted, "needs the right to mount a tmpfs"))
    func aFullDiskIsReported() async throws {
        let disk = try SmallFileSystem(size: "256k")
        let mediaStore = try await LocalMediaStore.open(path: disk.directory.path + "/media", clock: clock)
        let small = try await mediaStore.deposit(bytes(10_000))
        let refusal = await failure { _ = try await mediaStore.deposit(bytes(500_000)) }
        #expect(refusal?.code == .storageFull)
        #expect(refusal?.message.contains("free some space") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: mediaStore.stagingDirectory).isEmpty)
        #expect(try await content(mediaStore, small.id) == bytes(10_000))
        _ = try await mediaStore.deposit(bytes(20_000))
    }

    // MARK: Errors

    @Test func aDirectoryThatCannotBeMadeIsReported() async throws {
        #expect(FileManager.default.createFile(atPath: directory.path + "/media", contents: nil))
        let refusal = await failure { _ = try await open() }
        #expect(refusal?.code == .storage)
        #expect(refusal?.message.contains(directory.path + "/media") == true)
    }

    @Test func aDirectoryThatVanishesIsReportedAndWorksAgainWhenItIsBack() async throws {
        let mediaStore = try await open()
        let staging = mediaStore.stagingDirectory
        try FileManager.default.removeItem(atPath: directory.path + "/media")
        let refusal = await failure { _ = try await mediaStore.deposit(bytes(10)) }
        #expect(refusal?.code == .storage)
        try FileManager.default.createDirectory(atPath: staging, withIntermediateDirectories: true)
        let media = try await mediaStore.deposit(bytes(10))
        #expect(try await content(mediaStore, media.id) == bytes(10))
    }

    @Test func aFileThatIsNotThereCannotBeTakenOver() async throws {
        let mediaStore = try await open()
        let media = StoredMedia(id: MediaID(digest: sha256([])), size: 0)
        let refusal = await failure {
            try await mediaStore.deposit(file: mediaStore.stagingDirectory + "/none", as: media)
        }
        #expect(refusal?.code == .storage)
        #expect(kept.isEmpty)
    }
}
