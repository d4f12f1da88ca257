package import RelayConfig
package import RelayCore
internal import RelayJSON

/// `- media: { wait: 20s }`: fetches a message's file and adds it as `payload.media`.
///
/// The chat waits for the file at most `wait`. If the file is not available by then, the message continues with
/// `payload.raw_media`, and a `message.updated` with `payload.media` follows when the file is there. A file that cannot
/// be fetched stays as `raw_media` with the reason, unless `on_error` sets something else (docs: Media).
package struct MediaStage: ConfigurableStage {
    package static let kind = "media"
    package static let summary = "Downloads a message's file, and delivers it as payload.media or payload.raw_media."
    package static let defaultOnError = PipelineStep.OnError.rawMedia

    package static let download = OptionField.bool(
        "download",
        "Whether files are downloaded; otherwise receivers get the reference.",
        default: true
    )
    package static let wait = OptionField.duration(
        "wait",
        "How long a message waits for its file.",
        .zero...(.seconds(600)),
        default: .seconds(20)
    )
    package static let late = OptionField.bool(
        "late",
        "Whether a late file is announced by message.updated.",
        default: true
    )
    package static let attempts = OptionField.int(
        "attempts", "The most download attempts.", 1...10, default: MediaFetchLimits().attempts)
    package static let fetchTimeout = OptionField.duration(
        "fetch_timeout",
        "How long all downloads of a file may take together.",
        default: MediaFetchLimits().timeout
    )
    package static let maxSize = OptionField<Int>.size(
        "max_size",
        "Larger files are marked with raw_media.tooLarge and not downloaded.",
        default: MediaFetchLimits().maxSize
    )
    package static let history = OptionField.bool(
        "history",
        "Whether files of messages from a history synchronization are downloaded.",
        default: false
    )
    package static let fields = [
        AnyOptionField(download), AnyOptionField(wait), AnyOptionField(late), AnyOptionField(attempts),
        AnyOptionField(fetchTimeout),
        AnyOptionField(maxSize), AnyOptionField(history),
    ]
    package static let mainField: String? = nil
    package static let example = "media: { wait: 20s }"

    private let downloads: Bool
    private let wait: Duration
    private let takesLate: Bool
    private let limits: MediaFetchLimits
    private let fetchesHistory: Bool

    package init(_ options: OptionReader, in context: StageBuildContext) throws {
        downloads = try options(Self.download)
        wait = try options(Self.wait)
        takesLate = try options(Self.late)
        limits = MediaFetchLimits(
            maxSize: try options(Self.maxSize),
            attempts: try options(Self.attempts),
            timeout: try options(Self.fetchTimeout)
        )
        fetchesHistory = try options(Self.history)
    }

    package var waits: Bool { downloads }

    package func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome {
        let payload = draft.event.payload
        guard let reference = payload["raw_media"], !reference.isNull, payload["media"] == nil else { return .next }
        if let length = reference["fileLength"]?.int, length > limits.maxSize {
            draft.event.payload["raw_media"]?["tooLarge"] = true
            return .next
        }
        guard downloads, let fetcher = context.media else { return .next }
        if payload["history"]?.bool == true, !fetchesHistory { return .next }
        let media: RawMediaReference
        do { media = try RawMediaReference(reference) } catch { throw StageError(error) }
        let (source, session) = (draft.event.source, draft.event.session)
        return .wait(
            DeferredStageWork { [self] in
                let outcome = await fetch(media, by: fetcher, source: source, session: session, clock: context.clock)
                return { draft, context throws(StageError) in
                    try self.finish(outcome, of: media, in: &draft, fetcher: fetcher, clock: context.clock)
                }
            }
        )
    }

    /// Nil when the file is not available within `wait`.
    private func fetch(
        _ media: RawMediaReference,
        by fetcher: any MediaFetcher,
        source: String,
        session: String,
        clock: any RelayClock
    ) async -> Result<StoredMedia, MediaError>? {
        let deadline = clock.now + wait
        return await withTaskGroup(of: Result<StoredMedia, MediaError>?.self) { group in
            group.addTask { [limits] in
                do throws(MediaError) {
                    return .success(try await fetcher.fetch(media, source: source, session: session, limits: limits))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                try? await clock.sleep(until: deadline)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    private func finish(
        _ outcome: Result<StoredMedia, MediaError>?,
        of media: RawMediaReference,
        in draft: inout PipelineEvent,
        fetcher: any MediaFetcher,
        clock: any RelayClock
    ) throws(StageError) -> StageOutcome {
        var failure: MediaError
        switch outcome {
        case .success(let stored):
            draft.event.payload.attach(stored, of: media, link: fetcher.link(to: stored, of: media))
            return .next
        case .failure(let error):
            failure = error
        case nil:
            failure = MediaError(.timeout, "the file did not come within \(wait)")
        }
        // What the gateway said about its own copy explains why the relay had to fetch the file.
        if let told = MediaError(told: draft.event.payload["raw_media"]?["error"]) {
            failure = MediaError(failure.code, "\(failure.message); \(told.message)")
        }
        guard takesLate, failure.isRetryable else { throw StageError(failure) }
        draft.event.payload["raw_media"]?["error"] = failure.json
        draft.event.payload["raw_media"]?["pending"] = true
        draft.lateMedia = LateMedia(event: draft.event.id, limits: limits, dueAt: clock.now)
        return .next
    }
}

extension StageError {
    fileprivate init(_ failure: MediaError) {
        self.init(failure.message, reason: failure.code.rawValue)
    }
}
