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
            // What libjq does not take for paths.
            ("del(.payload | . as {ratio: $x} | if $x > 1 then .ratio else empty end) | .payload.ratio", [nil]),
            ("[path(reduce (\"payload\", \"n\") as $key (.; .[$key]))]", [[["payload", "n"]]]),
            ("try del((1)?) catch \"no path\"", ["no path"]),
        ] as [(String, [JSON])])
    func evaluates(source: String, outputs: [JSON]) throws {
        let program = try JQProgram(source)
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
        JSON.int(9_007_199_254_740_993), .int(.max), .int(.min), .number("1.0"), .number("1e3"), .number("1e400"),
        .number("-0"), .number("123456789012345678901234567890"), .number("3.14159265358979323846"),
    ])
    func keepsTheDigitsOfNumbers(number: JSON) throws {
        #expect(try JQProgram(".").evaluate(number) == [number])
        #expect(try JQProgram("[.] | .[0] | {a: .} | .a").evaluate(number) == [number])
        #expect(try JQProgram("tojson").evaluate(number) == [.string(number.text)])
        #expect(
            try JQProgram(number.text).evaluate(nil) == [
                number.text == "-9223372036854775808"
                    ? .number("-9.223372036854776e+18") : number.text == "-0" ? .number("-0") : number
            ])
    }

    @Test(
        arguments: [
            ("9007199254740993 + 0", .int(9_007_199_254_740_993)), ("9223372036854775807 + 0", .int(.max)),
            ("9223372036854775807 + 1", .number("9.223372036854776e+18")), ("3000000000 * 3", .int(9_000_000_000)),
            ("9223372036854775807 * 2", .number("1.8446744073709552e+19")), ("7 / 2", .number("3.5")),
            ("6 / 2", .int(3)),
            ("1.5 + 1.5", .int(3)), ("9007199254740993 == 9007199254740992", .bool(false)), ("1 == 1.0", .bool(true)),
            ("100000000000000000000 < 100000000000000000001", .bool(true)), ("nan < nan", .bool(true)),
            ("[nan] | sort", [nil]), ("infinite", .number("1.7976931348623157e+308")), ("nan", nil),
        ] as [(String, JSON)])
    func computes(source: String, output: JSON) throws {
        #expect(try JQProgram(source).evaluate(nil) == [output])
        let computed = source.replacing("9223372036854775807", with: ".")
        if computed != source { #expect(try JQProgram(computed).evaluate(.int(.max)) == [output]) }
    }

    @Test func takesTheRemainderOfTheSmallestNumber() throws {
        #expect(try JQProgram(". % -1").evaluate(.int(.min)) == [0])
        #expect(try JQProgram(". / -1").evaluate(.int(.min)) == [.number("9.223372036854776e+18")])
        #expect(try JQProgram("-. , abs, length").evaluate(.int(.min)).count == 3)
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
        #expect(#expect(throws: JQError.self) { try program.isTrue(2) }?.raised == ["code": 2])
        #expect(try program.evaluate(1) == [1])
        #expect(throws: JQError.self) { try JQProgram("1, error(\"x\")").evaluate(nil) }
    }

    @Test func evaluatesOnManyThreadsAtOnce() async throws {
        let program = try JQProgram(
            "{n: (.n * 2), list: [range(.n % 7)], t: (.text | ascii_downcase | gsub(\"[aeiou]\"; \"_\"))} | .path = [paths]"
        )
        let alone = try (0..<50).map { try program.evaluate(["n": .int($0), "text": "Text \($0)"]) }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for worker in 0..<12 {
                group.addTask {
                    for round in 0..<50 {
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
}
