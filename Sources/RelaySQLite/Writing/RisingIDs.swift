internal import RelayCore
internal import RelaySQL

/// Numbers of the only writer of a file: they follow the highest that was ever given.
final class RisingIDs: StoreIDs {
    private let database: SQLConnection
    private(set) var lastEvent: Int64
    private var lastDelivery: Int64

    init(_ database: SQLConnection) throws {
        self.database = database
        let last = try database.prepared(
            """
            SELECT max(ifnull((SELECT max(id) FROM events), 0), ifnull((SELECT max(event_id) FROM dedup), 0),
                    ifnull((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'last_event'), 0)),
                max(ifnull((SELECT max(id) FROM deliveries), 0),
                    ifnull((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'last_delivery'), 0))
            """
        ).first { ($0.int(0), $0.int(1)) }
        (lastEvent, lastDelivery) = last ?? (0, 0)
    }

    func nextEvent(at moment: Timestamp) -> Int64 {
        lastEvent = SortableIDCodec.next(after: lastEvent, at: moment)
        return lastEvent
    }

    func nextDelivery(at moment: Timestamp) -> Int64 {
        lastDelivery = SortableIDCodec.next(after: lastDelivery, at: moment)
        return lastDelivery
    }

    func lastDelivery(at moment: Timestamp) -> Int64 { lastDelivery }

    func rowsWereDeleted() throws {
        try database.setMeta("last_event", lastEvent)
        try database.setMeta("last_delivery", lastDelivery)
    }
}
