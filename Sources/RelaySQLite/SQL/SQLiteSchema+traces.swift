extension SQLiteSchema {
    /// What happened to events, as ``EventTraceEncoder`` wrote it. ``singleRows`` moves it into the events' rows.
    static let traces = """
        CREATE TABLE traces (event_id INTEGER PRIMARY KEY, trace BLOB NOT NULL) STRICT;
        """
}
