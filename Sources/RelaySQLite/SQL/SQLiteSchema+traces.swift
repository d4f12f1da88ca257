extension SQLiteSchema {
    /// What happened to events, as ``EventTraceEncoder`` wrote it. A table of its own, that only grows at its end: in the
    /// events' rows it would make each one longer after it was written.
    static let traces = """
        CREATE TABLE traces (event_id INTEGER PRIMARY KEY, trace BLOB NOT NULL) STRICT;
        """
}
