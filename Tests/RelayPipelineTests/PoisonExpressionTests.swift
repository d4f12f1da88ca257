import RelayCore
import RelayJSON
import RelayTesting
import Testing

/// Events whose evaluation would take without end or kill a process. Each is a failure of its own event: that takes its
/// `on_error`, its neighbours are delivered, and the same expression works on the next event.
@Suite struct PoisonExpressionTests {
    struct Poison: Sendable, CustomTestStringConvertible {
        let expression: String
        let members: JSONObject

        init(_ expression: String, _ members: JSONObject = [:]) {
            self.expression = expression
            self.members = members
        }

        var testDescription: String { expression }
    }

    /// Expressions that are harmless for an event without these members.
    static let poisons = [
        Poison(
            ".payload | .slots = (reduce .items[]? as $i ([]; .[$i.position] = $i.name))",
            ["items": [["position": 1_000_000_000, "name": "x"]]]),
        Poison(".payload | .list |= (if . then setpath([.[0]]; 1) else . end)", ["list": [800_000_000]]),
        Poison(".payload | .bar = (if .score then \"#\" * .score else null end)", ["score": 1_000_000_000]),
        Poison(".payload | .numbers = [range(.score // 0)]", ["score": 1_000_000_000]),
        Poison(".payload | .sum = last(range(.score // 1))", ["score": 1_000_000_000]),
        Poison(".payload | .tree = (reduce range(.levels // 0) as $i ([1]; [., .]))", ["levels": 40]),
        Poison(".payload | .text += (reduce range(.levels // 0) as $i (\"x\"; . + .) | .[:0])", ["levels": 40]),
        Poison(
            ".payload | .deep = (def f: if . > 0 then [. - 1 | f] else 1 end; .levels // 0 | f)", ["levels": 100_000]),
        Poison(
            ".payload | .pairs = ([.words // [] | [.[], .[]] | combinations(3)?] | length)",
            ["words": .array(Array(repeating: "w", count: 200))]),
    ]

    private func run(
        _ poison: Poison, onError: String, _ body: (PipelineFixture) async throws -> Void
    ) async throws {
        let fixture = try await PipelineFixture([]) { deliver in
            try YAMLPipeline.steps("- transform: '\(poison.expression)'\n  on_error: \(onError)") + deliver
        }
        try await fixture.run {
            var event = event("poison")
            for (name, value) in poison.members { event.payload[name] = value }
            try await fixture.accept([
                RelayPipelineTests.event("before", chat: "b@s.whatsapp.net"), event, RelayPipelineTests.event("next"),
                RelayPipelineTests.event("after", chat: "b@s.whatsapp.net"), event, RelayPipelineTests.event("last"),
            ])
            try await body(fixture)
        }
    }

    @Test(arguments: poisons)
    func theEventIsADeadLetterAndItsNeighboursAreDelivered(poison: Poison) async throws {
        try await run(poison, onError: "dead_letter") { fixture in
            try await fixture.untilDelivered(["before", "next", "after", "last"])
            let letters = try await fixture.store.deliveries(
                DeliveryFilter(states: [.dead]), before: nil, offset: 0, limit: 10)
            #expect(letters.count == 2)
            #expect(letters.allSatisfy { $0.destination == .pipeline("default") && $0.deadReason == .stageFailed })
            #expect(letters.allSatisfy { $0.lastError?.contains("and was stopped") == true })
        }
    }

    @Test(arguments: [poisons[0], poisons[3]])
    func theEventContinuesUnchangedWhereThePipelineSaysSo(poison: Poison) async throws {
        try await run(poison, onError: "continue") { fixture in
            try await fixture.untilDelivered(["before", "poison", "next", "after", "poison", "last"])
        }
    }

    @Test(arguments: [poisons[0], poisons[3]])
    func theEventIsDroppedWhereThePipelineSaysSo(poison: Poison) async throws {
        try await run(poison, onError: "drop") { fixture in
            try await fixture.untilDelivered(["before", "next", "after", "last"])
            #expect(try await fixture.store.countDeliveries(DeliveryFilter(states: [.dead])) == 0)
        }
    }

    /// What crashed libjq, and has a result.
    @Test(
        arguments: [
            (".payload | .text = .text[(.a - .b):]", ["a": 1, "b": .number("1e999")]),
            (".payload | .text = (.text + \"\\(.lowest % -1)\" | rtrimstr(\"0\"))", ["lowest": .int(.min)]),
            (".payload | .text = .text[.b:] + .text", ["b": .number("1e999")]),
            (".payload | .x = .list[.b]", ["list": [1], "b": 1_000_000_000_000]),
        ] as [(String, JSONObject)])
    func whatCrashedHasAResult(expression: String, members: JSONObject) async throws {
        let fixture = try await PipelineFixture([]) { deliver in
            try YAMLPipeline.steps("- transform: '\(expression)'") + deliver
        }
        try await fixture.run {
            try await fixture.accept([event("poison", members), event("next", members)])
            try await fixture.untilDelivered(["poison", "next"])
        }
    }
}
