package import RelayCore

/// Provides stored files. The `Relay` module implements it.
package protocol StoredMediaProvider: Sendable {
    /// Returns a stored file for a signed URL.
    /// - Parameters:
    ///   - query: the query parameters of the URL, which contain the signature.
    ///   - bounds: selects the range of bytes once the size is known.
    /// - Throws: 403 when the signature is not valid, 410 when the URL has expired, 404 when the file is no longer
    ///   stored.
    func media(
        id: MediaID,
        name: String,
        query: [String: String],
        bounds: @Sendable (_ size: Int64) -> Range<Int64>
    ) async throws(APIError) -> ServedMediaFile
}
