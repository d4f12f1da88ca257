extension SQLiteSchema {
    /// The documents of events whose source keeps them: they come and go with the event's row.
    static let rawDocuments = """
        ALTER TABLE events ADD COLUMN raw_signature TEXT;
        ALTER TABLE events ADD COLUMN raw BLOB;
        """
}
