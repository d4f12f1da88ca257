/// Every event that the relay delivers in its own envelope, with the members of its body. What is delivered for
/// ``EventType/documentReceived`` is the gateway's document instead. The page docs/events.md, `zaphub explain` and the
/// JSON Schema are made from it, and tests compare it with what formats and stages produce.
package enum EventCatalogue {
    /// The events, in the order of ``EventType/all``.
    package static let events: [EventDescription] =
        messageEvents + sessionEvents + [
            presenceUpdated, callReceived, groupUpdated, contactUpdated, contactIdentified,
        ]
        + commandEvents + [webhookTest]

    /// The types of content.
    package static let contents: [ContentDescription] =
        textContents + mediaContents + placeContents + replyContents + pollContents + calendarContents
        + businessContents + noticeContents

    package static func event(_ name: String) -> EventDescription? { events.first { $0.type.name == name } }

    package static func content(_ name: String) -> ContentDescription? { contents.first { $0.name == name } }

    /// The members around the payload.
    package static let envelope: [EventField] = [
        .always("event", .text, "The type of the event."),
        .always("sessionId", .text, "The WhatsApp account that it belongs to."),
        .always("payload", .anyObject, "What happened: see the event."),
        .always("timestamp", .time, "When the relay accepted the event."),
        .always(
            "deliveryId", .text,
            "The delivery, the same in every attempt and every replay. Receivers recognise repetitions by it."),
    ]

    private static let webhookTest = EventDescription(
        .webhookTest, "Somebody tests a webhook. It is sent by the API only.",
        forms: [
            EventForm(own: [
                .always("message", .text, "A sentence that says that this is a test."),
                .always("timestamp", .seconds, "When the test was made."),
            ])
        ]
    )
}
