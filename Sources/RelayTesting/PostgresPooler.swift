import Foundation
import Glibc

/// A `pgbouncer` in front of a cluster, for tests. It takes everybody for the user `zaphub`. It ends with this object or with
/// the test run.
package final class PostgresPooler: Sendable {
    /// How long a client has a connection to the server.
    package enum Mode: String, Sendable, CaseIterable {
        /// Until it leaves.
        case session
        /// Until its transaction ends.
        case transaction
    }

    package let port: UInt16
    package let mode: Mode
    private let cluster: PostgresCluster
    private let directory: String
    private let process: ChildProcess

    /// Starts one, and blocks until it takes connections.
    /// - Parameter cluster: has all databases that clients ask for.
    package init(for cluster: PostgresCluster, mode: Mode) throws {
        self.cluster = cluster
        self.mode = mode
        port = try PostgresCluster.freePort()
        directory = try PostgresClusterDirectories.make()
        let file = "\(directory)/pgbouncer.ini"
        try Self.configuration(cluster: cluster.port, port: port, mode: mode)
            .write(toFile: file, atomically: false, encoding: .utf8)
        let (program, arguments) = try PostgresPrograms.command(at: Self.program(), [file], endsWithParent: true)
        process = try PostgresServerProcess.start(program, arguments, log: "\(directory)/pgbouncer.log")
        while !process.errorText.contains("process up: PgBouncer") {
            guard process.isRunning else {
                throw ChildProcessError(code: .endedEarly, description: "pgbouncer ended: \(process.outputTail)")
            }
            usleep(10_000)
        }
    }

    deinit { end() }

    private func end() {
        process.kill()
        PostgresClusterDirectories.remove(directory)
    }

    /// The pooler of a mode that all tests of a run share, in front of the cluster that they share.
    package static func shared(_ mode: Mode) throws -> PostgresPooler {
        switch mode {
        case .session: try sharedSession.get()
        case .transaction: try sharedTransaction.get()
        }
    }

    private static let sharedSession: Result<PostgresPooler, any Error> = Result {
        let pooler = try PostgresPooler(for: .shared(), mode: .session)
        // An object that lives as long as the process is never released.
        atexit { PostgresPooler.endShared(PostgresPooler.sharedSession) }
        return pooler
    }

    private static let sharedTransaction: Result<PostgresPooler, any Error> = Result {
        let pooler = try PostgresPooler(for: .shared(), mode: .transaction)
        atexit { PostgresPooler.endShared(PostgresPooler.sharedTransaction) }
        return pooler
    }

    private static func endShared(_ shared: Result<PostgresPooler, any Error>) {
        if case .success(let pooler) = shared { pooler.end() }
    }

    /// The URL of a database, through the pooler.
    package func url(of database: String) -> String { "postgres://zaphub@127.0.0.1:\(port)/\(database)" }

    private static func program() throws -> String {
        let path = "/usr/sbin/pgbouncer"
        guard access(path, X_OK) == 0 else {
            throw ChildProcessError(
                code: .cannotStart,
                description: "pgbouncer is not installed: run scripts/bootstrap --tests, which installs it")
        }
        return path
    }

    /// Everything that is not here has its default, as in an installation.
    private static func configuration(cluster: UInt16, port: UInt16, mode: Mode) -> String {
        """
        [databases]
        * = host=127.0.0.1 port=\(cluster) user=zaphub

        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = \(port)
        unix_socket_dir =
        auth_type = any
        pool_mode = \(mode.rawValue)
        max_client_conn = 200
        default_pool_size = 40

        """
    }
}
