/// A range of a local file as the body of a request. It is read while it is sent, so its size costs no memory. The
/// range should be in the page cache, because the engine's thread otherwise waits for the disk.
package struct FileRangeRequestBody: Sendable, Hashable {
    package var path: String
    /// The offset of the body in the file, in bytes; default 0.
    package var offset: Int64
    /// The length of the body in bytes, also sent as `Content-Length`.
    package var length: Int64

    package init(path: String, offset: Int64 = 0, length: Int64) {
        self.path = path
        self.offset = offset
        self.length = length
    }
}
