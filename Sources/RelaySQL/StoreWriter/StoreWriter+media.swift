internal import RelayCore

extension StoreWriter {
    func write(_ media: LateMedia) throws {
        try database.run(
            upsert(
                into: "late_media", ["event_id", "due_at", "failures", "max_size", "attempts", "timeout_ms"],
                key: ["event_id"]),
            .int(media.event.rawValue), .int(media.dueAt.milliseconds), .int(Int64(media.failures)),
            .int(Int64(media.limits.maxSize)), .int(Int64(media.limits.attempts)),
            .int(media.limits.timeout.milliseconds)
        )
    }

    /// False when the file is not awaited any more.
    func deleteLateMedia(of event: EventID) throws -> Bool {
        try database.run("DELETE FROM late_media WHERE event_id = ?", .int(event.rawValue))
        return try database.changesCount() == 1
    }
}
