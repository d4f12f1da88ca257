package import RelayCore
internal import RelayCrypto
package import RelayHTTPClient
internal import Synchronization

/// Stores files in a bucket of Amazon S3 or a compatible server (MinIO, Ceph, Garage, R2 …), each named by the hash of
/// its bytes.
///
/// The bucket's lifecycle rules delete old objects, and ``sweep(before:)`` does nothing: a rule that expires objects
/// under the prefix some days after their creation has the same effect, for all relays at once. When an object that is
/// older than a day is stored again or requested, it is copied onto itself, so that the rule does not delete it. The
/// rule must allow for that day and for the lifetime of links.
package final class S3MediaStore: MediaStore {
    private let client: S3Client
    private let staging: StagingDirectory
    private let renewalAge: Duration
    /// The threads that read, hash and delete local files.
    private let threads = FileIOThreadPool(name: "relay.media.s3", width: 4)
    /// Whether the bucket is known to exist, so that a 404 means a missing object.
    private let knowsBucket = Mutex(false)

    package var stagingDirectory: String { staging.path }

    /// Opens a bucket. No request is sent yet.
    /// - Parameters:
    ///   - staging: a local directory for files in transfer; it is created with its parents when it does not exist.
    ///   - engine: the HTTP engine, whose egress guard must allow the endpoint.
    /// - Throws: ``MediaError`` `.storage` when the directory cannot be created, read or written.
    package static func open(
        _ options: S3MediaStoreOptions,
        staging: String,
        engine: CurlEngine
    ) async throws(MediaError) -> S3MediaStore {
        try await open(options, staging: staging, engine: engine, renewalAge: .seconds(86_400))
    }

    static func open(
        _ options: S3MediaStoreOptions,
        staging: String,
        engine: CurlEngine,
        renewalAge: Duration
    ) async throws(MediaError) -> S3MediaStore {
        let opening = FileIOThreadPool(name: "relay.media.opening", width: 1)
        let directory = try await opening.run { () throws(MediaError) in try StagingDirectory(in: staging) }
        return S3MediaStore(S3Client(options: options, engine: engine), directory, renewalAge)
    }

    private init(_ client: S3Client, _ staging: StagingDirectory, _ renewalAge: Duration) {
        self.client = client
        self.staging = staging
        self.renewalAge = renewalAge
    }

    // MARK: Storing

    package func deposit(_ bytes: [UInt8]) async throws(MediaError) -> StoredMedia {
        let media = try await threads.run {
            StoredMedia(id: MediaID(digest: SHA256.digest(of: bytes)), size: Int64(bytes.count))
        }
        if try await isKept(media) { return media }
        try check(try await client.put(bytes, as: media.id), "keep a file in")
        return media
    }

    package func deposit(file path: String, as media: StoredMedia) async throws(MediaError) {
        do throws(MediaError) {
            if try await !isKept(media) {
                try check(try await client.put(file: path, as: media), "keep a file in")
            }
        } catch {
            _ = try? await remove(path)
            throw error
        }
        try await remove(path)
    }

    private func remove(_ path: String) async throws(MediaError) {
        _ = try await threads.run { () throws(MediaError) in try PrivateDirectoryOperations.remove(path) }
    }

    /// Whether the same bytes are stored, after renewing them. Also false when the server does not answer the question,
    /// because storing them then reports the error.
    private func isKept(_ media: StoredMedia) async throws(MediaError) -> Bool {
        let answer = try await client.head(media.id)
        guard answer.status < 500 else { throw failure(answer, "look into") }
        guard let found = found(media.id, answer), found.media == media else { return false }
        if found.isOld { try check(try await client.renew(media), "keep a file in") }
        return true
    }

    // MARK: Finding

    package func find(_ id: MediaID) async throws(MediaError) -> StoredMedia? {
        guard let found = try await look(for: id) else { return nil }
        if found.isOld { try check(try await client.renew(found.media), "keep a file in") }
        return found.media
    }

    private struct FoundObject {
        let media: StoredMedia
        let isOld: Bool
    }

    private func look(for id: MediaID) async throws(MediaError) -> FoundObject? {
        let answer = try await client.head(id)
        if let found = found(id, answer) { return found }
        guard answer.status == 404 else { throw failure(answer, "look into") }
        if !knowsBucket.withLock(\.self) {
            guard try await client.hasBucket() else {
                throw MediaError(s3: 404, body: Array("<Code>NoSuchBucket</Code>".utf8), "look into", client.options)
            }
            knowsBucket.withLock { $0 = true }
        }
        return nil
    }

    /// Reads the `HEAD` response for an existing object.
    private func found(_ id: MediaID, _ answer: HTTPClientResponse) -> FoundObject? {
        guard answer.status == 200, let size = answer.header("content-length").flatMap({ Int64($0) }), size >= 0 else {
            return nil
        }
        knowsBucket.withLock { $0 = true }
        // Both times are from the server's clock.
        let now = answer.header("date").flatMap { Timestamp(httpDate: $0) }
        let changedAt = answer.header("last-modified").flatMap { Timestamp(httpDate: $0) }
        let isOld = if let now, let changedAt { now - changedAt >= renewalAge } else { false }
        return FoundObject(media: StoredMedia(id: id, size: size), isOld: isOld)
    }

    // MARK: Reading

    package func open(
        _ id: MediaID,
        bounds: @Sendable (_ size: Int64) -> Range<Int64>
    ) async throws(MediaError) -> StoredMediaStream {
        guard let media = try await look(for: id)?.media else { throw Self.notStored(id) }
        let all = 0..<media.size
        let range = bounds(media.size).clamped(to: all)
        guard !range.isEmpty else {
            return StoredMediaStream(size: media.size, range: range, chunks: AsyncThrowingStream { $0.finish() })
        }
        let stream = try await client.get(media, range: range == all ? nil : range)
        if stream.status == 404 { throw Self.notStored(id) }
        guard stream.status == (range == all ? 200 : 206) else {
            throw MediaError(s3: stream.status, body: await stream.start(), "read a file of", client.options)
        }
        let reader = S3ObjectReader(stream, count: Int64(range.count))
        let chunks = AsyncThrowingStream<[UInt8], any Error>(unfolding: { try await reader.next() })
        return StoredMediaStream(size: media.size, range: range, chunks: chunks)
    }

    private static func notStored(_ id: MediaID) -> MediaError {
        MediaError(.notStored, "\(id) is not stored: its retention is over, or it never was")
    }

    /// Does nothing and returns 0: the bucket's lifecycle rules delete what is old.
    package func sweep(before moment: Timestamp) async throws(MediaError) -> Int { 0 }

    // MARK: Responses

    /// A copy can answer 200 with an error in the body.
    private func check(_ answer: HTTPClientResponse, _ what: String) throws(MediaError) {
        let isRefused = String(decoding: answer.body.prefix(4096), as: UTF8.self).contains("<Error>")
        guard (200..<300).contains(answer.status), !isRefused else { throw failure(answer, what) }
        knowsBucket.withLock { $0 = true }
    }

    private func failure(_ answer: HTTPClientResponse, _ what: String) -> MediaError {
        let region = answer.header("x-amz-bucket-region")
        return MediaError(s3: answer.status, body: answer.body, region: region, what, client.options)
    }
}
