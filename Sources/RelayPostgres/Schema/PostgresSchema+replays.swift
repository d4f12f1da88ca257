extension PostgresSchema {
    static let replays = """
        CREATE TABLE replays (
            id bigint PRIMARY KEY,
            state text COLLATE "C" NOT NULL,
            created_at bigint NOT NULL,
            started_at bigint,
            finished_at bigint,
            rate text COLLATE "C" NOT NULL,
            cursor bigint NOT NULL,
            last bigint NOT NULL,
            selected bigint NOT NULL,
            done bigint NOT NULL DEFAULT 0,
            skipped bigint NOT NULL DEFAULT 0,
            deliveries bigint NOT NULL DEFAULT 0,
            failures bigint NOT NULL DEFAULT 0,
            origin text COLLATE "C" NOT NULL,
            since bigint,
            until bigint,
            session text COLLATE "C",
            chat text COLLATE "C",
            type text COLLATE "C",
            source text COLLATE "C",
            pipeline text COLLATE "C",
            events text COLLATE "C" NOT NULL,
            destinations text COLLATE "C" NOT NULL,
            states text COLLATE "C" NOT NULL
        );
        CREATE INDEX replays_open ON replays (id) WHERE finished_at IS NULL;

        CREATE TABLE reruns (event_id bigint PRIMARY KEY, replay bigint NOT NULL);
        CREATE TABLE replayed (delivery_id bigint PRIMARY KEY, replay bigint NOT NULL);

        """
}
