import Synchronization

/// The received but unread part of a streamed response, between the engine's thread and the reader. The thread never
/// waits here: when the buffer is full, the transfer is paused, and reading resumes it.
final class StreamBuffer: Sendable {
    struct Head: Sendable {
        let status: Int
        let headers: [(name: String, value: String)]
        let address: String?
    }

    /// The result of appending received bytes.
    enum AppendResult {
        case taken
        /// Nothing was appended; the same bytes must be offered again when the reader has taken data.
        case full
        /// There is no reader any more.
        case unwanted
    }

    typealias Opener = @Sendable (Result<Head, HTTPClientError>) -> Void
    typealias Reader = @Sendable (Result<[UInt8]?, HTTPClientError>) -> Void

    private struct State {
        var opener: Opener?
        var readers: [Reader] = []
        var pending: [UInt8] = []
        var isPaused = false
        /// The outcome; nil until the transfer has ended.
        var end: Result<Void, HTTPClientError>?
    }

    /// The id of the request.
    let id: UInt64
    private let queue: CurlEngineQueue
    private let begun = ContinuousClock.now
    private let state = Mutex(State())

    /// The buffer is full at this size in bytes. One more piece of libcurl's, 16 KiB, may exceed it.
    private static let capacity = 256 * 1024

    init(_ queue: CurlEngineQueue) {
        self.queue = queue
        id = queue.nextID()
    }

    // MARK: For the reader

    /// Sets the callback for the head; must be called before the request is submitted.
    func open(_ opener: @escaping Opener) {
        state.withLock { $0.opener = opener }
    }

    /// Calls back with all received bytes, as soon as there are any; with nil at the end.
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
        if goesOn { queue.resume(id) }
        if let result { reader(result) }
    }

    /// Ends the transfer and discards unread bytes; does nothing when the transfer has ended.
    func cancel() {
        let failure = HTTPClientError(code: .cancelled, message: "the request was cancelled", duration: .now - begun)
        if end(.failure(failure)) { queue.cancel(id) }
    }

    // MARK: For the engine's thread

    func begin(_ head: Head) {
        let opener = state.withLock { $0.opener.take() }
        opener?(.success(head))
    }

    func offer(_ bytes: UnsafeRawBufferPointer) -> AppendResult {
        let (offer, reader): (AppendResult, Reader?) = state.withLock { state in
            if state.end != nil { return (.unwanted, nil) }
            // A waiting reader has found the buffer empty, so these bytes are next.
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

    /// Whether the transfer is paused because the buffer is full.
    var isPaused: Bool { state.withLock(\.isPaused) }

    /// Marks the transfer as ended. Unread bytes can still be read, unless it was cancelled.
    func finish(_ result: Result<HTTPClientResponse, HTTPClientError>) {
        _ = end(result.map { _ in () })
    }

    /// False when the transfer had already ended.
    private func end(_ result: Result<Void, HTTPClientError>) -> Bool {
        let (isFirst, opener, readers): (Bool, Opener?, [Reader]) = state.withLock { state in
            guard state.end == nil else { return (false, nil, []) }
            state.end = result
            if case .failure(let failure) = result, failure.code == .cancelled { state.pending = [] }
            defer { (state.opener, state.readers) = (nil, []) }
            return (true, state.opener, state.readers)
        }
        if case .failure(let failure) = result { opener?(.failure(failure)) }
        for reader in readers { reader(result.map { nil }) }
        return isFirst
    }
}
