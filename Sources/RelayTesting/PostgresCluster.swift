import Foundation
import Glibc
import Synchronization

/// A PostgreSQL server with its own data directory, for tests; a test that uses it has the trait
/// ``LimitedConcurrencyTrait``. It listens on the loopback interface and on a socket, trusts everybody, and the user is
/// `zaphub`. It ends, and its files are deleted, with this object or with the test run.
package final class PostgresCluster: Sendable {
    /// How a server stops.
    package enum StopMode: Sendable {
        /// It waits for its clients to leave.
        case smart
        /// It ends their connections and their transactions.
        case fast
        /// As a crash: the next start recovers.
        case immediate
    }

    package let port: UInt16
    private let programs: PostgresPrograms
    /// Has the data directory, the logs and the socket.
    private let directory: String
    private let settings: [String: String]
    private let server = Mutex<ChildProcess?>(nil)
    private let counter = Atomic<Int>(0)

    /// Makes a cluster and starts its server; blocks for some seconds.
    /// - Parameter settings: of `postgresql.conf`, e.g. `["max_connections": "20"]`. They apply at each start.
    package init(settings: [String: String] = [:]) throws {
        programs = try PostgresPrograms()
        port = try Self.freePort()
        directory = try PostgresClusterDirectories.make()
        self.settings = [
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": directory,
            "max_connections": "200",
            "shared_buffers": "32MB",
        ].merging(settings) { $1 }
        try initialize()
        try start()
    }

    /// Makes a standby: a copy of another cluster that receives its log, and starts its server.
    /// - Parameters:
    ///   - name: under which it reports to the primary.
    ///   - port: nil: a free one.
    init(copyOf primary: PostgresCluster, as name: String, port: UInt16?) throws {
        programs = primary.programs
        self.port = try port ?? Self.freePort()
        directory = try PostgresClusterDirectories.make()
        settings = primary.settings.merging(["unix_socket_directories": directory]) { $1 }
        try copy(primary, as: name)
        try start()
    }

    deinit {
        try? stop(.immediate)
        PostgresClusterDirectories.remove(directory)
    }

    /// The cluster that all tests of a run share. It is made when it is first asked for. Each test makes a database of
    /// its own, and nobody stops it.
    package static func shared() throws -> PostgresCluster { try sharedResult.get() }

    private static let sharedResult = Result { () throws -> PostgresCluster in
        let cluster = try PostgresCluster()
        // An object that lives as long as the process is never released.
        atexit { PostgresCluster.removeShared() }
        return cluster
    }

    private static func removeShared() {
        guard case .success(let cluster) = sharedResult else { return }
        try? cluster.stop(.immediate)
        PostgresClusterDirectories.remove(cluster.directory)
    }

    // MARK: Server

    /// Starts the server, and blocks until it takes connections.
    package func start() throws {
        let log = "\(directory)/server-\(counter.add(1, ordering: .relaxed).newValue).log"
        var arguments = ["-D", "\(directory)/data", "-p", "\(port)"]
        for (name, value) in settings.sorted(by: { $0.key < $1.key }) { arguments += ["-c", "\(name)=\(value)"] }
        let (program, options) = programs.command("postgres", arguments, endsWithParent: true)
        let process = try PostgresServerProcess.start(program, options, log: log)
        while !process.errorText.contains("database system is ready to accept") {
            guard process.isRunning else {
                throw ChildProcessError(code: .endedEarly, description: "PostgreSQL ended: \(process.outputTail)")
            }
            usleep(10_000)
        }
        server.withLock { $0 = process }
    }

    /// Stops the server and blocks until it has ended.
    package func stop(_ mode: StopMode = .fast) throws {
        let process = server.withLock { server in
            defer { server = nil }
            return server
        }
        guard let process else { return }
        switch mode {
        case .smart: process.signal(SIGTERM)
        case .fast: process.signal(SIGINT)
        case .immediate: process.signal(SIGQUIT)
        }
        let deadline = ContinuousClock.now + .waitLimit
        while process.isRunning {
            guard ContinuousClock.now < deadline else {
                process.kill()
                throw WaitTimeoutError(of: "the end of PostgreSQL", details: process.outputTail)
            }
            usleep(5000)
        }
    }

    package func restart(_ mode: StopMode = .fast) throws {
        try stop(mode)
        try start()
    }

    // MARK: Databases

    /// The URL of a database, over the loopback interface.
    package func url(of database: String) -> String { "postgres://zaphub@127.0.0.1:\(port)/\(database)" }

    /// The URL of a database, over the socket.
    package func socketURL(of database: String) -> String {
        "postgres://zaphub@:\(port)/\(database)?host=\(directory)"
    }

    /// Makes an empty database, or a copy of another that nobody is connected to.
    /// - Returns: its name; see ``url(of:)``.
    package func createDatabase(template: String = "template1") throws -> String {
        let name = "test_\(counter.add(1, ordering: .relaxed).newValue)"
        try run("CREATE DATABASE \(name) TEMPLATE \(template)")
        return name
    }

    /// Deletes a database and ends the connections to it.
    package func dropDatabase(_ name: String) throws { try run("DROP DATABASE IF EXISTS \(name) WITH (FORCE)") }

    /// Ends all connections to a database, as an administrator does.
    package func terminateBackends(of database: String) throws {
        try run(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = '\(database)' AND pid <> pg_backend_pid()
            """)
    }

    /// All bytes of a database's files, without the write-ahead log, which databases share.
    package func contents(of database: String) throws -> [UInt8] {
        try run("CHECKPOINT")
        let oid = try run("SELECT oid FROM pg_database WHERE datname = '\(database)'")
        let folder = "\(directory)/data/base/\(oid)"
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().flatMap { name in
            try [UInt8](Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
        }
    }

    /// Runs a statement with `psql`, and returns what it prints: a line for each row, columns separated by `|`.
    @discardableResult
    package func run(_ sql: String, in database: String = "postgres") throws -> String {
        let process = try startScript(sql, in: database)
        defer { for file in [process.output, process.errors] { unlink(file) } }
        while process.isRunning { usleep(1000) }
        guard process.exitStatus == 0 else {
            throw ChildProcessError(code: .endedEarly, description: "psql failed: \(process.errorText)\n\(sql)")
        }
        return process.text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Starts `psql` with a statement.
    func startScript(_ sql: String, in database: String) throws -> ChildProcess {
        let path = "\(directory)/psql-\(counter.add(1, ordering: .relaxed).newValue)"
        let arguments = ["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql, url(of: database)]
        return try ChildProcess(
            "\(programs.directory)/psql", arguments, output: "\(path).out", errors: "\(path).err")
    }

    // MARK: Making

    private func initialize() throws {
        try make(
            "initdb",
            [
                "-D", "\(directory)/data", "--no-sync", "-E", "UTF8", "--locale=C", "--auth=trust", "-U", "zaphub",
            ])
    }

    private func copy(_ primary: PostgresCluster, as name: String) throws {
        try make(
            "pg_basebackup",
            [
                "-D", "\(directory)/data", "--no-sync", "--write-recovery-conf", "--checkpoint=fast", "--dbname",
                "host=127.0.0.1 port=\(primary.port) user=zaphub application_name=\(name)",
            ])
    }

    /// Runs a program that makes the data directory.
    private func make(_ name: String, _ options: [String]) throws {
        let (program, arguments) = programs.command(name, options, endsWithParent: false)
        let log = "\(directory)/\(name).log"
        let process = try ChildProcess(program, arguments, output: "/dev/null", errors: log)
        while process.isRunning { usleep(5000) }
        guard process.exitStatus == 0 else {
            throw ChildProcessError(code: .cannotStart, description: "\(name) failed: \(process.errorText)")
        }
    }

    static func freePort() throws -> UInt16 {
        let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else {
            throw ChildProcessError(code: .cannotStart, description: "there is no free port: errno \(errno)")
        }
        return UInt16(bigEndian: address.sin_port)
    }
}
