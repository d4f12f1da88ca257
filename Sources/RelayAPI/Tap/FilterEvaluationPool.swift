internal import Glibc
internal import RelayCore
internal import RelayJQ
internal import RelayJSON

/// Evaluates the filters of all taps, a few at a time. However many taps are open and whatever their filters compute,
/// the other half of the cores is left to the events, and memory is bounded by the budget of one filter for each
/// evaluation under way.
struct FilterEvaluationPool: Sendable {
    let semaphore: AsyncSemaphore

    /// - Parameter count: how many evaluations may be under way at once.
    init(_ count: Int = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)) / 2)) {
        semaphore = AsyncSemaphore(count)
    }

    /// Whether the first output for `document` is anything but `false` and `null`.
    ///
    /// - Throws: what the evaluation throws; an error with the code `cancelled` when the task is cancelled while it
    ///   waits for others.
    func isTrue(_ filter: JQProgram, of document: JSON) async throws(JQError) -> Bool {
        try await semaphore.withPermit(cancellation: JQError(code: .cancelled, message: "the filter was cancelled")) {
            () throws(JQError) in try filter.isTrue(document)
        }
    }
}
