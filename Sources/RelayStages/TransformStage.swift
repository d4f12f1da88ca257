package import RelayConfig
package import RelayCore
package import RelayJQ
internal import RelayJSON

/// `- transform: EXPR`: replaces the payload or the whole body, or makes several events, with a jq program.
package struct TransformStage: ConfigurableStage {
    package static let kind = "transform"
    package static let summary = "Makes the payload, the whole body, or several events with a jq program."
    package static let payload = OptionField.expression("payload", "Makes the payload: one object.").optional
    package static let body = OptionField.expression(
        "body",
        "Makes the whole body of the deliveries that follow: one object, to which the relay adds `deliveryId`."
    ).optional
    package static let events = OptionField.expression(
        "events",
        "Makes events that replace this one: each an object with `payload`, and `event` for another type."
    ).optional
    package static let fields = [AnyOptionField(payload), AnyOptionField(body), AnyOptionField(events)]
    package static let effects: [StageFlowEffect] = [.rewrites, .splits(option: events.name)]
    package static let example = "transform: '.payload | del(.pushName)'"
    package static let mainField: String? = payload.name

    /// The maximum number of events from one event.
    static let maximumEvents = 1000

    private enum Target: Sendable { case payload, body, events }

    private let target: Target
    private let program: JQProgram

    package init(_ options: OptionReader, in context: StageBuildContext) throws {
        let given = try [
            (Target.payload, options(Self.payload)), (.body, options(Self.body)), (.events, options(Self.events)),
        ].compactMap { target, program in program.map { (target, $0) } }
        guard let (target, program) = given.first, given.count == 1 else {
            throw options.fail(
                "transform needs one of payload, body and events",
                help: "write for example transform: '.payload | { chatId, content }'"
            )
        }
        self.target = target
        self.program = program
    }

    package func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome {
        let results: [JSON]
        do { results = try program.evaluate(draft.view, in: context) } catch {
            throw StageError("The expression failed: \(error)")
        }
        switch target {
        case .payload:
            draft.event.payload = try Self.object(results, named: "payload")
            draft.body = nil
            return .next
        case .body:
            draft.body = try Self.object(results, named: "body")
            return .next
        case .events:
            return .split(try Self.events(results, from: draft.event))
        }
    }

    private static func object(_ results: [JSON], named name: String) throws(StageError) -> JSONObject {
        guard let result = results.first, results.count == 1 else {
            let help = results.isEmpty ? "it needs one object" : "put them into one object, or use events:"
            throw StageError("The expression for the \(name) made \(count(results, "result")); \(help).")
        }
        guard let object = result.object else {
            throw StageError("The expression for the \(name) made \(result.kindWithArticle); it must be an object.")
        }
        return object
    }

    private static func events(_ results: [JSON], from event: Event) throws(StageError) -> [Event] {
        let values = results.flatMap { $0.array ?? [$0] }
        guard values.count <= maximumEvents else {
            throw StageError("The expression made \(values.count) events; at most \(maximumEvents) are taken.")
        }
        var events: [Event] = []
        for (index, value) in values.enumerated() { events.append(try Self.event(value, index + 1, from: event)) }
        return events
    }

    private static func event(_ value: JSON, _ number: Int, from event: Event) throws(StageError) -> Event {
        let shape = "an event is { payload: {…} }, and { event: \"order.created\", payload: {…} } with another type"
        guard let object = value.object else {
            throw StageError("Event \(number) of the expression is \(value.kindWithArticle); \(shape).")
        }
        guard let payload = object["payload"]?.object else {
            throw StageError("Event \(number) of the expression has no object as its payload; \(shape).")
        }
        // Other keys are not named in the error: a key may be a person's phone number.
        guard object.keys.allSatisfy({ $0 == "event" || $0 == "payload" }) else {
            throw StageError("Event \(number) of the expression has members beside event and payload; \(shape).")
        }
        var event = event
        event.payload = payload
        if let type = object["event"], !type.isNull {
            guard let name = type.string, isName(name) else {
                throw StageError(
                    "The type of event \(number) of the expression must be words of letters, digits, - and _ with dots"
                        + " between them, such as order.created, at most 64 letters."
                )
            }
            event.type = EventType(name)
        }
        return event
    }

    /// Whether a name is safe in a header and in a delivery's id.
    private static func isName(_ name: String) -> Bool {
        name.utf8.count <= 64
            && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { word in
                !word.isEmpty
                    && word.unicodeScalars.allSatisfy { letter in
                        letter.isASCII
                            && (letter.properties.isAlphabetic || "0123456789-_".unicodeScalars.contains(letter))
                    }
            }
    }

    private static func count(_ results: [JSON], _ word: String) -> String {
        results.isEmpty ? "no \(word)" : "\(results.count) \(word)s"
    }
}

extension JSON {
    /// The kind of the value, for error messages that must not contain it.
    fileprivate var kindWithArticle: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .int, .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
