/// One step of a pipeline: made once from configuration, run on many events, from many threads.
///
/// Synchronous on purpose: what a stage looks up (names, webhooks) is fetched for a whole batch of events before, and
/// what takes time (a download, a gateway's answer) is handed back as ``StageOutcome/wait(_:)``.
package protocol Stage: Sendable {
    /// Whether the directory must hold the names and images of the event's chat, author and group before the stage
    /// runs. Default no.
    var usesDirectory: Bool { get }
    /// Whether it may answer ``StageOutcome/wait(_:)``, which is what a step's `timeout` is for. Default false.
    var waits: Bool { get }

    /// - Throws: ``StageError``; what happens then is the stage's `on_error`.
    func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome
}

extension Stage {
    package var usesDirectory: Bool { false }
    package var waits: Bool { false }
}

package enum StageOutcome: Sendable {
    case next
    /// The pipeline ends for this event; deliveries that are planned already stay.
    case drop(reason: String)
    /// The event waits for slow work, and its chat's later events wait behind it. Other chats continue.
    case wait(DeferredStageWork)
    /// The event is replaced by several; the stages that follow run for each of them, in order.
    case split([Event])
}

/// Slow work, and how the stage continues when it is done.
///
/// It runs as a task of its own, which is cancelled when the step's `timeout` passes or the relay stops. After a stop
/// the event runs again from the first stage at the next start.
package struct DeferredStageWork: Sendable {
    /// What the stage does with the event once the work is done; it may wait again.
    package typealias Change = @Sendable (inout PipelineEvent, StageContext) throws(StageError) -> StageOutcome

    package let run: @Sendable () async -> Change

    package init(run: @escaping @Sendable () async -> Change) {
        self.run = run
    }
}

/// Why a stage could not do its work on an event.
package struct StageError: Error, Sendable, CustomStringConvertible {
    package let message: String
    /// The kind of failure, out of a bounded set; nil when the stage does not distinguish any.
    package let reason: String?

    package init(_ message: String, reason: String? = nil) {
        self.message = message
        self.reason = reason
    }

    package var description: String { message }
}

/// A destination as `deliver` sees it.
package struct DeliveryTarget: Sendable {
    package let destination: DestinationKey
    package let settings: DestinationDispatchSettings
    /// Whether it has a key to sign with.
    package let isSigned: Bool

    package init(destination: DestinationKey, settings: DestinationDispatchSettings, isSigned: Bool) {
        self.destination = destination
        self.settings = settings
        self.isSigned = isSigned
    }
}

/// What stages can use: snapshots for the current batch, and services whose answers they can wait for.
package struct StageContext: Sendable {
    package let directory: any ContactDirectorySnapshot
    package let routes: any DeliveryTargetResolver
    /// Gets files; nil where nothing is fetched, as in a dry run.
    package let media: (any MediaFetcher)?
    /// Asks gateways for names and pictures; nil where none is asked.
    package let gateways: (any GatewayDirectoryLookup)?
    package let clock: any RelayClock
    /// The run, when others wait for it; nil: it may take the time that its budgets allow.
    package let shortRun: ShortRun?

    package init(
        directory: any ContactDirectorySnapshot,
        routes: any DeliveryTargetResolver,
        media: (any MediaFetcher)? = nil,
        gateways: (any GatewayDirectoryLookup)? = nil,
        clock: any RelayClock = SystemClock(),
        shortRun: ShortRun? = nil
    ) {
        self.directory = directory
        self.routes = routes
        self.media = media
        self.gateways = gateways
        self.clock = clock
        self.shortRun = shortRun
    }
}

/// Names and images that are known, read without waiting.
package protocol ContactDirectorySnapshot: Sendable {
    func contact(_ id: String, session: String) -> Contact?
    func group(_ id: String, session: String) -> Group?
    /// The phone's JID of a person with a hidden identity; nil when it is not known.
    func phone(ofLID lid: String, session: String) -> String?
}

/// Destinations by name, read without waiting.
package protocol DeliveryTargetResolver: Sendable {
    /// A configured destination; nil when there is none of that name.
    func route(to name: String) -> DeliveryTarget?
    /// The enabled webhooks of a session.
    func webhooks(of session: String) -> [DeliveryTarget]
}
