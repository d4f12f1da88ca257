internal import CPostgres
internal import Glibc

/// A message that a connection listens to, with `LISTEN channel`.
package struct PostgresNotification: Sendable, Hashable {
    package let channel: String
    package let payload: String
    /// The server process of the connection that sent it.
    package let process: Int32
}

extension PostgresConnection {
    /// The descriptor to wait on with poll(2) or epoll(7) until there is something to read. It stays the same, and is
    /// closed with the connection.
    package var socket: Int32 { PQsocket(libpq.handle) }

    /// The server process of this connection, as ``PostgresNotification/process`` has it.
    package var process: Int32 { PQbackendPID(libpq.handle) }

    /// The notifications that have arrived, without waiting. Each is given once.
    /// - Throws: ``PostgresError`` of the kind `broken` when the connection is lost: notifications may have been missed.
    package func notifications() throws -> [PostgresNotification] {
        let isReadable = libpq.readInput()
        var found: [PostgresNotification] = []
        while let next = PQnotifies(libpq.handle) {
            defer { PQfreemem(next) }
            found.append(
                PostgresNotification(
                    channel: String(cString: next.pointee.relname), payload: String(cString: next.pointee.extra),
                    process: next.pointee.be_pid))
        }
        guard found.isEmpty, !isReadable else { return found }
        throw PostgresError.lost(libpq.handle)
    }

    /// Blocks until there are notifications. Empty when none came within the time.
    package func waitForNotifications(_ limit: Duration) throws -> [PostgresNotification] {
        let deadline = ContinuousClock.now + limit
        while true {
            let found = try notifications()
            let left = deadline - ContinuousClock.now
            guard found.isEmpty, left > .zero else { return found }
            let (seconds, attoseconds) = left.components
            // Rounded up, so that the last wait is not an idle loop.
            let milliseconds = min(seconds, 3600) * 1000 + attoseconds / 1_000_000_000_000_000 + 1
            _ = libpq.wait(for: POLLIN, milliseconds: Int32(milliseconds))
        }
    }
}
