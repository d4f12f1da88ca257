import RelayJQ
import RelayJSON
import Testing

/// Operations that an expression, or the event it is applied to, must not be able to perform.
@Suite struct JQIsolationTests {
    @Test(
        arguments: [
            ("env", [[:]]), ("$ENV", [[:]]), ("$ENV.HOME, env.PATH", [nil, nil]), ("def f: $ENV; f | length", [0]),
            ("[1] | map($ENV | length)", [[0]]), ("input_filename", [nil]), ("stderr", ["in"]), ("debug", ["in"]),
            ("get_search_list", [[]]), ("try input catch \"no\"", ["no"]), ("1, \"x\\(env)\"", [1, "x{}"]),
        ] as [(String, [JSON])])
    func seesNothingButItsInput(source: String, outputs: [JSON]) throws {
        #expect(try JQProgram(source).evaluate("in") == outputs)
    }

    @Test(arguments: ["input", "[inputs]", "halt", "halt_error", "halt_error(3)", "\"a\" | modulemeta"])
    func refusesWhatReachesOutside(source: String) throws {
        let program = try JQProgram(source)
        #expect(throws: JQError.self) { try program.evaluate("in") }
        #expect(throws: JQError.self) { try program.isTrue("in") }
    }

    @Test(arguments: ["import \"a\" as a; .", "include \"a\"; .", "import \"a\" as $a; .", "module {}; ."])
    func hasNoModules(source: String) {
        #expect(throws: JQError.self) { try JQProgram(source) }
    }

    /// Inputs for which libjq 1.6 itself terminates the process or does not return.
    @Test(
        arguments: [
            ("todate", [JSON.number("1e18"), .number("1e400"), .number("-1e300"), "x", nil, [[1]]]),
            ("date", [.number("1e18")]),
            ("todateiso8601", [.number("1e18")]),
            ("strftime(\"%Y\")", [.number("1e18"), "x", [1]]),
            ("strflocaltime(\"%Y\")", [.number("1e18"), "x"]),
            ("tonumber", ["nan", "-nan", "x", "", [:]]),
        ] as [(String, [JSON])])
    func failsInsteadOfEndingTheProcess(source: String, inputs: [JSON]) throws {
        let program = try JQProgram(source)
        for input in inputs {
            #expect(throws: JQError.self) { try program.evaluate(input) }
        }
    }

    @Test func keepsTheMeaningOfWhatItReplaces() throws {
        #expect(
            try JQProgram("todate, date, (gmtime | todate), strftime(\"%Y\")").evaluate(1_425_599_621)
                == ["2015-03-05T23:53:41Z", "2015-03-05T23:53:41Z", "2015-03-05T23:53:41Z", "2015"])
        #expect(try JQProgram("map(tonumber)").evaluate(["12", 3, "1.5"]) == [[12, 3, 1.5]])
        #expect(
            try JQProgram("indices(\", \"), index(\",\"), rindex(\",\"), index(\"x\")").evaluate("a, b, c") == [
                [1, 4], 1, 4, nil,
            ])
        #expect(try JQProgram("indices(1), index(2)").evaluate([0, 1, 2, 1]) == [[1, 3], 2])
        #expect(try JQProgram("indices(\"\"), index(\"\"), rindex(\"\")").evaluate("abc") == [[], nil, nil])
        #expect(try JQProgram("1425599621 | strflocaltime(\"%Y\")").evaluate(nil) == ["2015"])
    }
}
