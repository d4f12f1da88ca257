internal import Dispatch
internal import Glibc

/// Reads a stream that ends, such as standard input or a pipe. Waiting does not block a thread of the concurrency pool,
/// and ends immediately when the task is cancelled.
struct StandardInput: LineInput {
    private static let chunkSize = 256 * 1024
    private static let stream = LineStream(id: 0, name: "standard input")

    let descriptor: Int32
    private let queue = DispatchQueue(label: "relay.stdin")

    /// - Parameter descriptor: the file descriptor to read; the caller still owns it.
    init(descriptor: Int32 = STDIN_FILENO) {
        self.descriptor = descriptor
    }

    func next() async throws -> LineInputChunk {
        try Task.checkCancellation()
        // When the task is cancelled, a byte written to the pipe wakes the waiting thread.
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SourceReadError.last("standard input") }
        let (wakeUp, waker) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer {
            close(wakeUp)
            close(waker)
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async { continuation.resume(returning: Self.read(descriptor, unless: wakeUp)) }
            }
        } onCancel: {
            var byte: UInt8 = 1
            _ = write(waker, &byte, 1)
        }
        try Task.checkCancellation()
        return try result.get()
    }

    private static func read(_ descriptor: Int32, unless wakeUp: Int32) -> Result<LineInputChunk, SourceReadError> {
        var waits = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&waits, nfds_t(waits.count), -1) < 0 {
            guard errno == EINTR else { return .failure(.last("standard input")) }
        }
        guard waits[1].revents == 0 else { return .success(.end) }
        do {
            let bytes = try FileDescriptorReader.read(descriptor, atMost: chunkSize, of: "standard input")
            return .success(bytes.isEmpty ? .end : .bytes(bytes, stream))
        } catch {
            return .failure(error)
        }
    }
}

enum FileDescriptorReader {
    /// Reads the available bytes, up to a limit; empty at the end of the stream.
    static func read(_ descriptor: Int32, atMost limit: Int, of name: String) throws(SourceReadError) -> [UInt8] {
        var failure: SourceReadError?
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            var result = Glibc.read(descriptor, buffer.baseAddress, limit)
            while result < 0, errno == EINTR { result = Glibc.read(descriptor, buffer.baseAddress, limit) }
            if result < 0 { failure = .last(name) }
            count = max(0, result)
        }
        if let failure { throw failure }
        return bytes
    }
}

extension SourceReadError {
    /// Creates an error from `errno`.
    static func last(_ name: String) -> SourceReadError {
        SourceReadError(description: "cannot read \(name): \(String(cString: strerror(errno)))")
    }
}
