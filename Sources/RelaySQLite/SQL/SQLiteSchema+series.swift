extension SQLiteSchema {
    /// What a series of attempts needs to know of itself.
    ///
    /// deliveries.wait_ms is how long the delivery was to wait for `not_before` when that was set: a due time further
    /// away was written while the clock was ahead. `series_interruptions` are the interrupted attempts that
    /// `series_attempts` leaves out. `series_started_at` is less by the time in which the destination was paused
    /// before, which destination_clocks adds up: so the clock of a series stands still while it is paused.
    /// destination_releases are the destinations that were resumed at a rate, which is for the deliveries up to `last`.
    static let series = """
        ALTER TABLE deliveries ADD COLUMN wait_ms INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE deliveries ADD COLUMN series_interruptions INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE attempts ADD COLUMN retry_after_ms INTEGER;
        ALTER TABLE destination_pauses ADD COLUMN receiver TEXT;

        CREATE TABLE destination_clocks (
            destination TEXT PRIMARY KEY NOT NULL,
            paused_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE destination_releases (
            destination TEXT PRIMARY KEY NOT NULL,
            rate TEXT NOT NULL,
            last INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        UPDATE deliveries SET wait_ms = max(0, not_before - (
            SELECT started_at + duration_us / 1000 FROM attempts
            WHERE delivery_id = deliveries.id ORDER BY number DESC LIMIT 1
        ))
        WHERE state = 0 AND EXISTS (SELECT 1 FROM attempts WHERE delivery_id = deliveries.id);
        """
}
