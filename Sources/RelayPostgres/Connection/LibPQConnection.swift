internal import CPostgres
internal import Glibc

/// A connection of libpq in its pipeline mode, and the waiting for its socket. One thread uses it at a time.
final class LibPQConnection {
    let handle: OpaquePointer

    /// Connects and blocks until that is done, at most ten seconds for each host unless the URL has `connect_timeout`.
    /// - Parameter applicationName: is shown in the server's lists of connections.
    init(_ address: PostgresAddress, applicationName: String) throws(PostgresError) {
        let opened = Self.open([
            ("connect_timeout", "10"),
            ("application_name", applicationName),
            // A server that is gone without a word is noticed after a minute, also while nothing is sent.
            ("keepalives", "1"),
            ("keepalives_idle", "30"),
            ("keepalives_interval", "10"),
            ("keepalives_count", "3"),
            ("tcp_user_timeout", "60000"),
            // The URL: its options replace those above, and not the one below.
            ("dbname", address.url),
            ("client_encoding", "UTF8"),
        ])
        guard let opened else { throw PostgresError(sqlState: "08001", message: "there is no memory for a connection") }
        guard PQstatus(opened) == CONNECTION_OK, PQsetnonblocking(opened, 1) == 0, PQenterPipelineMode(opened) == 1
        else {
            let error = PostgresError.unreachable(opened)
            PQfinish(opened)
            throw error
        }
        cpostgres_ignore_notices(opened)
        handle = opened
    }

    deinit { PQfinish(handle) }

    private static func open(_ options: [(name: String, value: String)]) -> OpaquePointer? {
        let names: [UnsafePointer<CChar>?] = options.map { UnsafePointer(strdup($0.name)) } + [nil]
        let values: [UnsafePointer<CChar>?] = options.map { UnsafePointer(strdup($0.value)) } + [nil]
        defer { for text in names + values { free(UnsafeMutablePointer(mutating: text)) } }
        // 1: a URL may stand for the name of the database.
        return PQconnectdbParams(names, values, 1)
    }

    /// Whether the connection is known to be lost. One that the server has ended is noticed when it is next used.
    var isLost: Bool { PQstatus(handle) != CONNECTION_OK }

    /// Whether a transaction was begun, as far as the results that were read tell.
    var isInTransaction: Bool {
        switch PQtransactionStatus(handle) {
        case PQTRANS_INTRANS, PQTRANS_INERROR: true
        default: false
        }
    }

    /// Sends everything. It reads at the same time: a server whose answers are not read stops reading itself.
    func flush() throws(PostgresError) {
        while true {
            switch PQflush(handle) {
            case 0: return
            case 1: if wait(for: POLLIN | POLLOUT) & POLLIN != 0 { PQconsumeInput(handle) }
            default: throw .lost(handle)
            }
        }
    }

    /// Whether a result can be taken without waiting.
    var hasResult: Bool { PQisBusy(handle) == 0 }

    /// Reads what has arrived, without waiting. False when the connection is lost.
    @discardableResult
    func readInput() -> Bool { PQconsumeInput(handle) == 1 }

    /// The next result in libpq's order, nil after the last of a statement. Blocks until there is one.
    func nextResult() -> OpaquePointer? {
        while !hasResult {
            _ = wait(for: POLLIN)
            // Once the connection is lost, the result is its error.
            if !readInput() { break }
        }
        return PQgetResult(handle)
    }

    /// Blocks until the socket is ready.
    /// - Parameter milliseconds: the longest wait; below 0: no limit.
    /// - Returns: the events of poll(2); 0 when the time is over.
    func wait(for events: Int32, milliseconds: Int32 = -1) -> Int32 {
        var descriptor = pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0)
        guard poll(&descriptor, 1, milliseconds) > 0 else { return 0 }
        // An error of the socket is found by reading.
        let isFailed = Int32(descriptor.revents) & (POLLERR | POLLHUP | POLLNVAL) != 0
        return Int32(descriptor.revents) | (isFailed ? POLLIN : 0)
    }
}
