internal import RelayCore
internal import RelayJSON

/// Where a run stands: its place in the program, the draft, and the events that are yet to come.
struct RunState: Sendable {
    /// One of several events that took another's place: it runs from there when those before it have ended.
    private struct Pending: Sendable {
        var event: Event
        var place: Int
        var signing: SigningScheme?
        var failures: [EventDraft.Failure]
    }

    /// The index of the instruction that is next.
    var place = 0
    var draft: EventDraft
    /// The first is the last of the list.
    private var pending: [Pending] = []
    private var end: Pipeline.End?

    init(_ draft: EventDraft) {
        self.draft = draft
    }

    /// Puts several events in the place of the one at hand. False when there are none.
    mutating func split(into events: [Event]) -> Bool {
        place += 1
        let later = events.dropFirst().reversed().map { event in
            Pending(event: event, place: place, signing: draft.signing, failures: draft.failures)
        }
        pending += later
        guard let first = events.first else { return false }
        draft.event = first
        draft.body = nil
        return true
    }

    /// Ends the way of the event at hand, and begins that of the next. The run when there is none.
    mutating func end(_ end: Pipeline.End) -> Pipeline.Run? {
        if self.end != .completed { self.end = end }
        guard let next = pending.popLast() else { return .ended(draft, self.end ?? end) }
        place = next.place
        draft.event = next.event
        draft.signing = next.signing
        draft.body = nil
        draft.failures = next.failures
        return nil
    }
}
