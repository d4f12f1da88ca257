internal import RelayCore

/// What the requests to one host say about it, and whether further ones are sent.
///
/// One request without an answer says little: the fault may be of that file. The breaker opens when the requests for
/// several files in a row got no answer. Open, it lets one request at a time through as a probe, with growing pauses.
/// The first answer closes it.
struct MediaHostBreaker: Sendable {
    enum State: Sendable, Equatable {
        case closed
        /// No request before that moment.
        case open(until: Timestamp)
        /// The probe of this number is under way.
        case probing(Int)
    }

    /// What the end of a request says about its host.
    enum Verdict: Sendable, Equatable {
        /// A complete response, with any status.
        case answered
        /// No connection, no response in time, or one that stopped.
        case silent
        /// Nothing: the request was given up too early, or failed on this machine.
        case unknown
    }

    private(set) var state = State.closed
    private(set) var lastAnswer: Timestamp?
    /// The files whose requests got no answer since the last answer.
    private var silentFiles: Set<String> = []
    private var pause = Self.firstPause

    /// The number of files in a row without an answer that opens the breaker.
    static let silentFilesToOpen = 3
    static let firstPause = Duration.seconds(2)
    static let longestPause = Duration.seconds(15)
    /// For how long an answer says that a host answers.
    static let answerLifetime = Duration.seconds(60)
    private static let rememberedFiles = 256

    /// Whether the host has answered lately and has left no request without an answer since.
    func isProven(at now: Timestamp) -> Bool {
        guard state == .closed, silentFiles.isEmpty, let lastAnswer else { return false }
        return now - lastAnswer < Self.answerLifetime
    }

    /// Whether a request for this file got no answer since the last answer.
    func isSilent(_ file: String) -> Bool { silentFiles.contains(file) }

    /// Whether nothing is known that a new record would not have.
    func isForgettable(at now: Timestamp) -> Bool {
        state == .closed && (lastAnswer.map { now - $0 >= Self.answerLifetime } ?? silentFiles.isEmpty)
    }

    /// A request starts.
    mutating func started(_ number: Int) {
        if case .open = state { state = .probing(number) }
    }

    /// A request ended.
    /// - Returns: whether the host has just become one that does not answer (true), or one that does (false); nil when
    ///   nothing changed.
    mutating func ended(_ number: Int, _ verdict: Verdict, file: String, at now: Timestamp) -> Bool? {
        switch verdict {
        case .answered:
            let wasClosed = state == .closed
            silentFiles = []
            pause = Self.firstPause
            state = .closed
            lastAnswer = now
            return wasClosed ? nil : false
        case .silent:
            let isNew = !silentFiles.contains(file)
            if silentFiles.count < Self.rememberedFiles { silentFiles.insert(file) }
            switch state {
            case .closed:
                guard silentFiles.count >= Self.silentFilesToOpen else { return nil }
                state = .open(until: now + pause)
                return true
            case .probing(number):
                // A file that had failed before says nothing new about the host.
                if isNew { pause = min(pause * 2, Self.longestPause) }
                state = .open(until: now + pause)
            case .probing, .open: break  // the late end of a request that started before the breaker opened
            }
            return nil
        case .unknown:
            if state == .probing(number) { state = .open(until: now) }
            return nil
        }
    }
}
