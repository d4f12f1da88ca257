import Foundation
import Logging
import RelayCore
import RelayTesting
import Synchronization
import Testing

@testable import RelayMedia

/// Answers downloads out of memory, and keeps what was asked.
final class ScriptedTransport: MediaHTTPClient {
    enum Answer: Sendable {
        case file([UInt8], status: Int = 200, headers: [(String, String)] = [])
        case status(Int)
        case body(String, status: Int)
        case redirect(String, status: Int = 302)
        case failure(MediaError.Code)
        /// A number of bytes of a file, after which the connection ends.
        case cutOff([UInt8])
        /// No response until the download is cancelled.
        case hang
    }

    struct Request: Sendable {
        let url: String
        let headers: [(name: String, value: String)]

        func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    }

    private struct State {
        var script: [Answer] = []
        var pages: [String: Answer] = [:]
        var requests: [Request] = []
        var cancelled = 0
        var taken = 0
        var running = 0
        var mostAtOnce = 0
        var arrivals: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var held: [CheckedContinuation<Void, Never>]?
    }

    private let state = Mutex(State())

    /// Sets responses in the order of requests; afterwards the files of ``serve(_:at:)`` are returned, or 404.
    func script(_ answers: [Answer]) { state.withLock { $0.script += answers } }
    func serve(_ answer: Answer, at url: String) { state.withLock { $0.pages[url] = answer } }

    var requests: [Request] { state.withLock(\.requests) }
    var urls: [String] { requests.map(\.url) }
    var cancelled: Int { state.withLock(\.cancelled) }
    /// The number of body chunks that were read.
    var taken: Int { state.withLock(\.taken) }
    var mostAtOnce: Int { state.withLock(\.mostAtOnce) }

    /// Holds responses until ``release()``.
    func hold() { state.withLock { $0.held = [] } }

    func release() {
        let held = state.withLock { state in
            defer { state.held = nil }
            return state.held ?? []
        }
        for continuation in held { continuation.resume() }
    }

    /// Returns when a number of requests have arrived.
    func arrivals(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isSo = state.withLock { state in
                if state.requests.count >= count { return true }
                state.arrivals.append((count, continuation))
                return false
            }
            if isSo { continuation.resume() }
        }
    }

    func get(_ request: MediaDownloadRequest) async throws(MediaTransferError) -> MediaDownloadResponse {
        let (answer, arrived) = state.withLock { state in
            state.requests.append(Request(url: request.url, headers: request.headers))
            state.running += 1
            state.mostAtOnce = max(state.mostAtOnce, state.running)
            let count = state.requests.count
            let arrived = state.arrivals.filter { $0.count <= count }
            state.arrivals.removeAll { $0.count <= count }
            let answer = state.script.isEmpty ? state.pages[request.url] : state.script.removeFirst()
            return (answer ?? .status(404), arrived)
        }
        for waiter in arrived { waiter.continuation.resume() }
        defer { state.withLock { $0.running -= 1 } }
        await withCheckedContinuation { continuation in
            let isHeld = state.withLock { state in
                guard state.held != nil else { return false }
                state.held?.append(continuation)
                return true
            }
            if !isHeld { continuation.resume() }
        }
        do throws(MediaError) {
            return try await response(answer)
        } catch {
            throw MediaTransferError(error, isOfHost: error.code == .timeout || error.code == .unavailable)
        }
    }

    private func response(_ answer: Answer) async throws(MediaError) -> MediaDownloadResponse {
        switch answer {
        case .status(let status): return MediaDownloadResponse(status: status) { nil }
        case .body(let text, let status):
            return MediaDownloadResponse(status: status, body: body(Array(text.utf8), isWhole: true))
        case .failure(let reason): throw MediaError(reason, "scripted")
        case .redirect(let location, let status):
            return MediaDownloadResponse(status: status, headers: [("location", location)]) { nil }
        case .file(let bytes, let status, let headers):
            return MediaDownloadResponse(
                status: status, headers: headers.map { (name: $0.0, value: $0.1) }, body: body(bytes, isWhole: true))
        case .cutOff(let bytes): return MediaDownloadResponse(status: 200, body: body(bytes, isWhole: false))
        case .hang:
            do { try await Task.sleep(for: .seconds(3600)) } catch { state.withLock { $0.cancelled += 1 } }
            throw .abandoned
        }
    }

    /// A file in chunks of 1000 bytes.
    private func body(
        _ bytes: [UInt8],
        isWhole: Bool
    ) -> @Sendable () async throws(MediaError) -> [UInt8]? {
        let rest = Mutex(bytes[...])
        return { () throws(MediaError) in
            let piece = rest.withLock { rest in
                defer { rest = rest.dropFirst(1000) }
                return Array(rest.prefix(1000))
            }
            self.state.withLock { $0.taken += 1 }
            if !piece.isEmpty { return piece }
            guard isWhole else { throw MediaError(.unavailable, "cut off") }
            return nil
        }
    }
}

/// A manual clock that skips and records short waits. Longer waits, such as time limits, end only when a test advances
/// the clock.
final class SkippingClock: RelayClock {
    let manual = ManualClock()
    private let short: Duration
    private let recorded = Mutex<[Duration]>([])

    init(skippingUnder short: Duration = .seconds(9)) {
        self.short = short
    }

    /// The skipped waits in order.
    var waits: [Duration] { recorded.withLock { $0 } }
    var now: Timestamp { manual.now }
    var wall: Timestamp { manual.wall }

    func sleep(until deadline: Timestamp) async throws {
        let wait = deadline - now
        guard wait < short else { return try await manual.sleep(until: deadline) }
        recorded.withLock { $0.append(wait) }
        manual.set(deadline)
    }
}

/// A media service with all its dependencies.
struct MediaServiceFixture {
    let directory: TemporaryDirectory
    let transport = ScriptedTransport()
    let clock: any RelayClock
    let mediaStore: LocalMediaStore
    let service: MediaFetchService
    let options: Mutex<MediaSourceOptions>.Box

    init(
        clock: any RelayClock = SkippingClock(),
        options: MediaSourceOptions = .init(),
        downloads: Int = 8,
        quota: Int64? = nil
    ) async throws {
        directory = try TemporaryDirectory()
        self.clock = clock
        mediaStore = try await LocalMediaStore.open(path: directory.path + "/media", quota: quota, clock: clock)
        let box = Mutex<MediaSourceOptions>.Box(options)
        self.options = box
        service = MediaFetchService(
            mediaStore: mediaStore,
            links: MediaLinks(publicURL: "http://relay", lifetime: .seconds(3600), masterKey: bytes(32), clock: clock),
            transport: transport,
            options: { _ in box.value },
            downloads: downloads,
            clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    func fetch(_ media: RawMediaReference, limits: MediaFetchLimits = .init()) async throws(MediaError) -> StoredMedia {
        try await service.fetch(media, source: "gw", session: "main", limits: limits)
    }

    func failure(
        _ media: RawMediaReference,
        limits: MediaFetchLimits = .init(),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async -> MediaError? {
        await RelayMediaTests.failure(sourceLocation: sourceLocation) { _ = try await fetch(media, limits: limits) }
    }

    func content(_ media: StoredMedia) async throws -> [UInt8] {
        var read: [UInt8] = []
        for try await chunk in try await mediaStore.open(media.id, bounds: { 0..<$0 }).chunks { read += chunk }
        return read
    }

    /// The remaining temporary files, and the stored files.
    var drafts: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: mediaStore.stagingDirectory)) ?? ["?"]
    }
    var kept: [String] {
        directory.subpaths.compactMap { $0.split(separator: "/").last }.filter { $0.utf8.count == 64 }.map(String.init)
    }
}

extension Mutex {
    /// A shareable mutex.
    final class Box: Sendable where Value: Sendable {
        private let mutex: Mutex<Value>

        init(_ value: Value) { mutex = Mutex(value) }

        var value: Value {
            get { mutex.withLock { $0 } }
            set { mutex.withLock { $0 = newValue } }
        }
    }
}

extension RawMediaReference {
    /// An unencrypted file at the gateway.
    static func gateway(_ url: String, sha256: [UInt8]? = nil) -> RawMediaReference {
        RawMediaReference(kind: .image, locations: [.gateway(url: url)], fileSHA256: sha256)
    }
}
