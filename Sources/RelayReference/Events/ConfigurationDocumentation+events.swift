internal import RelayCore

extension ConfigurationDocumentation {
    /// The entries for events and types of content, and `events`, which lists them.
    static var events: [ReferenceEntry] {
        let events = EventCatalogue.events.map { event in
            entry(.event, event.type.name, event.summary, event.forms, title: "Fields of the payload")
        }
        let contents = EventCatalogue.contents.map { content in
            entry(
                .content, "content." + content.name, content.summary, content.forms,
                notes: content.hasFile ? ["The message has `media` or `raw_media` beside its content."] : [],
                title: "Fields of the content")
        }
        return [overview(of: events + [document], contents)] + events + [document] + contents
    }

    /// The event that has no envelope.
    private static let document = ReferenceEntry(
        group: .event,
        name: EventType.documentReceived.name,
        summary: "A gateway posted a document. It is delivered as it was posted, byte for byte, without an envelope.",
        notes: [
            "Only destinations with `body: original` get it: `zaphub explain webhook.body`.",
            "The delivery's id is in the header X-ZapHub-Delivery.",
        ])

    private static func entry(
        _ group: ReferenceEntry.Group, _ name: String, _ summary: String, _ forms: [EventForm], notes: [String] = [],
        title: String
    ) -> ReferenceEntry {
        var entry = ReferenceEntry(group: group, name: name, summary: summary, notes: notes)
        entry.sections = forms.map { form in
            ReferenceSection(title: form.title ?? title, options: form.fields.options)
        }
        return entry
    }

    private static func overview(of events: [ReferenceEntry], _ contents: [ReferenceEntry]) -> ReferenceEntry {
        var entry = ReferenceEntry(
            group: .event,
            name: "events",
            summary: "What receivers get: a body with an event in it.",
            notes: [
                "Fields, events and types of content may be added at any time. Receivers ignore what they do not know.",
                "docs/events.md has a real body of each. `zaphub schema events` prints a JSON Schema.",
            ]
        )
        func list(_ entries: [ReferenceEntry], _ type: String) -> [OptionDocumentation] {
            entries.map {
                OptionDocumentation(path: $0.name, name: $0.name, summary: $0.summary, type: type, presence: .optional)
            }
        }
        entry.sections = [
            ReferenceSection(title: "The body", options: EventCatalogue.envelope.options),
            ReferenceSection(title: ReferenceEntry.Group.event.title, options: list(events, "an event")),
            ReferenceSection(
                title: ReferenceEntry.Group.content.title, options: list(contents, "a value of payload.type")),
        ]
        return entry
    }
}
