import RelayJQ
import RelayJSON
import Testing

/// Operations that an expression, or the event it is applied to, must not be able to perform.
@Suite struct JQIsolationTests {
    @Test(
        arguments: [
            ("env", [[:]]), ("$ENV", [[:]]), ("$ENV.HOME, env.PATH", [nil, nil]), ("def f: $ENV; f | length", [0]),
            ("[1] | map($ENV | length)", [[0]]), ("input_filename", [nil]), ("stderr", ["in"]), ("debug", ["in"]),
            ("get_search_list", [[]]), ("1, \"x\\(env)\"", [1, "x{}"]), ("debug(\"message\")", ["in"]),
        ] as [(String, [JSON])])
    func seesNothingButItsInput(source: String, outputs: [JSON]) throws {
        #expect(try JQProgram(source).evaluate("in") == outputs)
    }

    @Test(arguments: [
        "input", "[inputs]", "halt", "halt_error", "halt_error(3)", "\"a\" | modulemeta", "try input catch 1",
        "import \"a\" as a; .", "include \"a\"; .", "import \"a\" as $a; .", "module {}; .", "input_line_number",
    ])
    func refusesWhatReachesOutside(source: String) {
        #expect(throws: JQError.self) { try JQProgram(source) }
    }
}
