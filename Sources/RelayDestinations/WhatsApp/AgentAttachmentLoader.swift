internal import RelayChatwoot
internal import RelayCore

/// Fetches agents' attachments into the relay and prepares them for the gateway. Chatwoot's URLs redirect, may be
/// private, and answer 404 for a short time after the upload (chatwoot#11766).
struct AgentAttachmentLoader: Sendable {
    /// Nil: files are sent as links.
    let fetcher: (any MediaFetcher)?
    let mediaStore: (any MediaStore)?
    /// The name under which the fetcher knows where files may lie.
    let source: String
    let maxSize: Int
    let clock: any RelayClock
    /// Files at hand take memory, some of them twice.
    let semaphore = AsyncSemaphore(2)

    /// The maximum number of repetitions after a 404: after half a second, 1, 2 and 4 seconds.
    private static let patience = 4

    /// The attachment with its file, in the form that the gateway needs; unchanged when the relay may not fetch the
    /// file.
    /// - Throws: ``MediaError`` when the file cannot be fetched.
    func ready(
        _ attachment: OutboundMessageRequest.Attachment,
        for handover: AttachmentTransferMode,
        session: String
    ) async throws(MediaError) -> OutboundMessageRequest.Attachment {
        guard let fetcher else { return attachment }
        let reference = RawMediaReference(
            kind: MediaKind(rawValue: attachment.kind.rawValue) ?? .document,
            locations: [.gateway(url: attachment.url)],
            mimetype: attachment.type,
            fileName: attachment.fileName
        )
        let stored: StoredMedia
        do throws(MediaError) {
            stored = try await fetch(reference, with: fetcher, session: session)
        } catch {
            guard [.notAllowed, .tooLarge].contains(error.code) else { throw error }
            return attachment
        }
        var attachment = attachment
        switch handover {
        case .link: attachment.url = fetcher.link(to: stored, of: reference).url
        case .bytes: attachment.bytes = try await bytes(of: stored)
        }
        return attachment
    }

    private func fetch(
        _ reference: RawMediaReference,
        with fetcher: any MediaFetcher,
        session: String
    ) async throws(MediaError) -> StoredMedia {
        let limits = MediaFetchLimits(maxSize: maxSize, timeout: .seconds(60))
        var round = 0
        while true {
            do throws(MediaError) {
                return try await fetcher.fetch(reference, source: source, session: session, limits: limits)
            } catch {
                guard error.code == .gone, round < Self.patience else { throw error }
                do {
                    try await clock.sleep(until: clock.now + .milliseconds(500 << round))
                } catch {
                    throw MediaError(.unavailable, "the send was given up")
                }
                round += 1
            }
        }
    }

    private func bytes(of stored: StoredMedia) async throws(MediaError) -> [UInt8] {
        guard let mediaStore else { throw MediaError(.storage, "there is no storage for files") }
        let content = try await mediaStore.open(stored.id) { 0..<$0 }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(clamping: content.size))
        do {
            for try await chunk in content.chunks { bytes += chunk }
        } catch {
            throw error as? MediaError ?? MediaError(.storage, "the file cannot be read")
        }
        return bytes
    }
}

/// How a gateway accepts files.
enum AttachmentTransferMode: Sendable {
    /// As the URL of the relay's own copy.
    case link
    /// As bytes in the request, or in an upload before it.
    case bytes
}

extension OutboundMessageRequest.Attachment {
    /// The MIME type for WhatsApp. Voice notes are Opus in Ogg, whatever type Chatwoot declares.
    var type: String { UploadContentType(mimetype, kind: kind.rawValue, isVoice: isVoice).name }
}
