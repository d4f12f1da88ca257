extension PostgresSchema {
    /// ownership has one row: the nodes that take part, and a version that each change raises. A transaction that changes
    /// rows checks the version that its node knows, and holds a shared lock until it ends; who changes the ownership waits
    /// for all of them. nodes.seen_at is the last heartbeat, by the clock of this server; has_session is 1 where
    /// the lock of the node's session shows that its process lives.
    static let nodes = """
        CREATE TABLE nodes (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text COLLATE "C" NOT NULL,
            url text COLLATE "C",
            version text COLLATE "C" NOT NULL,
            configuration text COLLATE "C" NOT NULL,
            started_at bigint NOT NULL,
            seen_at bigint NOT NULL,
            draining bigint NOT NULL DEFAULT 0,
            has_session bigint NOT NULL
        ) WITH (fillfactor = 50);
        CREATE TABLE ownership (
            single bigint PRIMARY KEY CHECK (single = 1),
            version bigint NOT NULL,
            nodes bigint[] NOT NULL
        );
        INSERT INTO ownership (single, version, nodes) VALUES (1, 0, '{}');

        CREATE FUNCTION server_time_ms() RETURNS bigint LANGUAGE sql AS
            $$ SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint $$;

        CREATE FUNCTION check_ownership(known bigint, node bigint) RETURNS void LANGUAGE plpgsql AS $$
            DECLARE present bigint;
            BEGIN
                PERFORM pg_advisory_xact_lock_shared(\(PostgresLock.ownership));
                SELECT version INTO present FROM ownership;
                IF present <> known THEN
                    RAISE EXCEPTION 'the ownership has version %, not %', present, known
                        USING ERRCODE = '\(PostgresError.changedOwnership)';
                END IF;
                PERFORM set_config('zaphub.node', node::text, true);
                -- A process that is stopped here would keep all others from changing the ownership.
                PERFORM set_config('idle_in_transaction_session_timeout', '3s', true);
                -- Each statement of a writer is for few rows, by an index. So its plan must be, also before the tables
                -- have statistics, and is made once.
                PERFORM set_config('plan_cache_mode', 'force_generic_plan', true);
                PERFORM set_config('enable_seqscan', 'off', true);
                PERFORM set_config('enable_hashjoin', 'off', true);
                PERFORM set_config('enable_mergejoin', 'off', true);
                PERFORM set_config('jit', 'off', true);
            END
            $$;

        CREATE FUNCTION change_ownership(added bigint[], removed bigint[]) RETURNS bigint LANGUAGE plpgsql AS $$
            DECLARE present bigint;
            BEGIN
                PERFORM pg_advisory_xact_lock(\(PostgresLock.ownership));
                UPDATE ownership SET version = version + 1, nodes = coalesce((
                    SELECT array_agg(DISTINCT n ORDER BY n) FROM unnest(nodes || added) n WHERE n <> ALL (removed)
                ), '{}') RETURNING version INTO present;
                RETURN present;
            END
            $$;
        """
}
