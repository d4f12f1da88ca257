import RelayJQ
import RelayJSON
import Testing

/// The error messages of expressions that do not compile.
@Suite struct JQErrorTests {
    @Test(
        arguments: [
            (".a |", "unexpected end of the expression, expected an expression", 4),
            (".a |  \n ", "unexpected end of the expression", 4),
            (".a + $nope", "$nope is not defined", 5),
            ("foo(1)", "foo/1 is not defined", 0),
            ("\n\n.b[0]\n  | nosuch", "nosuch/0 is not defined", 12),
            ("1 2", "unexpected `2`, expected the end of the expression", 2),
            ("{a:1", "expected `}` to close the object", 4),
            ("¬", "unexpected `¬`", 0),
            ("\"é\" | ünknown", "unexpected `ü`", 7),
            (".a) | (.b", "unexpected `)`", 2),
            ("import \"x\" as x; .", "an expression has no modules", 0),
            (".a;", "unexpected `;`", 2),
            (".a && .b", "jq writes `and` instead of `&&`", 3),
            (".a || .b", "jq writes `or` instead of `||`", 3),
            (".a == 'x'", "jq writes strings with double quotes", 6),
            ("!.a", "write `… | not`", 0),
            (".a == “x”", "typographic quote", 6),
            ("if .a then 1 elseif .b then 2 end", "jq writes `elif`", 13),
            ("if .a else 2 end", "`if` needs `then` before `else`", 6),
            ("if .a then 1 else 2", "expected `end` to close `if`", 19),
            (".a ? 1 : 2", "expected the end of the expression", 5),
            (".a == = 1", "`=` assigns; compare with `==`", 6),
            ("startswith", "`startswith` takes 1 argument, not none", 0),
            ("length(.a)", "`length` takes none arguments, not 1", 0),
            (".a | lower", "jq writes `ascii_downcase`", 5),
            ("{.a: 1}", "a key is written without a dot: `a: …`", 1),
            ("{1: 2}", "a key is a string", 1),
            (". as x | x", "a variable is written `$x`", 5),
            ("break $x", "there is no `label $x`", 0),
            ("@nope", "@nope is not a format", 0),
            ("\"a", "there is no second \"", 0),
            ("test(\"\\d\")", "in a regular expression write `\\\\d`", 6),
            ("test(\"a(?=b)\")", "look-ahead `(?=…)` is not supported", 5),
            ("test(\"(?<!a)b\")", "negative look-behind", 5),
            ("test(\"(a)\\\\1\")", "back-references such as `\\1` are not supported", 5),
            ("test(\"a\"; \"x\")", "the flag x is not supported", 5),
            ("test(\"(\")", "the regular expression is not valid", 5),
            ("input", "`input` is not available", 0),
            ("halt", "an expression cannot stop the relay", 0),
            ("1 = 2", "a constant cannot be assigned to", 2),
        ] as [(String, String, Int)])
    func saysWhatIsWrongAndWhere(source: String, message: String, offset: Int) {
        let error = #expect(throws: JQError.self) { try JQProgram(source) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        #expect(error?.offset == offset, "\(error?.message ?? "")")
        #expect(error?.message.contains("\n") == false)
    }

    @Test(arguments: ["", "  \n", "# only a comment", "\u{0}", ". \u{0}"])
    func refusesNoExpression(source: String) {
        #expect(throws: JQError.self) { try JQProgram(source) }
    }

    @Test func refusesWhatIsNestedTooDeeply() throws {
        for (open, close) in [
            ("(", ")"), ("[", "]"), ("{a:", "}"), ("-", ""), ("\"\\(", ")\""), ("if ", " then . end"),
        ] {
            let source = String(repeating: open, count: 2_000) + "." + String(repeating: close, count: 2_000)
            #expect(throws: JQError.self) { try JQProgram(source) }
        }
        let chain = Array(repeating: "1", count: 5_000).joined(separator: "+")
        #expect(throws: JQError.self) { try JQProgram(chain) }
        let short = Array(repeating: "1", count: 300).joined(separator: "+")
        #expect(try JQProgram(short).evaluate(nil) == [300])
    }

    @Test(
        arguments: [
            (".a = \"x\"", 3), (".b | .a = 1", 8), (".a = 1 and .b", 3), ("def f: 1; .a |= f", 13),
            (".x and .a += 1", 10), (".x or (.y and (.a = 1))", 18), (".x // (.a = 1)", 10), ("(.a = 1) | not", 4),
            ("if .x then .a = 1 else false end", 14), ("if .a = 1 then true else false end", 6),
            ("select(.a = 1)", 10), ("any(.l[]; .a = 1)", 13), (".x as $x | .a = $x", 14), ("(.a = 1)?", 4),
        ])
    func findsAssignmentsWhereConditionsStand(source: String, offset: Int) throws {
        let error = #expect(throws: JQError.self) { try JQProgram.condition(source) }
        #expect(error?.offset == offset)
        #expect(error?.message.contains("always true") == true)
        _ = try JQProgram(source)
    }

    @Test(arguments: [
        ".a == 1", ".a", "(.a = 1) | .a == 1", "[.a = 1] | length > 0", "(.a |= 1) == .b", "any(.l[]; . == 1)",
        "map(.a = 1) | length > 0",
    ])
    func acceptsConditions(source: String) throws {
        #expect(try JQProgram.condition(source).source == source)
    }

    /// The text of a syntax tree is an expression with the same syntax tree.
    @Test func writesExpressionsBack() throws {
        let sources = JQDifferentialTable.programs
        #expect(sources.count > 400)
        for source in sources {
            guard let program = try? JQProgram(source), !source.contains("$__loc__") else { continue }
            let text = program.expression.text
            let again = try? JQProgram(text)
            #expect(again?.expression.text == text, "\(source) became \(text)")
        }
        #expect(try JQProgram("(.a)|  .b # x").expression.text == JQProgram(".a | .b").expression.text)
    }

    /// The values of the event must not reach a log.
    @Test(
        arguments: [
            ".secret + 1", ".secret | tonumber", ".secret | fromjson", "{} | .[\"a\"] = 1 | .a.b", ".secret[0]",
            ".secret | error", "error(.secret)", "error({code: .secret})", "[.secret] | @csv \"\\(.)\" | tonumber",
            ".secret | strptime(\"%Y\")", ".[.secret].b.c | .[1] | .x", "[.secret] | implode", "test(.secret)",
            ".n | .[$__loc__.file]", "[.secret] | join(1)", "{(.n): 1}", ".secret | @base64d", ".secret - .n",
            "[1] | .[.secret]", ". as [$a] | $a", "[] | has(\"x\")", ".secret | test(\"(\" + .)",
            ".secret | ltrimstr(1) | keys",
        ])
    func keepsValuesOutOfMessages(source: String) throws {
        let program = try JQProgram(source)
        let event: JSON = ["secret": "Zebra-4711(", "n": 815_815]
        for input in [event, "Zebra-4711(", ["Zebra-4711("]] as [JSON] {
            do throws(JQError) { _ = try program.evaluate(input) } catch {
                #expect(!error.message.contains("Zebra") && !error.message.contains("4711"), "\(error.message)")
                #expect(!error.message.contains("815815"))
            }
        }
    }

    @Test func showsAnErrorThatStandsInTheExpression() throws {
        let error = #expect(throws: JQError.self) { try JQProgram("error(\"no phone\")").evaluate(nil) }
        #expect(error?.message == "no phone")
        #expect(error?.code == .raised)
        let computed = #expect(throws: JQError.self) { try JQProgram("error({code: .})").evaluate(7) }
        #expect(computed?.message == "the expression ended with `error`, with an object")
        #expect(computed?.raised == ["code": 7])
    }
}
