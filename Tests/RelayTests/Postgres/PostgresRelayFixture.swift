import Foundation
import RelayJSON
import RelayTesting

/// Relays that share a database of a PostgreSQL server, and the receiver of their deliveries.
final class PostgresRelayFixture: Sendable {
    /// 32 bytes in base64.
    static let secretKey = Data([UInt8](0..<32)).base64EncodedString()
    let cluster: PostgresCluster
    let database: String
    let receiver: ScriptedReceiver
    let relays: [RelayProcess]
    /// Relays of the next version, whose tables have one step more. None runs until a test starts it.
    let nextRelays: [RelayProcess]
    /// Each has one webhook. A destination has one owner among the nodes, so that several nodes need several.
    let sessions: [String]
    private let media: TemporaryDirectory

    /// - Parameters:
    ///   - count: of relays. None runs before ``start()``.
    ///   - nextCount: of relays of the next version.
    ///   - cluster: nil: the one that all tests share.
    ///   - url: of a database, for the relays; nil: that of the cluster.
    ///   - options: additional lines of `store`, each with two spaces before it.
    init(
        relays count: Int = 1,
        nextRelays nextCount: Int = 0,
        cluster: PostgresCluster? = nil,
        url: ((_ database: String) -> String)? = nil,
        options: String = ""
    ) throws {
        let cluster = try cluster ?? PostgresCluster.shared()
        let database = try cluster.createDatabase()
        let media = try TemporaryDirectory()
        self.cluster = cluster
        self.database = database
        self.media = media
        sessions = count == 1 ? ["main"] : (0..<12).map { "main-\($0)" }
        receiver = try ScriptedReceiver(default: .status(200))
        let configuration = Self.configuration(
            url: url?(database) ?? cluster.url(of: database), media: media.path, options: options)
        func environment(_ number: Int) -> [String: String] {
            ["ZAPHUB_SECRET_KEY": Self.secretKey, "ZAPHUB_NODE_NAME": "relay-\(number)"]
        }
        relays = try (1...count).map { number in
            try RelayProcess(configuration: configuration, environment: environment(number))
        }
        nextRelays = try (0..<nextCount).map { index in
            try RelayProcess(
                configuration: configuration, environment: environment(count + 1 + index),
                arguments: ["--next-schema"], program: "CrashingRelay")
        }
    }

    /// Starts relays, runs `body` with the load that their receiver gets, and removes everything.
    /// - Parameters: as those of the initializer.
    static func run(
        relays count: Int = 1,
        nextRelays nextCount: Int = 0,
        cluster: PostgresCluster? = nil,
        url: ((_ database: String) -> String)? = nil,
        options: String = "",
        load: ChatLoad = ChatLoad(),
        _ body: (_ fixture: PostgresRelayFixture, _ load: ChatLoad) async throws -> Void
    ) async throws {
        let fixture = try PostgresRelayFixture(
            relays: count, nextRelays: nextCount, cluster: cluster, url: url, options: options)
        defer { fixture.remove() }
        load.receive(at: fixture.receiver)
        try await fixture.start()
        try await body(fixture, load)
    }

    /// - Parameters:
    ///   - url: of the database.
    ///   - media: the directory of media files, which all nodes share.
    ///   - options: additional lines of `store`, each with two spaces before it.
    static func configuration(url: String, media: String, options: String = "") -> String {
        let store = ["  url: \"\(url)\"", options].filter { !$0.isEmpty }.joined(separator: "\n")
        return RelayProcess.configuration(extra: "media: { store: \"file:\(media)\" }")
            .replacing("  url: sqlite:data/zaphub.db", with: store)
    }

    /// Starts the relays. The first one makes the sessions before the others start.
    func start() async throws {
        for (index, relay) in relays.enumerated() {
            try await relay.start()
            guard index == 0 else { continue }
            for session in sessions {
                try await relay.addSession(
                    session,
                    webhook: [
                        "url": .string(receiver.url), "retry": "patient", "timeout_ms": 120_000, "max_in_flight": 16,
                    ])
            }
        }
        if relays.count > 1 { try await waitForNodes(relays.count) }
    }

    /// Waits until so many nodes take part.
    /// - Parameter others: are asked; nil: all relays.
    func waitForNodes(_ count: Int, at others: [RelayProcess]? = nil) async throws {
        for relay in others ?? relays {
            try await relay.eventually("\(count) node(s) take part") { await relay.activeNodes().count == count }
        }
    }

    /// Kills the relays and deletes their files. The database is deleted with its cluster.
    func remove() {
        for relay in relays + nextRelays { relay.remove() }
        receiver.stop()
    }

    /// Ends all connections to the database, as an administrator does.
    func terminateBackends() throws { try cluster.terminateBackends(of: database) }
}

extension RelayProcess {
    /// The deliveries in a state, over all destinations; nil: the relay does not say it now.
    func knownCount(_ state: String) async -> Int? {
        guard let answer = try? await call("GET", "/api/v1/destinations"), answer.status == 200 else { return nil }
        return (answer.document["data"]?.array ?? []).reduce(0) { $0 + Int($1["counts"]?[state]?.int ?? 0) }
    }

    /// The nodes that take part, as this relay lists them; none when it does not answer.
    func activeNodes() async -> [JSON] {
        guard let answer = try? await call("GET", "/api/v1/nodes"), answer.status == 200 else { return [] }
        return (answer.document["data"]?.array ?? []).filter { $0["state"] == "active" }
    }

    /// The registration number of this relay; nil: it does not take part, or does not answer.
    func nodeNumber() async -> Int64? {
        await activeNodes().first { $0["is_this"] == true }?["number"]?.int
    }

    /// Starts the relay as a supervisor does: again, when it ends because the database is away.
    func startAgain() async throws {
        for _ in 0..<100 {
            do {
                return try await start()
            } catch let error as ChildProcessError where error.code == .endedEarly {
                try await Task.sleep(for: .milliseconds(200))
            }
        }
        try await start()
    }
}
