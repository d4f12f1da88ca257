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
    /// Each has one webhook. A destination has one owner among the nodes, so that several nodes need several.
    let sessions: [String]
    private let media: TemporaryDirectory

    /// - Parameters:
    ///   - count: of relays. None runs before ``start()``.
    ///   - cluster: nil: the one that all tests share.
    init(relays count: Int = 1, cluster: PostgresCluster? = nil) throws {
        let cluster = try cluster ?? PostgresCluster.shared()
        let database = try cluster.createDatabase()
        let media = try TemporaryDirectory()
        self.cluster = cluster
        self.database = database
        self.media = media
        sessions = count == 1 ? ["main"] : (0..<12).map { "main-\($0)" }
        receiver = try ScriptedReceiver(default: .status(200))
        let configuration = Self.configuration(url: cluster.url(of: database), media: media.path)
        relays = try (1...count).map { number in
            try RelayProcess(
                configuration: configuration,
                environment: ["ZAPHUB_SECRET_KEY": Self.secretKey, "ZAPHUB_NODE_NAME": "relay-\(number)"]
            )
        }
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
        for relay in relays where relays.count > 1 {
            try await relay.eventually("\(relays.count) nodes take part") {
                await relay.activeNodes().count == relays.count
            }
        }
    }

    /// Kills the relays and deletes their files. The database is deleted with its cluster.
    func remove() {
        for relay in relays { relay.remove() }
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
