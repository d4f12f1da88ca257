import Foundation
import GRDB
import RelayCore
import RelayJSON
import RelayTesting
import Synchronization
import Testing

@testable import RelaySQL
@testable import RelaySQLite

/// What SQLite adds to the conformance suite's tests of identities: a transaction that fails, the number of statements,
/// and stores of the schema before identities.
struct IdentityTests {
    private static let lid = "9000@lid"
    private static let phone = "4915112345678@s.whatsapp.net"

    private func message(_ id: String, chat: String, lid: String? = nil) -> ParsedEvent {
        var payload: JSONObject = ["messageId": .string(id), "chatId": .string(chat)]
        if let lid { payload["chatLid"] = .string(lid) }
        return ParsedEvent(
            type: .messageReceived, session: "acct", chat: chat, dedupKey: "message.received|\(chat)|\(id)",
            payload: payload)
    }

    @Test func whatAnEventReportsIsUndoneWhenItCannotBeStored() async throws {
        let directory = try TemporaryDirectory()
        let store = try await Stores.open(directory.database)
        // The identity is written and cached; the event's own row is refused.
        try await store.write {
            try $0.database.run(
                "CREATE TRIGGER refusal BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'refused'); END")
        }
        await #expect(throws: StoreError.self) {
            try await store.accept([message("A", chat: Self.phone, lid: Self.lid)], source: "t", at: Stores.now)
        }
        try await store.write { try $0.database.run("DROP TRIGGER refusal") }
        let found = try await store.phones(ofLIDs: [DirectoryEntryKey(session: "acct", id: Self.lid)])
        #expect(found.isEmpty)
        _ = try await store.accept([message("B", chat: Self.lid)], source: "t", at: Stores.now)
        #expect(try await store.pendingEvents(after: EventID(0), limit: 9).map(\.chat) == [Self.lid])
        await store.close()
    }

    @Test func anOrdinaryMessageCostsNoStatementForItsIdentity() async throws {
        let directory = try TemporaryDirectory()
        let store = try await Stores.open(directory.database)
        _ = try await store.accept([message("0", chat: Self.phone, lid: Self.lid)], source: "t", at: Stores.now)
        let counter = StatementCounter()
        try await store.write { writer in try writer.sqlite.trace { counter.add("\($0)") } }
        for (id, chat, lid) in [("1", Self.phone, nil), ("2", Self.phone, Self.lid), ("3", Self.lid, nil)] {
            _ = try await store.accept([message(id, chat: chat, lid: lid)], source: "t", at: Stores.now)
        }
        let statements = counter.statements
        #expect(statements.count { $0.hasPrefix("INSERT INTO events") } == 3, "the counter sees statements")
        #expect(!statements.contains { $0.contains("identities") || $0.contains("unresolved_keys") })
        await store.close()
    }

    @Test func aStoreOfTheSchemaBeforeIdentitiesKeepsOrderAndJoinsWhatIsKnown() async throws {
        let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
        let directory = try TemporaryDirectory()
        try FileManager.default.copyItem(
            atPath: folder.appendingPathComponent("schema-8.sqlite").path, toPath: directory.database)
        let old = try DatabaseQueue(path: directory.database)
        let (short, long) = ("551187654321@s.whatsapp.net", "5511987654321@s.whatsapp.net")
        try await old.write {
            try $0.execute(
                sql: """
                    INSERT INTO contacts (session, id, lid, name, push_name, updated_at) VALUES
                        ('acct', '\(Self.phone)', '\(Self.lid)', NULL, 'Aninha', 5),
                        ('acct', '\(Self.lid)', NULL, 'Ana', 'old', 4),
                        ('acct', '\(short)', NULL, 'Bia', NULL, 3), ('acct', '\(long)', NULL, NULL, 'B', 6);
                    INSERT INTO chats (number, session, id, message_count, last_message_at, last_message_id) VALUES
                        (11, 'acct', '\(Self.phone)', 1, 5, 'P'), (12, 'acct', '\(Self.lid)', 1, 4, 'L'),
                        (13, 'acct', '\(short)', 2, 9, 'S'), (14, 'acct', '\(long)', 1, 8, 'T'),
                        (15, 'acct', '7@lid', 0, NULL, NULL);
                    INSERT INTO messages (chat, id, outbound, type, status, timestamp, event_id, content) VALUES
                        (11, 'P', 0, 'text', 3, 5, 1, CAST('null' AS BLOB)), (12, 'L', 0, 'text', 3, 4, 1, CAST('null' AS BLOB)),
                        (13, 'S', 0, 'text', 2, 9, 1, CAST('null' AS BLOB)), (13, 'T', 0, 'text', 3, 8, 1, CAST('null' AS BLOB)),
                        (14, 'T', 0, 'text', 4, 8, 1, CAST('null' AS BLOB));
                    INSERT INTO forwarded_chats (destination, session, chat, conversation, updated_at) VALUES
                        ('cw', 'acct', '\(short)', 1, 1), ('cw', 'acct', '\(long)', 2, 2);
                    """)
        }
        // Queued deliveries of one person under four ids; each is the head of a lane of its own.
        for (index, chat) in [Self.lid, Self.phone, short, long].enumerated() {
            try await old.write {
                try $0.execute(
                    sql: """
                        INSERT INTO deliveries (id, state, attempts, series_attempts, series_started_at, not_before, due_at,
                            event_id, received_at, created_at, destination, lane, pipeline, session, type, chat)
                        VALUES (\(index + 1), 0, 0, 0, 0, 0, 0, 1, 0, 0, 'lanes', 'acct/\(chat)', 'p', 'acct',
                            'message.received', '\(chat)');
                        INSERT INTO delivery_bodies (id, body) VALUES (\(index + 1), CAST('{}' AS BLOB));
                        """)
            }
        }
        try old.close()
        let key = try CredentialEncryptionKey.load(
            file: folder.appendingPathComponent("schema-8.key").path, environmentValue: nil, store: directory.database)
        let store = try await SQLiteStore.open(
            path: directory.database, secretKey: key, clock: SystemClock(), logger: Stores.logger)

        let claim = DeliveryClaimRequest(destination: "lanes", limit: 9)
        let heads = try await store.exchange([], claims: [claim], at: Stores.now)[0].deliveries
        #expect(heads.map(\.id) == [DeliveryID(1), DeliveryID(3)], "one lane for each person, the oldest first")
        let contacts = try await store.contacts(session: "acct", search: nil, offset: 0, limit: 9).contacts
        #expect(contacts.map(\.id).sorted() == [Self.phone, long, "a@s"].sorted())
        #expect(contacts.first { $0.id == Self.phone }?.name == "Ana")
        #expect(contacts.first { $0.id == Self.phone }?.pushName == "Aninha")
        #expect(contacts.first { $0.id == long }?.name == "Bia")
        #expect(contacts.first { $0.id == long }?.pushName == "B")
        #expect(try await store.countMessages(HistoryMessageQuery(chat: Self.lid)) == 2)
        let spelled = try await store.messages(HistoryMessageQuery(chat: long), offset: 0, limit: 9)
        #expect(spelled.map(\.id) == ["S", "T"] && spelled.map(\.status) == [.sent, .read])
        let chats = try await store.chats(session: "acct", search: nil, offset: 0, limit: 9).chats
        #expect(Set(chats.map(\.id)) == [Self.phone, long, "a@s", "7@lid"])
        #expect(chats.first { $0.id == long }?.messageCount == 2)

        let forwarded = try await store.forwardedChat(.init(destination: "cw", session: "acct", chat: long))
        #expect(forwarded?.conversation == 2, "the one that was used last")

        // An identity that is learned after the migration joins what was stored before it.
        _ = try await store.accept(
            [message("X", chat: "49152@s.whatsapp.net", lid: "7@lid")], source: "t", at: Stores.now)
        let types = try await store.pendingEvents(after: EventID(0), limit: 9).map(\.type)
        #expect(types.suffix(2) == [.contactIdentified, .messageReceived])
        await store.close()
    }
}

/// The statements that a connection runs.
private final class StatementCounter: Sendable {
    private let found = Mutex<[String]>([])

    var statements: [String] { found.withLock { $0 } }

    func add(_ statement: String) { found.withLock { $0.append(statement) } }
}
