extension SQLiteSchema {
    /// The documents of events whose source keeps them: they come and go with the event's row. raw_signature has the kept
    /// header fields as a JSON list of pairs, in rows of early versions the value of `X-Hub-Signature-256`.
    static let rawDocuments = """
        ALTER TABLE events ADD COLUMN raw_signature TEXT;
        ALTER TABLE events ADD COLUMN raw BLOB;
        """
}
