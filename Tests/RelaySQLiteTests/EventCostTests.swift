import GRDB
import GRDBSQLite
import RelayCore
import RelayJSON
import RelayTesting
import Synchronization
import Testing

@testable import RelaySQL
@testable import RelaySQLite

/// What a delivered event costs the store. The counts do not depend on the machine.
struct EventCostTests {
    private static let chats = 200
    private static let together = 16
    private static let payload = String(repeating: "Oi, vocês abrem no sábado? ", count: 40)

    @Test func aDeliveredEventCostsFewStatementsPagesAndTransactions() async throws {
        let directory = try TemporaryDirectory()
        let store = try await Stores.open(directory.database)
        let claims = OpenClaimer()
        store.process(with: MessageProcessor())
        store.claim(with: claims)
        try await deliver(rounds: 25, from: 0, claims, store)
        let counter = StatementCounter()
        try await store.write { try counter.start(on: $0.sqlite) }
        let rounds = 50
        try await deliver(rounds: rounds, from: 25, claims, store)
        try await store.write { try counter.stop(on: $0.sqlite) }
        let events = Double(rounds * Self.together)
        let (statements, transactions) = (Double(counter.statements) / events, Double(counter.transactions) / events)
        let pages = Double(counter.pages) / events
        print("an event: \(statements) statements, \(pages) pages, \(transactions) transactions")
        #expect(statements <= 8)
        #expect(pages <= 6)
        // One for the events that arrive together, and one for their results.
        #expect(transactions <= 2.1 / Double(Self.together))
        #expect(try await store.countDeliveries(DeliveryFilter(states: [.delivered])) == 75 * Self.together)
        await store.close()
    }

    /// Accepts events that arrive together, and settles their deliveries together.
    private func deliver(rounds: Int, from first: Int, _ claims: OpenClaimer, _ store: SQLStore) async throws {
        for round in first..<first + rounds {
            let entries = (0..<Self.together).map { entry(round * Self.together + $0) }
            try await store.write { writer in
                for entry in entries { _ = try writer.accept([entry], [], source: "test", at: Stores.now) }
            }
            let settlements = claims.take().map { delivery in
                let result = AttemptResult(
                    outcome: .delivered, status: 200, error: nil, response: "ok", target: "https://crm.example/hook",
                    duration: .milliseconds(3))
                return AttemptSettlement(
                    delivery: delivery.id,
                    attempt: DeliveryAttempt(number: delivery.attempt, startedAt: Stores.now, result: result),
                    next: .delivered)
            }
            #expect(settlements.count == Self.together)
            _ = try await store.exchange(settlements, claims: [], at: Stores.now)
        }
    }

    private func entry(_ number: Int) -> EncodedJournalEntry {
        let chat = "55119\(90_000_000 + number * 7 % Self.chats)@s.whatsapp.net"
        let event = ParsedEvent(
            type: .messageReceived, session: "main", chat: chat, dedupKey: "message:\(chat):3EB0\(number)",
            payload: ["messageId": .string("3EB0\(number)"), "chatId": .string(chat), "text": .string(Self.payload)])
        return EncodedJournalEntry(event, source: "test")
    }
}

/// The shipped pipeline's result: a message in the history, and a delivery in the order of its chat.
private struct MessageProcessor: NewEventProcessor {
    func beginTransaction(isShared: Bool, _ pending: (_ limit: Int) throws -> [PendingEventKey]) throws {}

    func process(
        _ event: Event, fingerprint: UInt64, size: Int, directory: any StoredDirectory
    ) throws -> EventProcessingResult? {
        let message = Message(
            session: event.session, chat: event.chat ?? "", id: event.payload["messageId"]?.string ?? "",
            isOutbound: false, sender: event.chat, type: "text", content: ["text": event.payload["text"] ?? .null],
            status: .delivered, timestamp: event.receivedAt, event: event.id)
        let delivery = PlannedDelivery(
            of: event, to: "crm", lane: "main/\(event.chat ?? "")", pipeline: "default", signing: .standardWebhooks)
        return EventProcessingResult(
            event: event.id, records: [.message(message)], deliveries: [delivery],
            trace: EventTrace(bytes: [UInt8](repeating: 1, count: 60)))
    }

    func isPending(_ event: PendingEventKey) {}
    func join(session: String, lid: String, phone: String) {}
    func endTransaction(isCommitted: Bool) {}
}

/// Has a place for every delivery.
private final class OpenClaimer: NewDeliveryClaimer {
    private let started = Mutex<[ClaimedDelivery]>([])

    func take() -> [ClaimedDelivery] {
        started.withLock { started in
            defer { started = [] }
            return started
        }
    }

    func reserve(_ destination: DestinationKey) -> Bool { true }
    func start(_ deliveries: [ClaimedDelivery]) { started.withLock { $0 += deliveries } }
    func release(_ destinations: [DestinationKey]) {}
}

/// Counts what a connection does.
private final class StatementCounter: Sendable {
    private struct Counts {
        var statements = 0
        var transactions = 0
        var pages = 0
    }

    private let counts = Mutex(Counts())

    var statements: Int { counts.withLock { $0.statements } }
    var transactions: Int { counts.withLock { $0.transactions } }
    /// Pages that were written to the log.
    var pages: Int { counts.withLock { $0.pages } }

    func start(on database: Database) {
        _ = Self.writtenPages(database, resets: true)
        sqlite3_trace_v2(
            database.sqliteConnection, UInt32(SQLITE_TRACE_STMT),
            { _, context, statement, _ in
                guard let context, let statement, let text = sqlite3_sql(OpaquePointer(statement)) else { return 0 }
                let counter = Unmanaged<StatementCounter>.fromOpaque(context).takeUnretainedValue()
                counter.note(String(cString: text))
                return 0
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    func stop(on database: Database) {
        sqlite3_trace_v2(database.sqliteConnection, 0, nil, nil)
        let pages = Self.writtenPages(database, resets: false)
        counts.withLock { $0.pages = pages }
    }

    private func note(_ statement: String) {
        counts.withLock { counts in
            switch statement {
            case "COMMIT": counts.transactions += 1
            case let text where text.hasPrefix("BEGIN"): break
            default: counts.statements += 1
            }
        }
    }

    private static func writtenPages(_ database: Database, resets: Bool) -> Int {
        var (current, high): (Int32, Int32) = (0, 0)
        sqlite3_db_status(
            database.sqliteConnection, SQLITE_DBSTATUS_CACHE_WRITE, &current, &high, resets ? 1 : 0)
        return Int(current)
    }
}
