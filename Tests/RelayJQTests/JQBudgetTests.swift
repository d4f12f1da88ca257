import RelayJQ
import RelayJSON
import Testing

/// Programs and events that take more than an evaluation may have. Each fails alone, and the next evaluation runs as if
/// nothing had been.
@Suite struct JQBudgetTests {
    static let event: JSON = [
        "items": [["position": 1_000_000_000, "name": "x"]], "score": 1_000_000_000, "text": "abc",
        "huge": .number("1e999"), "start": .int(.min),
    ]

    @Test(
        arguments: [
            ".slots = (reduce .items[] as $i ([]; .[$i.position] = $i.name))", "null | setpath([800000000]; 1)",
            "setpath([\"a\", 800000000, \"b\"]; 1)", "\"#\" * .score", ".score as $n | [range($n)]", "last(repeat(1))",
            "last(range(.score))", "1 | until(false; . + 1)", "[1] | until(false; . + .)",
            "\"x\" | until(false; . + .)",
            "{} | until(false; .a = .)", "reduce range(100000) as $i ([]; [.])",
            "reduce range(100000) as $i ([]; {a: .})", "def f: f; f", "def f: 1 + f; f", "def f: [f]; f",
            "def f(g): f(g | g); f(.)", "def f: try f catch f; f", "def f: reduce 1 as $x (0; f); f",
            "path(repeat(.a))",
            "reduce range(40) as $i ([1]; [., .]) | tojson", "reduce range(40) as $i ([1]; [., .]) | [..]",
            "reduce range(40) as $i ([1]; [., .]) | . == .", "reduce range(40) as $i ([1]; [., .])",
            "reduce range(40) as $i ([1]; [., .]) | flatten", "reduce range(40) as $i ([1]; [., .]) | [paths]",
            "reduce range(40) as $i ([1]; [., .]) | @text", "reduce range(40) as $i ([1]; [., .]) | unique",
            "reduce range(40) as $i ([1]; [., .]) | walk(.)", "reduce range(40) as $i ([1]; . + .)",
            "reduce range(40) as $i (\"x\"; . + .)", "reduce range(40) as $i (\"x\"; \"\\(.)\\(.)\")",
            "[range(300)] as $a | $a[] as $x | $a[] as $y | $a[] | select(false)",
            "[[range(10)]] | [.[0] | combinations(8)]",
            "[range(3000)] as $a | [range(3000) | $a + [1]]", "[range(3000)] as $a | [range(3000) | $a | .[0] = 1]",
            "any(range(.score); . < 0)", "[range(100000)] | . - .", "[range(9)] | [., .[1:]] | until(false; . + .)",
            "\"a\" * 65536 | gsub(\"a.*b|a\"; \"x\")", "[range(1000000)] | implode", "limit(.score; repeat(1))",
            "range(10001)", "repeat(\"x\")", "range(infinite) as $i | path(.a, .b)", "\"x\" * 6000000",
            "def f: ., f; [limit(100000; f)]", "[splits(\"a\")?, repeat(1)] | length", "recurse", "1 | recurse(. + 1)",
        ])
    func stopsWhatExceedsTheBudget(source: String) throws {
        let program = try JQProgram(source)
        for _ in 0..<2 {
            // `recurse` on the event is within the budget; the others are not.
            let input: JSON = source == "recurse" ? .array(Array(repeating: 1, count: 20_000)) : Self.event
            let start = ThreadTime.now
            let error = #expect(throws: JQError.self) { try program.evaluate(input) }
            #expect(error?.code == .budget, "\(error?.message ?? "")")
            #expect(ThreadTime.now - start < ThreadTime.limit)
        }
        #expect(throws: Never.self) { try JQProgram(".score").evaluate(Self.event) }
    }

    @Test(
        arguments: [
            (".text[(.score - .huge):]", ["abc"]), (".text[.huge:]", [""]), (".text[-.huge:]", ["abc"]),
            (".text[nan:]", ["abc"]),
            ("[1, 2][nan:], [1, 2][:nan], [1, 2][nan], [1, 2][infinite]", [[1, 2], [1, 2], nil, nil]),
            (".start % -1", [0]), ("\"abc\" | gsub(\"\"; \"x\")", ["xaxbxcx"]),
            ("[1e18, -1e18, 1e308, nan, \"x\"] | map(try todate catch \"no\")", [["no", "no", "no", "no", "no"]]),
            ("[9e99, 1, 1, 1, 1, 1] | try mktime catch \"no\"", ["no"]),
            ("[2020, 99, 1, 1, 1, 1, 99, 9999] | strftime(\"%b\")", ["?"]),
            ("\"[\" * 5000 | try fromjson catch \"no\"", ["no"]), ("\"\" | indices(\"\")", [[]]),
            ("\"a\" * 100000 | test(\"(a|aa)+$\")", [true]), ("\"a\" * 65536 | [match(\"(a*)*b\"; \"g\")]", [[]]),
            ("def f: if . > 900 then . else . + 1 | f end; 0 | f", [901]),
            ("reduce range(900) as $i ([]; [.]) | tojson | length", [1802]),
            ("reduce range(5000) as $i ([]; . + [$i]) | length", [5_000]),
            ("reduce range(5000) as $i ({}; .list += [$i]) | .list | length", [5_000]),
        ] as [(String, [JSON])])
    func evaluatesWhatLooksDangerous(source: String, outputs: [JSON]) throws {
        // The frames and loops of debug builds take several times as long.
        var budget = JQBudget()
        budget.time = .seconds(20)
        #expect(try JQProgram(source).evaluate(Self.event, budget: budget) == outputs)
    }

    @Test func keepsToSmallerBudgets() throws {
        func code(_ source: String, _ change: (inout JQBudget) -> Void) throws -> JQError.Code? {
            var budget = JQBudget()
            change(&budget)
            let program = try JQProgram(source)
            return #expect(throws: JQError.self) { try program.evaluate("x", budget: budget) }?.code
        }
        #expect(try code("[range(1000)]") { $0.steps = 500 } == .budget)
        #expect(try code("[range(100000)]") { $0.bytes = 100_000 } == .budget)
        #expect(try code("def f: if . > 50 then . else . + 1 | f end; 0 | f") { $0.depth = 20 } == .budget)
        #expect(try code("range(10)") { $0.outputs = 9 } == .budget)
        #expect(try code(". * 1000") { $0.resultBytes = 500 } == .budget)
        #expect(
            try code("last(range(1e9))") {
                $0.steps = .max / 4; $0.time = .milliseconds(20)
            } == .budget)
    }

    @Test func catchesNoExceededBudget() throws {
        let program = try JQProgram("try last(repeat(1)) catch 1, (last(repeat(1)))?, (last(repeat(1)) // 2)")
        #expect(#expect(throws: JQError.self) { try program.evaluate(nil) }?.code == .budget)
    }

    @Test func canBeCancelled() throws {
        let cancellation = JQCancellation()
        cancellation.cancel()
        let program = try JQProgram("last(repeat(1))")
        let error = #expect(throws: JQError.self) { try program.evaluate(nil, cancellation: cancellation) }
        #expect(error?.code == .cancelled)
    }

    /// A value that is dropped again does not count: only what is live does.
    @Test func countsLiveValuesOnly() throws {
        var budget = JQBudget()
        budget.bytes = 4 << 20
        budget.steps = 100_000_000
        budget.time = .seconds(20)
        for source in [
            "[range(500) | \"x\" * 100000 | length] | add", "reduce range(500) as $i (\"\"; \"x\" * 100000) | length",
            "[range(500) | [range(1000)] | length] | add", "[limit(500; repeat([range(1000)] | length))] | length",
            "0 | until(. == 500; (\"x\" * 100000 | length | . - 99999) + .)",
            "[foreach range(500) as $i (0; \"x\" * 100000; length)] | length",
            "[range(500) | . as $i | try (\"x\" * 100000 | error) catch length] | length",
            "first(range(500) | \"x\" * 100000 | select(false)), 1",
        ] {
            #expect(throws: Never.self, "\(source)") { try JQProgram(source).evaluate(nil, budget: budget) }
        }
    }
}
