internal import RelayCore
internal import RelayHTTPClient
internal import Synchronization

/// Reads the body of an object in pieces, on request. The transfer is never faster than the reader.
final class S3ObjectReader: Sendable {
    private let stream: StreamingHTTPResponse
    private let left: Mutex<Int64>

    init(_ stream: StreamingHTTPResponse, count: Int64) {
        self.stream = stream
        left = Mutex(count)
    }

    /// Nil at the end.
    func next() async throws(MediaError) -> [UInt8]? {
        let piece: [UInt8]?
        do throws(HTTPClientError) {
            piece = try await stream.next()
        } catch {
            throw MediaError(s3: error)
        }
        let left = left.withLock { left in
            left -= Int64(piece?.count ?? 0)
            return left
        }
        guard left >= 0, piece != nil || left == 0 else {
            throw MediaError(.storage, "the bucket's server sent another number of bytes than it announced")
        }
        return piece
    }
}

extension StreamingHTTPResponse {
    /// The start of a body with an error message.
    func start() async -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < 4096, let piece = try? await next() { bytes += piece }
        cancel()
        return bytes
    }
}
