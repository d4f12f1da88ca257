internal import RelayChatwoot
internal import RelayCore

/// Brings what agents attach into the relay, and from there to the gateway: Chatwoot's addresses lead over redirects,
/// may be private, and find nothing in their first moments (chatwoot#11766).
struct AttachmentLoader: Sendable {
    /// Nil: files go as links.
    let fetcher: (any MediaFetcher)?
    let depot: (any MediaStore)?
    /// The name under which the fetcher knows where files may lie.
    let source: String
    let maxSize: Int
    let clock: any RelayClock
    /// Files at hand take memory, some of them twice.
    let gate = AsyncSemaphore(2)

    /// How often an address is asked again that finds nothing: after half a second, 1, 2 and 4 seconds.
    private static let patience = 4

    /// The attachment with its file, as the gateway wants it; as it is where the relay may not fetch it.
    /// - Throws: ``MediaError`` when the file cannot be had.
    func ready(
        _ attachment: SendCommand.Attachment,
        for handover: FileTransferMode,
        session: String
    ) async throws(MediaError) -> SendCommand.Attachment {
        guard let fetcher else { return attachment }
        let reference = RawMedia(
            kind: MediaKind(rawValue: attachment.kind.rawValue) ?? .document,
            locations: [.gateway(url: attachment.url)],
            mimetype: attachment.type,
            fileName: attachment.fileName
        )
        let stored: StoredMedia
        do throws(MediaError) {
            stored = try await fetch(reference, with: fetcher, session: session)
        } catch {
            guard [.notAllowed, .tooLarge].contains(error.reason) else { throw error }
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
        _ reference: RawMedia,
        with fetcher: any MediaFetcher,
        session: String
    ) async throws(MediaError) -> StoredMedia {
        let limits = MediaLimits(maxSize: maxSize, timeout: .seconds(60))
        var round = 0
        while true {
            do throws(MediaError) {
                return try await fetcher.fetch(reference, source: source, session: session, limits: limits)
            } catch {
                guard error.reason == .gone, round < Self.patience else { throw error }
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
        guard let depot else { throw MediaError(.storage, "there is no storage for files") }
        let content = try await depot.open(stored.id) { 0..<$0 }
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

/// How a gateway takes files.
enum FileTransferMode: Sendable {
    /// By an address, which the relay's own copy has.
    case link
    /// In the request, or in one before.
    case bytes
}

extension SendCommand.Attachment {
    /// What the file is for WhatsApp, whose voice notes are Opus in Ogg whatever Chatwoot calls them.
    var type: String { MultipartContentType(mimetype, kind: kind.rawValue, isVoice: isVoice).name }
}
