internal import RelayCore
internal import RelayJSON

/// The state of a run: its position in the program, the draft, and the events of a split that have not run yet.
struct EventRunState: Sendable {
    /// An event of a split that has not run yet. It runs from the split on, when those before it have ended.
    private struct Pending: Sendable {
        var event: Event
        var nextInstruction: Int
        var signing: WebhookSigningScheme?
        var failures: [PipelineEvent.StageFailure]
    }

    /// The index of the next instruction.
    var nextInstruction = 0
    var draft: PipelineEvent
    /// In reverse order: the last runs next.
    private var pending: [Pending] = []
    private var end: Pipeline.End?

    init(_ draft: PipelineEvent) {
        self.draft = draft
    }

    /// Replaces the current event by several. False when there are none.
    mutating func split(into events: [Event]) -> Bool {
        nextInstruction += 1
        let later = events.dropFirst().reversed().map { event in
            Pending(event: event, nextInstruction: nextInstruction, signing: draft.signing, failures: draft.failures)
        }
        pending += later
        guard let first = events.first else { return false }
        draft.event = first
        draft.body = nil
        return true
    }

    /// Ends the current event, and makes the next of a split the current one. The run's end when there is none.
    mutating func end(_ end: Pipeline.End) -> Pipeline.RunResult? {
        if self.end != .completed { self.end = end }
        guard let next = pending.popLast() else { return .ended(draft, self.end ?? end) }
        nextInstruction = next.nextInstruction
        draft.event = next.event
        draft.signing = next.signing
        draft.body = nil
        draft.failures = next.failures
        return nil
    }
}
