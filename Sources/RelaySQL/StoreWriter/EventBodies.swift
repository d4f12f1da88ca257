internal import RelayCore

/// The bodies that are stored for the deliveries of one event, so that each is stored once.
struct EventBodies {
    private var event = EventID(0)
    private var heads: [(head: [UInt8], id: Int64)] = []

    /// The row of a body that an earlier delivery of the event has as well; nil when none has.
    func id(of head: [UInt8], event: EventID) -> Int64? {
        guard event == self.event else { return nil }
        return heads.first { $0.head == head }?.id
    }

    mutating func add(_ head: [UInt8], event: EventID, id: Int64) {
        if event != self.event {
            heads.removeAll(keepingCapacity: true)
            self.event = event
        }
        heads.append((head, id))
    }
}
