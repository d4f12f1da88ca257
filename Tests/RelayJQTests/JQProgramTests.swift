import RelayJQ
import RelayJSON
import Testing

@Suite struct JQProgramTests {
    static let event: JSON = [
        "event": "message.received",
        "payload": [
            "chatId": "5511999999999@s.whatsapp.net", "text": "Olá \"Maria\" 😀\u{0}", "fromMe": false, "n": 42,
            "ratio": 1.5,
            "tags": ["a", nil, true, ["x": []]], "empty": [:],
        ],
    ]

    @Test(
        arguments: [
            (".", [event]),
            (".payload.n", [42]),
            (".payload.n + 1, .payload.ratio * 2", [43, 3]),
            (".payload.tags[]", ["a", nil, true, ["x": []]]),
            ("empty", []),
            (".payload.missing", [nil]),
            (".payload.text | length", [14]),
            (".payload.text", ["Olá \"Maria\" 😀\u{0}"]),
            ("[.payload.tags[] | type]", [["string", "null", "boolean", "object"]]),
            ("def twice: . * 2; .payload.n | twice # a comment", [84]),
            (".payload | with_entries(select(.value == false))", [["fromMe": false]]),
            ("{id: .payload.n, \"a b\": \"n=\\(.payload.n)\"}", [["id": 42, "a b": "n=42"]]),
            (".payload.chatId | test(\"@s\\\\.whatsapp\\\\.net$\")", [true]),
            ("first(path(..)), ([paths] | length)", [[], 14]),
            ("try error(\"x\") catch .", ["x"]),
            ("label $out | 1, break $out, 2", [1]),
            (".payload.tags |= length | .payload.tags", [4]),
        ] as [(String, [JSON])])
    func evaluates(source: String, outputs: [JSON]) throws {
        let program = try JQProgram(source)
        // A second time, on an interpreter that has been used before.
        #expect(try program.evaluate(Self.event) == outputs)
        #expect(try program.evaluate(Self.event) == outputs)
        #expect(program.source == source)
    }

    @Test(arguments: [
        (".payload.n == 42", true), (".payload.fromMe", false), (".payload.missing", false), ("empty", false),
        ("0", true),
        ("\"\"", true), ("true, false", true), ("false, true", false), ("null", false), ("true, error(\"late\")", true),
        ("path(..)", true), ("range(1000000000)", true), ("[]", true),
    ])
    func tellsWhatIsTrue(source: String, expected: Bool) throws {
        let program = try JQProgram(source)
        #expect(try program.isTrue(Self.event) == expected)
        #expect(try program.isTrue(Self.event) == expected)
    }

    @Test func keepsTheOrderOfMembers() throws {
        let keys = (0..<100).map { "k\($0 * 37 % 100)" }
        let object = JSONObject(keys.map { ($0, 1) })
        #expect(try JQProgram(".").evaluate(.object(object)).first?.object?.keys == keys)
        #expect(
            try JQProgram("del(.k37) | .new = 2").evaluate(.object(object)).first?.object?.keys == keys.filter {
                $0 != "k37"
            } + ["new"])
    }

    @Test(arguments: [
        (JSON.int(9_007_199_254_740_992), JSON.int(9_007_199_254_740_992)),
        (.int(-9_007_199_254_740_991), .int(-9_007_199_254_740_991)),
        (.int(.max), .number("9.223372036854776e+18")),
        (.number("1.0"), .int(1)), (.number("1e3"), .int(1000)), (.number("0.1"), .number("0.1")),
        (.number("1e400"), .number("1.7976931348623157e+308")), (.number("-0"), .number("-0.0")),
    ])
    func passesNumbersThroughDoubles(input: JSON, output: JSON) throws {
        #expect(try JQProgram(".").evaluate(input) == [output])
        #expect(try JQProgram(".").evaluate([input]) == [[output]])
    }

    @Test func turnsWhatIsNoNumberIntoNull() throws {
        #expect(try JQProgram("nan, [nan]").evaluate(nil) == [nil, [nil]])
    }

    @Test func seesItsVariables() throws {
        let program = try JQProgram(
            "$limit + .n, $who.name", variables: ["limit": 5, "who": ["name": "Ana", "list": [1, 2]]])
        #expect(try program.evaluate(["n": 1]) == [6, "Ana"])
    }

    @Test func handsOnErrorsOfTheExpression() throws {
        let program = try JQProgram("if . == 1 then 1 elif . == 2 then error({code: 2}) else .a.b end")
        let text = #expect(throws: JQError.self) { try program.evaluate("x") }
        #expect(text?.message == "Cannot index string with string \"a\"")
        #expect(text?.offset == nil)
        #expect(#expect(throws: JQError.self) { try program.isTrue(2) }?.message == #"{"code":2}"#)
        #expect(try program.evaluate(1) == [1])
        #expect(throws: JQError.self) { try JQProgram("1, error(\"x\")").evaluate(nil) }
    }

    @Test func limitsTheOutputs() throws {
        #expect(try JQProgram("range(10000)").evaluate(nil).count == 10_000)
        for source in ["range(10001)", "repeat(1)", "range(infinite) as $i | path(.a, .b)"] {
            let program = try JQProgram(source)
            for _ in 0..<2 {
                let error = #expect(throws: JQError.self) { try program.evaluate(nil) }
                #expect(error?.message == "the expression has more than 10000 outputs")
            }
        }
    }

    @Test func stopsAnExpressionThatDoesNotEnd() throws {
        for source in [
            "last(repeat(1))", "[limit(3; path(repeat(.a)))] | until(false; .)", "\"abc\" | gsub(\"\"; \"x\")",
        ] {
            let program = try JQProgram(source)
            let error = #expect(throws: JQError.self) { try program.evaluate(nil) }
            #expect(error?.message == "the expression took more than half a second and was stopped")
        }
        let program = try JQProgram("if . then last(repeat(1)) else 1 end")
        #expect(throws: JQError.self) { try program.isTrue(true) }
        #expect(try program.evaluate(false) == [1])
    }

    @Test func refusesResultsThatAreNestedTooDeeply() throws {
        let program = try JQProgram("reduce range(.) as $i (0; [.])")
        #expect(try program.evaluate(500).first?[0] != nil)
        let error = #expect(throws: JQError.self) { try program.evaluate(5000) }
        #expect(error?.message.contains("1024") == true)
        #expect(try program.evaluate(0) == [0])
    }

    @Test func evaluatesOnManyThreadsAtOnce() async throws {
        let program = try JQProgram(
            "{n: (.n * 2), list: [range(.n % 7)], t: (.text | ascii_downcase)} | .path = [paths]")
        let alone = try (0..<50).map { try program.evaluate(["n": .int($0), "text": "Text \($0)"]) }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for worker in 0..<12 {
                group.addTask {
                    for round in 0..<150 {
                        let n = (worker * 17 + round) % 50
                        guard try program.evaluate(["n": .int(Int64(n)), "text": "Text \(n)"]) == alone[n] else {
                            return false
                        }
                        guard (try? program.evaluate("no object")) == nil else { return false }
                    }
                    return true
                }
            }
            for try await same in group { #expect(same) }
        }
    }

    @Test func compilesOnManyThreadsAtOnce() async throws {
        try await withThrowingTaskGroup(of: [JSON].self) { group in
            for n in 0..<12 {
                group.addTask { try JQProgram(". + \(n)").evaluate(1).map { [$0, .int(Int64(n + 1))] } }
            }
            for try await pair in group { #expect(pair[0][0] == pair[0][1]) }
        }
    }
}
