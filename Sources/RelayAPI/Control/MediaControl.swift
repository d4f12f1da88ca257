package import RelayCore

/// Stored files. The composition implements it.
package protocol MediaControl: Sendable {
    /// A stored file, for whoever has its signed URL.
    /// - Parameters:
    ///   - query: the URL's; it has the signature.
    ///   - bounds: chooses the bytes once the size is known.
    /// - Throws: 403 when the signature does not fit, 410 when the URL is past its time, 404 when the file is not
    ///   kept any more.
    func media(
        id: MediaID,
        name: String,
        query: [String: String],
        bounds: @Sendable (_ size: Int64) -> Range<Int64>
    ) async throws(APIError) -> MediaFile
}
