/// A part of a file on this machine, as the body of a request. It is read while it is sent, so that its size costs no
/// memory; what is read should lie in the system's cache, for the engine's thread waits for the disk otherwise.
package struct BodyFile: Sendable, Hashable {
    package var path: String
    /// Where the body begins in the file, in bytes; default 0.
    package var offset: Int64
    /// Bytes, also sent as `Content-Length`.
    package var length: Int64

    package init(path: String, offset: Int64 = 0, length: Int64) {
        self.path = path
        self.offset = offset
        self.length = length
    }
}
