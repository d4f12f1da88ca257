extension SQLiteSchema {
    /// What belongs to an event or a delivery is in its row where that row is written once.
    ///
    /// events.trace is what happened to the event, as ``EventTraceEncoder`` wrote it. deliveries.first_started_at,
    /// first_duration_us and first_response are the rest of a first attempt that delivered: its status, target and
    /// error are the last ones, and it has no row in attempts. deliveries.body_id is the row of delivery_bodies with
    /// the body up to the end of the `deliveryId`, which deliveries of one event may share; NULL in deliveries of
    /// earlier versions, whose own row has the whole body.
    static let singleRows = """
        ALTER TABLE events ADD COLUMN trace BLOB;
        UPDATE events SET trace = t.trace FROM traces t WHERE t.event_id = events.id;
        DROP TABLE traces;

        ALTER TABLE deliveries ADD COLUMN first_started_at INTEGER;
        ALTER TABLE deliveries ADD COLUMN first_duration_us INTEGER;
        ALTER TABLE deliveries ADD COLUMN first_response TEXT;
        ALTER TABLE deliveries ADD COLUMN body_id INTEGER;
        """
}
