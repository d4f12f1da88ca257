/// The tables, as numbered steps. A step that has been released is never changed; `meta.schema_version` says which are
/// done.
///
/// The columns are those of SQLite's store: the statements of ``StoreWriter`` and ``SQLStore`` are for both. Texts have the
/// collation `C`, so that they sort by bytes, as they do there. Times are milliseconds since 1970.
///
/// events, deliveries and attempts can have partitions by range of id, which is by time; all rows are in
/// the default partition so far.
enum PostgresSchema {
    static let steps = [PostgresSchemaSteps.Step(sql: first, compatibleFrom: 1)]

    private static let first =
        journal + outbox + administration + directory + history + ledger + replays + nodes

    private static let journal = """
        CREATE TABLE meta (key text COLLATE "C" PRIMARY KEY, value bytea NOT NULL);

        CREATE SEQUENCE id_blocks AS bigint;
        CREATE FUNCTION next_id_block(lowest bigint) RETURNS bigint LANGUAGE plpgsql AS $$
            DECLARE block bigint;
            BEGIN
                -- Not to the end of the transaction: others would wait for its disk.
                PERFORM pg_advisory_lock(\(PostgresLock.idBlocks));
                BEGIN
                    SELECT greatest(last_value + 1, lowest) INTO block FROM id_blocks;
                    PERFORM setval('id_blocks', block);
                EXCEPTION WHEN OTHERS OR query_canceled THEN
                    PERFORM pg_advisory_unlock(\(PostgresLock.idBlocks));
                    RAISE;
                END;
                PERFORM pg_advisory_unlock(\(PostgresLock.idBlocks));
                RETURN block;
            END
            $$;

        CREATE TABLE events (
            id bigint NOT NULL,
            state bigint NOT NULL,
            source text COLLATE "C" NOT NULL,
            session text COLLATE "C" NOT NULL,
            type text COLLATE "C" NOT NULL,
            chat text COLLATE "C",
            occurred_at bigint,
            received_at bigint NOT NULL,
            reruns bigint NOT NULL DEFAULT 0,
            run_start bigint NOT NULL DEFAULT 0,
            payload bytea NOT NULL,
            raw_signature text COLLATE "C",
            raw bytea,
            trace bytea,
            PRIMARY KEY (id)
        ) PARTITION BY RANGE (id);
        CREATE TABLE events_rest PARTITION OF events DEFAULT;
        CREATE INDEX events_pending ON events (id) WHERE state = 0;

        CREATE TABLE dedup (
            event_id bigint PRIMARY KEY,
            key bytea NOT NULL UNIQUE,
            rank bigint
        );

        CREATE TABLE late_media (
            event_id bigint PRIMARY KEY,
            due_at bigint NOT NULL,
            failures bigint NOT NULL,
            max_size bigint NOT NULL,
            attempts bigint NOT NULL,
            timeout_ms bigint NOT NULL
        );
        CREATE INDEX late_media_due ON late_media (due_at);

        CREATE TABLE rejected_documents (
            number bigint PRIMARY KEY,
            digest bytea NOT NULL UNIQUE,
            occurrences bigint NOT NULL,
            first_received_at bigint NOT NULL,
            last_received_at bigint NOT NULL,
            source text COLLATE "C" NOT NULL,
            session text COLLATE "C",
            code text COLLATE "C" NOT NULL,
            position bigint,
            size bigint,
            bytes bigint NOT NULL,
            pointer text COLLATE "C",
            reason text COLLATE "C" NOT NULL,
            excerpt bytea
        );

        """

    /// deliveries.claimed_by is the number of the node that has last claimed the delivery, or that has queued it.
    /// delivery_bodies has the bodies of deliveries that were copied from a store that shares them.
    private static let outbox = """
        CREATE TABLE deliveries (
            id bigint NOT NULL,
            state bigint NOT NULL,
            attempts bigint NOT NULL,
            series_attempts bigint NOT NULL,
            series_interruptions bigint NOT NULL DEFAULT 0,
            series_started_at bigint NOT NULL,
            not_before bigint NOT NULL,
            wait_ms bigint NOT NULL DEFAULT 0,
            due_at bigint,
            finished_at bigint,
            event_id bigint NOT NULL,
            received_at bigint NOT NULL,
            created_at bigint NOT NULL,
            batch bigint,
            body_id bigint,
            claimed_by bigint DEFAULT nullif(current_setting('zaphub.node', true), '')::bigint,
            destination text COLLATE "C" NOT NULL,
            lane text COLLATE "C",
            pipeline text COLLATE "C" NOT NULL,
            session text COLLATE "C" NOT NULL,
            type text COLLATE "C" NOT NULL,
            chat text COLLATE "C",
            signing text COLLATE "C",
            reason text COLLATE "C",
            last_status bigint,
            last_target text COLLATE "C",
            last_error text COLLATE "C",
            first_started_at bigint,
            first_duration_us bigint,
            first_response text COLLATE "C",
            body bytea,
            PRIMARY KEY (id)
        ) PARTITION BY RANGE (id);
        CREATE TABLE deliveries_rest PARTITION OF deliveries DEFAULT;
        CREATE INDEX deliveries_due ON deliveries (destination, due_at, id) WHERE due_at IS NOT NULL;
        CREATE INDEX deliveries_lane ON deliveries (destination, lane, id) WHERE state IN (0, 1) AND lane IS NOT NULL;
        CREATE INDEX deliveries_in_flight ON deliveries (destination, lane, id) WHERE state = 1;
        CREATE INDEX deliveries_event ON deliveries (event_id, id);
        CREATE INDEX deliveries_finished ON deliveries (finished_at) WHERE state IN (2, 4);
        CREATE INDEX deliveries_dead ON deliveries (id) WHERE state = 3;
        CREATE INDEX deliveries_dead_since ON deliveries (finished_at) WHERE state = 3;
        CREATE INDEX deliveries_batch ON deliveries (batch, id) WHERE state = 0 AND batch IS NOT NULL;

        CREATE TABLE delivery_bodies (id bigint PRIMARY KEY, body bytea NOT NULL);

        CREATE TABLE attempts (
            delivery_id bigint NOT NULL,
            number bigint NOT NULL,
            started_at bigint NOT NULL,
            duration_us bigint NOT NULL,
            outcome bigint NOT NULL,
            failure text COLLATE "C",
            status bigint,
            retry_after_ms bigint,
            target text COLLATE "C" NOT NULL,
            error text COLLATE "C",
            response text COLLATE "C",
            PRIMARY KEY (delivery_id, number)
        ) PARTITION BY RANGE (delivery_id);
        CREATE TABLE attempts_rest PARTITION OF attempts DEFAULT;

        CREATE TABLE delivery_counts (
            destination text COLLATE "C" NOT NULL,
            state bigint NOT NULL,
            n bigint NOT NULL,
            PRIMARY KEY (destination, state)
        );

        CREATE TABLE destination_pauses (
            destination text COLLATE "C" PRIMARY KEY,
            reason text COLLATE "C" NOT NULL,
            since bigint NOT NULL,
            receiver text COLLATE "C"
        );

        CREATE TABLE destination_clocks (
            destination text COLLATE "C" PRIMARY KEY,
            paused_ms bigint NOT NULL
        );

        CREATE TABLE destination_releases (
            destination text COLLATE "C" PRIMARY KEY,
            rate text COLLATE "C" NOT NULL,
            last bigint NOT NULL
        );

        """

    private static let administration = """
        CREATE TABLE sessions (
            id text COLLATE "C" PRIMARY KEY,
            label text COLLATE "C",
            status text COLLATE "C" NOT NULL,
            phone_number text COLLATE "C",
            qr_code text COLLATE "C",
            qr_generated_at bigint,
            connected_at bigint,
            disconnected_at bigint,
            disconnect_reason text COLLATE "C",
            metadata bytea NOT NULL,
            created_at bigint NOT NULL,
            updated_at bigint NOT NULL,
            revision bigint NOT NULL DEFAULT 1
        );

        CREATE TABLE webhooks (
            id text COLLATE "C" PRIMARY KEY,
            session text COLLATE "C" NOT NULL,
            options bytea NOT NULL,
            secrets bytea NOT NULL,
            enabled bigint NOT NULL,
            created_at bigint NOT NULL,
            updated_at bigint NOT NULL,
            revision bigint NOT NULL DEFAULT 1
        );
        CREATE INDEX webhooks_session ON webhooks (session, created_at);

        CREATE TABLE api_keys (
            name text COLLATE "C" PRIMARY KEY,
            digest bytea NOT NULL,
            created_at bigint NOT NULL
        );

        """

    private static let directory = """
        CREATE TABLE contacts (
            session text COLLATE "C" NOT NULL,
            id text COLLATE "C" NOT NULL,
            spelling text COLLATE "C",
            lid text COLLATE "C",
            name text COLLATE "C",
            push_name text COLLATE "C",
            verified_name text COLLATE "C",
            image_url text COLLATE "C",
            updated_at bigint NOT NULL,
            checked_at bigint,
            PRIMARY KEY (session, id)
        );
        CREATE INDEX contacts_lid ON contacts (session, lid) WHERE lid IS NOT NULL;

        CREATE TABLE groups (
            session text COLLATE "C" NOT NULL,
            id text COLLATE "C" NOT NULL,
            name text COLLATE "C",
            about text COLLATE "C",
            owner text COLLATE "C",
            size bigint,
            image_url text COLLATE "C",
            updated_at bigint NOT NULL,
            checked_at bigint,
            PRIMARY KEY (session, id)
        );

        CREATE TABLE identities (
            session text COLLATE "C" NOT NULL,
            lid text COLLATE "C" NOT NULL,
            phone text COLLATE "C",
            PRIMARY KEY (session, lid)
        );
        CREATE INDEX identities_phone ON identities (phone) WHERE phone IS NOT NULL;

        CREATE TABLE unresolved_keys (
            session text COLLATE "C" NOT NULL,
            lid text COLLATE "C" NOT NULL,
            event_id bigint NOT NULL,
            source text COLLATE "C" NOT NULL,
            key text COLLATE "C" NOT NULL,
            PRIMARY KEY (session, lid, event_id)
        );
        CREATE INDEX unresolved_keys_event ON unresolved_keys (event_id);

        """

    private static let history = """
        CREATE TABLE chats (
            number bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
            session text COLLATE "C" NOT NULL,
            id text COLLATE "C" NOT NULL,
            spelling text COLLATE "C",
            message_count bigint NOT NULL,
            last_message_at bigint,
            last_message_id text COLLATE "C",
            UNIQUE (session, id)
        ) WITH (fillfactor = 70);

        CREATE TABLE messages (
            number bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
            chat bigint NOT NULL,
            id text COLLATE "C" NOT NULL,
            outbound bigint NOT NULL,
            sender text COLLATE "C",
            type text COLLATE "C" NOT NULL,
            status bigint NOT NULL,
            timestamp bigint NOT NULL,
            event_id bigint NOT NULL,
            edited_at bigint,
            deleted_at bigint,
            content bytea NOT NULL,
            UNIQUE (chat, id)
        ) WITH (fillfactor = 90);
        CREATE INDEX messages_chat ON messages (chat, timestamp, number);

        """

    private static let ledger = """
        CREATE TABLE forwarded_chats (
            destination text COLLATE "C" NOT NULL,
            session text COLLATE "C" NOT NULL,
            chat text COLLATE "C" NOT NULL,
            contact bigint,
            contact_source text COLLATE "C",
            conversation bigint,
            name text COLLATE "C",
            updated_at bigint NOT NULL,
            contact_unwritten bigint NOT NULL DEFAULT 0,
            PRIMARY KEY (destination, session, chat)
        );

        CREATE TABLE forwarded_messages (
            number bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
            destination text COLLATE "C" NOT NULL,
            session text COLLATE "C" NOT NULL,
            chat text COLLATE "C" NOT NULL,
            message text COLLATE "C" NOT NULL,
            part text COLLATE "C" NOT NULL,
            direction bigint NOT NULL,
            state bigint NOT NULL,
            conversation bigint,
            remote bigint,
            after bigint,
            status bigint,
            updated_at bigint NOT NULL,
            UNIQUE (destination, session, chat, message, part)
        );
        CREATE INDEX forwarded_messages_remote ON forwarded_messages (destination, remote) WHERE remote IS NOT NULL;
        CREATE INDEX forwarded_messages_open ON forwarded_messages (destination, session, chat) WHERE state <> 1;
        CREATE INDEX forwarded_messages_age ON forwarded_messages (updated_at);

        """
}
