internal import RelayCore

/// What a download is for, and how long it may take.
struct DownloadPurpose: Sendable {
    let source: String
    /// Identifies the file, for all its addresses and attempts.
    let file: String
    /// The fetch that it belongs to.
    let fetch: Int
    /// When the file must be there.
    let timeLimit: FetchTimeLimit
    /// The number of the attempt, from 1.
    var attempt = 1

    /// The time within which a response must begin. The first attempt waits for a short time, so that a server that
    /// hangs costs little; later ones wait longer, for servers that are slow.
    var firstByteLimit: Duration { .seconds(10 * min(max(1, attempt), 3)) }
}
