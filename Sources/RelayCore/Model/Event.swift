package import RelayJSON

/// An event as a format reads it from a gateway's document, before the journal has it.
package struct ParsedEvent: Sendable, Hashable {
    package var type: EventType
    /// The WhatsApp account that it belongs to.
    package var session: String
    /// The chat's id as the gateway reports it; nil for events of the session itself. The store replaces a hidden
    /// identity whose phone is known. Order is kept per chat.
    package var chat: String?
    /// What makes it the same event when a gateway posts it again, unique in (source, session); nil: never a duplicate.
    /// Parts are separated by `|`. The store compares parts that are JIDs by identity: see ``LIDResolver``.
    package var dedupKey: String?
    /// For one of several events under one dedup key that follow each other, as delivered and read do: only a rank
    /// above the last accepted one is new, any other a duplicate. Nil: the key is this event's alone.
    package var rank: Int?
    /// When it happened, according to the gateway; nil when that is not known.
    package var occurredAt: Timestamp?
    package var payload: JSONObject
    /// A file that the gateway put into the document itself. It goes into media storage before the journal has the
    /// event, and `payload.raw_media` then has its id; it is never part of the payload.
    package var embedded: [UInt8]?
    /// The gateway's own document about this event alone, where the source keeps it, or for
    /// ``EventType/documentReceived`` the whole document; never part of the payload.
    package var raw: RawGatewayDocument?

    package init(
        type: EventType,
        session: String,
        chat: String? = nil,
        dedupKey: String? = nil,
        rank: Int? = nil,
        occurredAt: Timestamp? = nil,
        payload: JSONObject,
        embedded: [UInt8]? = nil,
        raw: RawGatewayDocument? = nil
    ) {
        self.type = type
        self.session = session
        self.chat = chat
        self.dedupKey = dedupKey
        self.rank = rank
        self.occurredAt = occurredAt
        self.payload = payload
        self.embedded = embedded
        self.raw = raw
    }
}

/// An event that the journal holds.
package struct Event: Sendable, Hashable, Identifiable {
    package let id: EventID
    /// The name of the source that accepted it.
    package let source: String
    package var type: EventType
    package let session: String
    package let chat: String?
    package let occurredAt: Timestamp?
    /// When the relay accepted it: the envelope's `timestamp`.
    package let receivedAt: Timestamp
    package var payload: JSONObject
    /// The gateway's own document about it, where the source keeps that (`keep_raw`).
    package var raw: RawGatewayDocument?
    /// Set when it has run through its pipelines before.
    package var rerun: EventRerun?

    package init(
        id: EventID,
        source: String,
        type: EventType,
        session: String,
        chat: String?,
        occurredAt: Timestamp?,
        receivedAt: Timestamp,
        payload: JSONObject,
        raw: RawGatewayDocument? = nil,
        rerun: EventRerun? = nil
    ) {
        self.id = id
        self.source = source
        self.type = type
        self.session = session
        self.chat = chat
        self.occurredAt = occurredAt
        self.receivedAt = receivedAt
        self.payload = payload
        self.raw = raw
        self.rerun = rerun
    }

    /// What a format has read, once it has an id.
    package init(_ event: ParsedEvent, id: EventID, source: String, receivedAt: Timestamp) {
        self.init(
            id: id,
            source: source,
            type: event.type,
            session: event.session,
            chat: event.chat,
            occurredAt: event.occurredAt,
            receivedAt: receivedAt,
            payload: event.payload,
            raw: event.raw
        )
    }

    /// The event as receivers see it, but for the `deliveryId`: what expressions are evaluated on.
    package var view: JSON {
        var object = JSONObject()
        object.reserveCapacity(4)
        object.append("event", .string(type.name))
        object.append("sessionId", .string(session))
        object.append("payload", .object(payload))
        object.append("timestamp", .string(receivedAt.iso8601))
        return .object(object)
    }
}

/// A run of an event that follows an earlier one: of a replay, or after a stage's failure.
package struct EventRerun: Sendable, Hashable {
    /// Counts from 1.
    package var number: Int
    /// The only pipeline that it goes through; nil: all that take its source.
    package var pipeline: String?
    /// The only destinations that it delivers to; empty: all.
    package var destinations: [DestinationKey]

    package init(number: Int, pipeline: String? = nil, destinations: [DestinationKey] = []) {
        self.number = number
        self.pipeline = pipeline
        self.destinations = destinations
    }
}
