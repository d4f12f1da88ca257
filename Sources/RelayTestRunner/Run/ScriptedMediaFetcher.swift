internal import RelayConfig
internal import RelayCore
internal import RelayJSON
internal import RelayMedia
internal import Synchronization

/// Fetches files as scripted. The links are real, except for the key that signs them.
final class ScriptedMediaFetcher: MediaFetcher {
    fileprivate struct State: Sendable {
        /// The message ids by reference, because a fetch gets only the reference.
        var messages: [RawMediaReference: String] = [:]
        /// The remaining results for each message's files; the last one is repeated.
        var files: [String: [ScriptedMediaResult]] = [:]
        /// Fetches in progress.
        var fetches: [String: (file: ScriptedMediaResult, arrival: Timestamp)] = [:]
        var found = 0
    }

    private let script: [ScriptedMediaResult]
    private let clock: SkippingTestClock
    private let links: MediaLinks
    private let state = Mutex(State())

    init(_ script: [ScriptedMediaResult], in configuration: RelayConfiguration, clock: SkippingTestClock) {
        self.script = script
        self.clock = clock
        links = MediaLinks(
            publicURL: configuration.server.publicURL,
            lifetime: configuration.media.linkLifetime,
            masterKey: Array(repeating: 0, count: 32),
            clock: clock
        )
    }

    /// Records to which message an event's file belongs.
    func learn(_ event: ParsedEvent) {
        guard let message = event.payload["messageId"]?.string, let raw = event.payload["raw_media"],
            let reference = try? RawMediaReference(raw)
        else { return }
        state.withLock { $0.messages[reference] = message }
    }

    func fetch(
        _ media: RawMediaReference,
        source: String,
        session: String,
        limits: MediaFetchLimits,
        priority: MediaFetchPriority
    ) async throws(MediaError) -> StoredMedia {
        let deadline = clock.now + limits.timeout
        let (file, arrival) = state.withLock { $0.begin(media, script, at: clock.now) }
        try? await clock.sleep(until: min(arrival, deadline))
        if arrival > deadline || Task.isCancelled {
            throw MediaError(.timeout, "the file did not come within \(limits.timeout)")
        }
        state.withLock { $0.end(media) }
        switch file.result {
        case .fails(let reason):
            throw MediaError(reason, "as the test says")
        case .found(let size):
            let size = size ?? media.fileLength ?? 1
            guard size <= limits.maxSize else {
                throw MediaError(.tooLarge, "the file has more than \(limits.maxSize) bytes")
            }
            let number = state.withLock { state in
                state.found += 1
                return state.found
            }
            return StoredMedia(id: MediaID(digest: media.fileSHA256 ?? Self.digest(number)), size: size)
        }
    }

    func link(to media: StoredMedia, of reference: RawMediaReference) -> (url: String, expiresAt: Timestamp) {
        let name = MediaFileNameBuilder.of(reference.fileName, kind: reference.kind, mimetype: reference.mimetype)
        return links.link(to: media, name: name, mimetype: reference.mimetype)
    }

    /// A hash for a file whose message contains none.
    private static func digest(_ number: Int) -> [UInt8] {
        withUnsafeBytes(of: UInt64(number).bigEndian) { Array(repeating: 0, count: 24) + Array($0) }
    }
}

extension ScriptedMediaFetcher.State {
    /// The result of a fetch and its time. A fetch that was cancelled before continues where it was.
    fileprivate mutating func begin(
        _ media: RawMediaReference,
        _ script: [ScriptedMediaResult],
        at moment: Timestamp
    ) -> (file: ScriptedMediaResult, arrival: Timestamp) {
        let message = messages[media] ?? ""
        if let fetch = fetches[message] { return fetch }
        var left = files[message] ?? script.answers(of: message, \.message)
        let none = ScriptedMediaResult(after: .zero, result: .fails(.gone))
        let file = left.count > 1 ? left.removeFirst() : left.first ?? none
        files[message] = left
        let fetch = (file, moment + file.after)
        fetches[message] = fetch
        return fetch
    }

    fileprivate mutating func end(_ media: RawMediaReference) {
        fetches[messages[media] ?? ""] = nil
    }
}

extension Array {
    /// The elements that name the key; when there are none, those without a name.
    func answers(of key: String, _ name: (Element) -> String?) -> [Element] {
        let own = filter { name($0) == key }
        return own.isEmpty ? filter { name($0) == nil } : own
    }
}
