internal import GRDB
internal import RelaySQL

/// The tables, as numbered steps. A step that has been released is never changed; `user_version` says which are done.
enum SQLiteSchema {
    /// - Parameter key: what credentials are encrypted with.
    typealias Step = @Sendable (_ database: Database, _ key: CredentialEncryptionKey) throws -> Void

    static let steps: [Step] = [
        sql(first), sql(second), sql(forwarding), sql(batches), sql(replays), sql(traces), sql(rawDocuments),
        storeWebhookOptions, all(sql(rejectedDocuments), sql(forwardedMessagesByChat), addIdentities),
        all(sql(series), sql(revisions)), sql(singleRows),
    ]

    /// Several steps as one version.
    private static func all(_ steps: Step...) -> Step {
        { database, key in for step in steps { try step(database, key) } }
    }

    private static func sql(_ statements: String) -> Step {
        { database, _ in try database.execute(sql: statements) }
    }

    /// The version that this code reads and writes.
    static var version: Int64 { Int64(steps.count) }

    /// Times are milliseconds since 1970. Large columns come last: what stands before them is read without them.
    ///
    /// deliveries.state is ``DeliveryState``. `due_at` is set on lane heads alone. `not_before` is the earliest moment
    /// of the next attempt while queued, and the moment of the claim while in flight. messages.chat is the chat's
    /// number: their indexes would be five times as large with its name.
    private static let first = """
        CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

        CREATE TABLE events (
            id INTEGER PRIMARY KEY,
            state INTEGER NOT NULL,
            source TEXT NOT NULL,
            session TEXT NOT NULL,
            type TEXT NOT NULL,
            chat TEXT,
            occurred_at INTEGER,
            received_at INTEGER NOT NULL,
            reruns INTEGER NOT NULL DEFAULT 0,
            payload BLOB NOT NULL
        ) STRICT;
        CREATE INDEX events_pending ON events (state) WHERE state = 0;

        CREATE TABLE dedup (event_id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE) STRICT;

        CREATE TABLE deliveries (
            id INTEGER PRIMARY KEY,
            state INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            series_attempts INTEGER NOT NULL,
            series_started_at INTEGER NOT NULL,
            not_before INTEGER NOT NULL,
            due_at INTEGER,
            finished_at INTEGER,
            event_id INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            destination TEXT NOT NULL,
            lane TEXT,
            pipeline TEXT NOT NULL,
            session TEXT NOT NULL,
            type TEXT NOT NULL,
            chat TEXT,
            signing TEXT,
            reason TEXT,
            last_status INTEGER,
            last_target TEXT,
            last_error TEXT
        ) STRICT;
        CREATE INDEX deliveries_due ON deliveries (destination, due_at) WHERE due_at IS NOT NULL;
        CREATE INDEX deliveries_lane ON deliveries (destination, lane) WHERE state IN (0, 1) AND lane IS NOT NULL;
        CREATE INDEX deliveries_in_flight ON deliveries (destination, lane) WHERE state = 1;
        CREATE INDEX deliveries_event ON deliveries (event_id);
        CREATE INDEX deliveries_finished ON deliveries (finished_at) WHERE state IN (2, 4);
        CREATE INDEX deliveries_dead ON deliveries (state) WHERE state = 3;
        CREATE INDEX deliveries_dead_since ON deliveries (finished_at) WHERE state = 3;

        CREATE TABLE delivery_bodies (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;

        CREATE TABLE attempts (
            delivery_id INTEGER NOT NULL,
            number INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            duration_us INTEGER NOT NULL,
            outcome INTEGER NOT NULL,
            failure TEXT,
            status INTEGER,
            target TEXT NOT NULL,
            error TEXT,
            response TEXT,
            PRIMARY KEY (delivery_id, number)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE delivery_counts (
            destination TEXT NOT NULL,
            state INTEGER NOT NULL,
            n INTEGER NOT NULL,
            PRIMARY KEY (destination, state)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE destination_pauses (
            destination TEXT PRIMARY KEY NOT NULL,
            reason TEXT NOT NULL,
            since INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE sessions (
            id TEXT PRIMARY KEY NOT NULL,
            label TEXT,
            status TEXT NOT NULL,
            phone_number TEXT,
            qr_code TEXT,
            qr_generated_at INTEGER,
            connected_at INTEGER,
            disconnected_at INTEGER,
            disconnect_reason TEXT,
            metadata BLOB NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE webhooks (
            id TEXT PRIMARY KEY NOT NULL,
            session TEXT NOT NULL,
            url TEXT NOT NULL,
            events BLOB NOT NULL,
            headers BLOB NOT NULL,
            secrets BLOB NOT NULL,
            retry BLOB,
            ordering TEXT NOT NULL,
            max_in_flight INTEGER,
            rate_limit TEXT,
            timeout_ms INTEGER,
            enabled INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX webhooks_session ON webhooks (session, created_at);

        CREATE TABLE api_keys (
            name TEXT PRIMARY KEY NOT NULL,
            digest BLOB NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE contacts (
            session TEXT NOT NULL,
            id TEXT NOT NULL,
            lid TEXT,
            name TEXT,
            push_name TEXT,
            verified_name TEXT,
            image_url TEXT,
            updated_at INTEGER NOT NULL,
            PRIMARY KEY (session, id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE groups (
            session TEXT NOT NULL,
            id TEXT NOT NULL,
            name TEXT,
            about TEXT,
            owner TEXT,
            size INTEGER,
            image_url TEXT,
            updated_at INTEGER NOT NULL,
            PRIMARY KEY (session, id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE chats (
            number INTEGER PRIMARY KEY,
            session TEXT NOT NULL,
            id TEXT NOT NULL,
            message_count INTEGER NOT NULL,
            last_message_at INTEGER,
            last_message_id TEXT,
            UNIQUE (session, id)
        ) STRICT;

        CREATE TABLE messages (
            number INTEGER PRIMARY KEY,
            chat INTEGER NOT NULL,
            id TEXT NOT NULL,
            outbound INTEGER NOT NULL,
            sender TEXT,
            type TEXT NOT NULL,
            status INTEGER NOT NULL,
            timestamp INTEGER NOT NULL,
            event_id INTEGER NOT NULL,
            edited_at INTEGER,
            deleted_at INTEGER,
            content BLOB NOT NULL,
            UNIQUE (chat, id)
        ) STRICT;
        CREATE INDEX messages_chat ON messages (chat, timestamp);
        """

    /// dedup.rank belongs to keys under which events follow each other: see ``ParsedEvent/rank``.
    private static let second = """
        ALTER TABLE dedup ADD COLUMN rank INTEGER;
        ALTER TABLE contacts ADD COLUMN checked_at INTEGER;
        ALTER TABLE groups ADD COLUMN checked_at INTEGER;
        CREATE INDEX contacts_lid ON contacts (session, lid) WHERE lid IS NOT NULL;

        CREATE TABLE late_media (
            event_id INTEGER PRIMARY KEY,
            due_at INTEGER NOT NULL,
            failures INTEGER NOT NULL,
            max_size INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            timeout_ms INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX late_media_due ON late_media (due_at);
        """

    /// forwarded_messages.state is ``ForwardedMessage/State``, .direction ``ForwardedMessage/Direction``.
    private static let forwarding = """
        CREATE TABLE forwarded_chats (
            destination TEXT NOT NULL,
            session TEXT NOT NULL,
            chat TEXT NOT NULL,
            contact INTEGER,
            contact_source TEXT,
            conversation INTEGER,
            name TEXT,
            updated_at INTEGER NOT NULL,
            PRIMARY KEY (destination, session, chat)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE forwarded_messages (
            number INTEGER PRIMARY KEY,
            destination TEXT NOT NULL,
            session TEXT NOT NULL,
            message TEXT NOT NULL,
            part TEXT NOT NULL,
            chat TEXT NOT NULL,
            direction INTEGER NOT NULL,
            state INTEGER NOT NULL,
            conversation INTEGER,
            remote INTEGER,
            after INTEGER,
            status INTEGER,
            updated_at INTEGER NOT NULL,
            UNIQUE (destination, session, message, part)
        ) STRICT;
        CREATE INDEX forwarded_messages_remote ON forwarded_messages (destination, remote) WHERE remote IS NOT NULL;
        CREATE INDEX forwarded_messages_open ON forwarded_messages (destination, session, chat) WHERE state <> 1;
        CREATE INDEX forwarded_messages_age ON forwarded_messages (updated_at);
        """

    /// deliveries.batch is the same for all that were sent in one request and go together again: the lowest of their
    /// ids.
    private static let batches = """
        ALTER TABLE deliveries ADD COLUMN batch INTEGER;
        CREATE INDEX deliveries_batch ON deliveries (batch) WHERE state = 0 AND batch IS NOT NULL;
        """

    /// reruns are the events that a replay has sent back to the pipelines and that have not run yet, replayed
    /// the deliveries that an open replay has queued, those that are finished only for a while. events.run_start is
    /// the last delivery before a replay's run: what an event has from then on is of one run. replays.cursor and last
    /// are numbers of events or deliveries; lists have a line for each entry.
    private static let replays = """
        CREATE TABLE replays (
            id INTEGER PRIMARY KEY,
            state TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            started_at INTEGER,
            finished_at INTEGER,
            rate TEXT NOT NULL,
            cursor INTEGER NOT NULL,
            last INTEGER NOT NULL,
            selected INTEGER NOT NULL,
            done INTEGER NOT NULL DEFAULT 0,
            skipped INTEGER NOT NULL DEFAULT 0,
            deliveries INTEGER NOT NULL DEFAULT 0,
            failures INTEGER NOT NULL DEFAULT 0,
            origin TEXT NOT NULL,
            since INTEGER,
            until INTEGER,
            session TEXT,
            chat TEXT,
            type TEXT,
            source TEXT,
            pipeline TEXT,
            events TEXT NOT NULL,
            destinations TEXT NOT NULL,
            states TEXT NOT NULL
        ) STRICT;
        CREATE INDEX replays_open ON replays (id) WHERE finished_at IS NULL;

        CREATE TABLE reruns (event_id INTEGER PRIMARY KEY, replay INTEGER NOT NULL) STRICT;
        CREATE TABLE replayed (delivery_id INTEGER PRIMARY KEY, replay INTEGER NOT NULL) STRICT;
        ALTER TABLE events ADD COLUMN run_start INTEGER NOT NULL DEFAULT 0;
        """
}
