extension SQLiteSchema {
    /// revision counts the changes that callers make to a session or its webhooks, and to a webhook.
    static let revisions = """
        ALTER TABLE sessions ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE webhooks ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
        """
}
