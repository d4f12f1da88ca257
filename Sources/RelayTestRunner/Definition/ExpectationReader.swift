internal import RelayConfig
internal import RelayCore
internal import RelayJSON

/// Reads the expectation of a test.
struct ExpectationReader: Sendable {
    let names: PipelineTestReferences

    /// `by:` of repeated events.
    static let duplicate = "duplicate"
    /// `to:` of events whose stage failed.
    static let pipeline = "pipeline"

    private static let event = OptionField(
        "event", "Its event type, or a pattern such as message.*.", OptionValueType.events
    )
    .optional
    private static let attempts = OptionField.int("attempts", "How often it was sent.", 0...1000).optional
    private static let at = OptionField<[Duration]>.list(
        "at", "When each attempt began, from the input on.", of: .duration(.zero...(.seconds(10 * 365 * 86_400)))
    ).optional
    private static let headers = OptionField<[String: HeaderExpectation]>.map(
        "headers", "Of the last attempt; /…/ is a regular expression. Other headers are ignored.", of: .headerCheck
    ).optional
    private static let signed = OptionField.bool(
        "signed", "Whether every attempt has a valid signature; false: none has a signature."
    ).optional
    private static let reason = OptionField.enumeration("reason", "Why.", of: DeadLetterReason.self).optional
    private static let nothing = OptionField.bool("nothing", "No delivery to any destination.", default: false)
    private static let order = OptionField.enumeration(
        "order", "destination: the lists are in order for each destination; any: the order does not matter.",
        of: PipelineTestExpectation.Order.self, default: .destination)

    var type: OptionValueType<PipelineTestExpectation> {
        let delivered = OptionField(
            "delivered", "The deliveries that receivers accepted, in order.", .oneOrMore(delivery)
        )
        .optional
        let dead = OptionField("dead", "The dead letters.", .oneOrMore(deadLetter)).optional
        let dropped = OptionField("dropped", "The events that the pipeline dropped.", .oneOrMore(drop)).optional
        let fields = [
            AnyOptionField(delivered), AnyOptionField(dead), AnyOptionField(dropped), AnyOptionField(Self.nothing),
            AnyOptionField(Self.order),
        ]
        return .section("expect", fields: fields) { options in
            let expected = PipelineTestExpectation(
                delivered: try options(delivered),
                dead: try options(dead),
                dropped: try options(dropped),
                nothing: try options(Self.nothing),
                order: try options(Self.order)
            )
            try Self.check(expected, options)
            return expected
        }
    }

    private static func check(_ expected: PipelineTestExpectation, _ options: OptionReader) throws {
        let isEmpty = expected.delivered == nil && expected.dead == nil && expected.dropped == nil
        if isEmpty, !expected.nothing {
            throw options.fail("\"expect\" expects nothing", help: "write delivered, dead, dropped or nothing: true")
        }
        if expected.nothing, expected.delivered?.isEmpty == false {
            throw options.fail(nothing, "\"nothing\" and \"delivered\" cannot both be", help: "keep one of them")
        }
    }

    private var delivery: OptionValueType<DeliveryExpectation> {
        let to = OptionField(
            "to", "The destination, or session.", .name(among: names.destinations, what: "destination"))
        let body = OptionField("body", "Of the last attempt.", body).optional
        let fields = [
            AnyOptionField(to), AnyOptionField(Self.event), AnyOptionField(Self.attempts), AnyOptionField(Self.at),
            AnyOptionField(Self.headers),
            AnyOptionField(body), AnyOptionField(Self.signed),
        ]
        return .section("a delivery", fields: fields) { options in
            DeliveryExpectation(
                to: try options(to),
                event: try options(Self.event),
                attempts: try options(Self.attempts),
                at: try options(Self.at),
                headers: try options(Self.headers),
                body: try options(body),
                signed: try options(Self.signed)
            )
        }
    }

    private var deadLetter: OptionValueType<DeadLetterExpectation> {
        let to = OptionField(
            "to", "The destination, or pipeline for an event whose stage failed.",
            .name(among: names.destinations.map { $0 + [Self.pipeline] }, what: "destination"))
        let by = OptionField("by", "The stage that failed.", .name(among: names.stages, what: "stage")).optional
        let fields = [
            AnyOptionField(to), AnyOptionField(Self.event), AnyOptionField(Self.reason), AnyOptionField(Self.attempts),
            AnyOptionField(Self.at),
            AnyOptionField(by),
        ]
        return .section("a dead letter", fields: fields) { options in
            let letter = DeadLetterExpectation(
                to: try options(to),
                event: try options(Self.event),
                reason: try options(Self.reason),
                attempts: try options(Self.attempts),
                at: try options(Self.at),
                by: try options(by)
            )
            if letter.by != nil, letter.to != Self.pipeline {
                throw options.fail(by, "\"by\" is for to: pipeline only", help: "name the reason instead")
            }
            return letter
        }
    }

    private var drop: OptionValueType<DropExpectation> {
        let by = OptionField(
            "by", "The stage that dropped it.", .name(among: names.stages.map { $0 + [Self.duplicate] }, what: "stage"))
        return .section("a drop", fields: [AnyOptionField(by), AnyOptionField(Self.event)]) { options in
            DropExpectation(by: try options(by), event: try options(Self.event))
        }
    }
}
