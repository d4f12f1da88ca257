internal import RelayCore

extension StoreWriter {
    /// Queues a delivery: due now, unless another of its lane goes first. One for a webhook that was deleted in the
    /// meantime is cancelled at once.
    func insert(_ delivery: PlannedDelivery, event: EventID, at moment: Timestamp) throws -> DeliveryID {
        if try isDeletedWebhook(delivery.destination) {
            return try insert(
                delivery, event: event, state: .cancelled, error: "The webhook was deleted before it was queued.",
                at: moment)
        }
        var delivery = delivery
        delivery.lane = try currentLane(delivery.lane, session: delivery.session, chat: delivery.chat)
        guard owns(delivery.destination) else {
            // Its owner says when the lane's head is due.
            let id = try insert(
                delivery, event: event, state: .queued, due: delivery.lane == nil ? moment : nil, at: moment)
            laneChanged(delivery.lane, of: delivery.destination)
            return id
        }
        var head: LaneHead?
        if let lane = delivery.lane, !lanes.isEmpty(lane, of: delivery.destination) {
            head = try self.head(of: lane, delivery.destination)
        }
        if head == nil, try allowsNewClaim(of: delivery.destination), reserveClaim(of: delivery.destination) {
            return try insert(delivery, event: event, state: .inFlight, at: moment)
        }
        let id = try insert(delivery, event: event, state: .queued, due: head == nil ? moment : nil, at: moment)
        // One that stands behind a head that is due may be what makes a batch full.
        if head == nil || head?.due.map({ $0 <= moment }) == true { wake(delivery.destination) }
        return id
    }

    /// Keeps a stage's failure as a dead letter.
    func insert(_ failure: StageDeadLetter, event: EventID, at moment: Timestamp) throws {
        _ = try insert(
            failure.delivery, event: event, state: .dead, reason: failure.reason,
            error: failure.stage.isEmpty ? failure.message : "\(failure.stage): \(failure.message)",
            at: moment
        )
    }

    private func insert(
        _ delivery: PlannedDelivery,
        event: EventID,
        state: DeliveryState,
        due: Timestamp? = nil,
        reason: DeadLetterReason? = nil,
        error: String? = nil,
        at moment: Timestamp
    ) throws -> DeliveryID {
        let id = DeliveryID(try ids.nextDelivery(at: moment))
        let isClaimed = state == .inFlight
        let seriesStart = isClaimed ? moment - (try pausedTime(of: delivery.destination)) : moment
        let bodyID = try insertBody(of: delivery, event: event, id: id)
        let body: [SQLValue] = dialect.hasBodiesInDeliveries ? [.blob(delivery.head)] : []
        let values: [SQLValue] = [
            .int(id.rawValue), SQLValue(state), .int(moment.milliseconds), SQLValue(due),
            SQLValue(state == .queued || isClaimed ? nil : moment), .int(event.rawValue),
            .int(delivery.receivedAt.milliseconds),
            SQLValue(delivery.destination), SQLValue(delivery.lane), .text(delivery.pipeline), .text(delivery.session),
            .text(delivery.type.name), SQLValue(delivery.chat), SQLValue(delivery.signing?.column),
            SQLValue(reason?.rawValue), SQLValue(error), .int(isClaimed ? 1 : 0), .int(seriesStart.milliseconds),
            .int(bodyID),
        ]
        try statements.insertDelivery.run(values: values + body)
        if isClaimed || state == .queued, owns(delivery.destination) {
            if let lane = delivery.lane {
                lanes.add(id.rawValue, to: lane, of: delivery.destination, isFirst: isClaimed || due != nil)
            }
            if isClaimed {
                lanes.claim(id.rawValue, at: OpenLanes.Position(destination: delivery.destination, lane: delivery.lane))
            }
            let unclaimed = ClaimedDelivery(
                id: id, destination: delivery.destination, session: delivery.session, type: delivery.type,
                chat: delivery.chat, attempt: 1, attemptInSeries: 1, seriesStartedAt: moment,
                receivedAt: delivery.receivedAt, signing: delivery.signing, body: delivery.body(for: id))
            if isClaimed { noteClaimed(unclaimed) } else { self.unclaimed.insert(unclaimed) }
        }
        count(delivery.destination, from: nil, to: state)
        return id
    }

    /// Stores a delivery's body, unless another delivery of the event has the same.
    /// - Returns: the number of its row.
    private func insertBody(of delivery: PlannedDelivery, event: EventID, id: DeliveryID) throws -> Int64 {
        guard let insertBody = statements.insertBody else { return id.rawValue }
        if let known = eventBodies.id(of: delivery.head, event: event) { return known }
        try insertBody.run(.int(id.rawValue), .blob(delivery.head))
        eventBodies.add(delivery.head, event: event, id: id.rawValue)
        return id.rawValue
    }

    /// Makes a delivery that was finished wait for its next series of attempts, in its old place in the lane.
    func reopen(_ id: Int64, _ position: DeliveryQueuePosition, at moment: Timestamp) throws {
        if position.state == .delivered { try moveFirstAttempt(of: id) }
        try database.run(
            """
            UPDATE deliveries
            SET state = 0, series_attempts = 0, series_interruptions = 0, series_started_at = ?2, not_before = ?2,
                wait_ms = 0, due_at = NULL,
                finished_at = NULL, reason = NULL, batch = NULL
            WHERE id = ?1
            """,
            .int(id), .int(moment.milliseconds)
        )
        count(position.destination, from: position.state, to: .queued)
        laneChanged(position.lane, of: position.destination)
        if let lane = position.lane { lanes.forget(lane, of: position.destination) }
        guard let lane = try currentLane(position.lane, session: position.session, chat: position.chat) else {
            try statements.setDue.run(.int(moment.milliseconds), .int(id))
            wake(position.destination)
            return
        }
        if lane != position.lane {
            try database.run("UPDATE deliveries SET lane = ?2 WHERE id = ?1", .int(id), .text(lane))
        }
        lanes.forget(lane, of: position.destination)
        laneChanged(lane, of: position.destination)
        try rearrange(lane, of: position.destination, at: moment)
    }

    /// Takes a queued or dead delivery out for good.
    func cancel(_ id: Int64, _ position: DeliveryQueuePosition, at moment: Timestamp) throws {
        try database.run(
            "UPDATE deliveries SET state = 4, due_at = NULL, finished_at = ?2 WHERE id = ?1",
            .int(id), .int(moment.milliseconds)
        )
        count(position.destination, from: position.state, to: .cancelled)
        laneChanged(position.lane, of: position.destination)
        if let lane = position.lane { lanes.forget(lane, of: position.destination) }
        if position.state == .queued, position.isDue, let lane = position.lane {
            try promote(lane, of: position.destination, at: moment)
        }
    }

    /// Deletes a delivery that is finished, with its body and attempts.
    func delete(_ id: Int64, _ position: DeliveryQueuePosition) throws {
        try database.run("DELETE FROM deliveries WHERE id = ?", .int(id))
        // One of them may be deleted here.
        eventBodies = EventBodies()
        try database.run(
            """
            DELETE FROM delivery_bodies WHERE id = ?1
                AND NOT EXISTS (SELECT 1 FROM deliveries WHERE event_id = ?2 AND body_id = ?1)
            """,
            .int(position.body ?? id), .int(position.event)
        )
        try database.run("DELETE FROM attempts WHERE delivery_id = ?", .int(id))
        count(position.destination, from: position.state, to: nil)
    }

    /// Makes a row of a first attempt that is columns: there will be others.
    private func moveFirstAttempt(of id: Int64) throws {
        try database.run(
            """
            INSERT INTO attempts
                (delivery_id, number, started_at, duration_us, outcome, status, target, error, response)
            SELECT id, 1, first_started_at, first_duration_us, 0, last_status, ifnull(last_target, ''), last_error,
                first_response
            FROM deliveries WHERE id = ? AND first_started_at IS NOT NULL ON CONFLICT DO NOTHING
            """,
            .int(id))
        try database.run(
            """
            UPDATE deliveries SET first_started_at = NULL, first_duration_us = NULL, first_response = NULL WHERE id = ?
            """,
            .int(id))
    }

    func position(of id: Int64) throws -> DeliveryQueuePosition? {
        try database.prepared(
            """
            SELECT destination, lane, state, due_at, event_id, session, chat, body_id FROM deliveries
            WHERE id = ?\(rowLock)
            """
        )
        .first(.int(id)) { row in
            DeliveryQueuePosition(
                destination: row.destination(0),
                lane: row.optionalText(1),
                state: DeliveryState(rawValue: Int(row.int(2))) ?? .cancelled,
                isDue: !row.isNull(3),
                event: row.int(4),
                session: row.text(5),
                chat: row.optionalText(6),
                body: row.optionalInt(7)
            )
        }
    }
}

/// Where a delivery stands.
struct DeliveryQueuePosition {
    var destination: DestinationKey
    var lane: String?
    var state: DeliveryState
    var isDue: Bool
    var event: Int64
    var session = ""
    var chat: String?
    /// The row of its body; nil: its own.
    var body: Int64?

    /// Whether it is a stage's failure: nothing is sent there, a replay runs the event again.
    var isStageFailure: Bool { destination.isPipeline }
}
