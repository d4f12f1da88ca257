import Synchronization

/// The part of a streamed answer that has come and is not taken yet, between the engine's thread and the reader. The
/// thread never waits here: when the buffer is full the transfer is paused, and taking from it sends word to go on.
final class StreamBuffer: Sendable {
    struct Head: Sendable {
        let status: Int
        let headers: [(name: String, value: String)]
        let address: String?
    }

    /// What became of bytes that the thread brought.
    enum AppendResult {
        case taken
        /// Nothing was taken; the same bytes are to be offered again when the reader has made room.
        case full
        /// Nobody reads any more.
        case unwanted
    }

    typealias Opener = @Sendable (Result<Head, HTTPClientError>) -> Void
    typealias Reader = @Sendable (Result<[UInt8]?, HTTPClientError>) -> Void

    private struct State {
        var opener: Opener?
        var readers: [Reader] = []
        var pending: [UInt8] = []
        var isPaused = false
        /// How it ended, once it has.
        var end: Result<Void, HTTPClientError>?
    }

    /// Of the request.
    let id: UInt64
    private let mailbox: EngineRequestQueue
    private let begun = ContinuousClock.now
    private let state = Mutex(State())

    /// With this much in it the buffer is full; one more piece of libcurl's, 16 KiB, may lie on top.
    private static let capacity = 256 * 1024

    init(_ mailbox: EngineRequestQueue) {
        self.mailbox = mailbox
        id = mailbox.nextID()
    }

    // MARK: For the reader

    /// Calls back when the head is there; to be called before the request is handed over.
    func open(_ opener: @escaping Opener) {
        state.withLock { $0.opener = opener }
    }

    /// Calls back with everything that has come, at once or when something does; with nil at the end.
    func take(_ reader: @escaping Reader) {
        let (result, goesOn): (Result<[UInt8]?, HTTPClientError>?, Bool) = state.withLock { state in
            if state.pending.isEmpty {
                if let end = state.end { return (end.map { nil }, false) }
                state.readers.append(reader)
                return (nil, false)
            }
            defer { (state.pending, state.isPaused) = ([], false) }
            return (.success(state.pending), state.isPaused)
        }
        if goesOn { mailbox.resume(id) }
        if let result { reader(result) }
    }

    /// Ends the transfer and forgets what was not taken; nothing happens when it has ended.
    func cancel() {
        let failure = HTTPClientError(kind: .cancelled, message: "the request was cancelled", duration: .now - begun)
        if end(.failure(failure)) { mailbox.cancel(id) }
    }

    // MARK: For the engine's thread

    func begin(_ head: Head) {
        let opener = state.withLock { $0.opener.take() }
        opener?(.success(head))
    }

    func offer(_ bytes: UnsafeRawBufferPointer) -> AppendResult {
        let (offer, reader): (AppendResult, Reader?) = state.withLock { state in
            if state.end != nil { return (.unwanted, nil) }
            // Whoever waits has found nothing, so the bytes are the next ones.
            if !state.readers.isEmpty { return (.taken, state.readers.removeFirst()) }
            if state.pending.count >= Self.capacity {
                state.isPaused = true
                return (.full, nil)
            }
            state.pending.append(contentsOf: bytes)
            return (.taken, nil)
        }
        reader?(.success(Array(bytes)))
        return offer
    }

    /// Whether the transfer rests because nobody takes what has come.
    var isPaused: Bool { state.withLock(\.isPaused) }

    /// The transfer is over. What it brought can still be read, unless it was cancelled.
    func finish(_ result: Result<HTTPResponse, HTTPClientError>) {
        _ = end(result.map { _ in () })
    }

    /// False when it had ended before.
    private func end(_ result: Result<Void, HTTPClientError>) -> Bool {
        let (isFirst, opener, readers): (Bool, Opener?, [Reader]) = state.withLock { state in
            guard state.end == nil else { return (false, nil, []) }
            state.end = result
            if case .failure(let failure) = result, failure.kind == .cancelled { state.pending = [] }
            defer { (state.opener, state.readers) = (nil, []) }
            return (true, state.opener, state.readers)
        }
        if case .failure(let failure) = result { opener?(.failure(failure)) }
        for reader in readers { reader(result.map { nil }) }
        return isFirst
    }
}
