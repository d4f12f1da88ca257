internal import RelayAPI
internal import RelayCore
internal import RelayMedia

/// Serves stored files to callers with a signed URL.
struct SignedMediaFileProvider: StoredMediaProvider {
    let links: MediaLinks
    let mediaStore: any MediaStore
    /// Whether browsers may show files (`media.inline`).
    let inline: Bool

    func media(
        id: MediaID,
        name: String,
        query: [String: String],
        bounds: @Sendable (_ size: Int64) -> Range<Int64>
    ) async throws(APIError) -> ServedMediaFile {
        let verdict = links.check(
            id: id.description, name: name, expiry: query["exp"], mimetype: query["t"], signature: query["sig"])
        switch verdict {
        case .forged:
            throw APIError(
                status: 403,
                code: "forbidden",
                message: "The signature does not match the URL; use payload.media.url as it was delivered."
            )
        case .expired:
            throw APIError(
                status: 410,
                code: "expired",
                message: "The URL has expired (media.link_lifetime); replay the event for a new one."
            )
        case .valid(let ticket):
            do {
                return ServedMediaFile(
                    content: try await mediaStore.open(id, bounds: bounds),
                    mimetype: ticket.mimetype,
                    mayBeShown: inline
                )
            } catch {
                throw APIError(error)
            }
        }
    }
}

extension APIError {
    fileprivate init(_ failure: MediaError) {
        switch failure.code {
        case .notStored:
            self = .notFound("The file is not kept any more (media.retention, media.quota).")
        default:
            self = .unavailable("The media storage is not available.", retryAfter: 5)
        }
    }
}
