extension SQLiteSchema {
    /// Documents that could not be read. `digest` recognises one that comes again; it then moves to the end, so that the
    /// number is also the order of the last receipt. `bytes` is the size of the excerpt, which comes last.
    static let rejectedDocuments = """
        CREATE TABLE rejected_documents (
            number INTEGER PRIMARY KEY,
            digest BLOB NOT NULL UNIQUE,
            occurrences INTEGER NOT NULL,
            first_received_at INTEGER NOT NULL,
            last_received_at INTEGER NOT NULL,
            source TEXT NOT NULL,
            session TEXT,
            code TEXT NOT NULL,
            position INTEGER,
            size INTEGER,
            bytes INTEGER NOT NULL,
            pointer TEXT,
            reason TEXT NOT NULL,
            excerpt BLOB
        ) STRICT;
        """
}
