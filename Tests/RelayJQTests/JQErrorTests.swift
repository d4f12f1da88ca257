import RelayJQ
import RelayJSON
import Testing

/// The error messages of expressions that do not compile.
@Suite struct JQErrorTests {
    @Test(
        arguments: [
            (".a |", "syntax error, unexpected end of the expression", 4),
            (".a |  \n ", "syntax error, unexpected end of the expression", 4),
            (".a + $nope", "$nope is not defined", 5),
            ("foo(1)", "foo/1 is not defined", 0),
            ("\n\n.b[0]\n  | nosuch", "nosuch/0 is not defined", 12),
            ("1 2", "syntax error, unexpected number, expecting end of the expression", 2),
            ("{a:1", "syntax error, unexpected end of the expression, expecting '}'", 4),
            ("¬", "syntax error, unexpected character", 0),
            ("\"é\" | ünknown", nil, 7),
            (".a) | (.b", nil, 2),
            ("import \"x\" as x; .", "syntax error, unexpected import", 0),
            (".a;", nil, 2),
        ] as [(String, String?, Int)])
    func saysWhatIsWrongAndWhere(source: String, message: String?, offset: Int) {
        let error = #expect(throws: JQError.self) { try JQProgram(source) }
        if let message { #expect(error?.message == message) }
        #expect(error?.offset == offset, "\(error?.message ?? "")")
        #expect(error?.message.contains("\n") == false)
        #expect(error?.message.contains("jq:") == false)
    }

    @Test(arguments: ["", "  \n", "# only a comment", "\u{0}", ". \u{0}"])
    func refusesNoExpression(source: String) {
        #expect(throws: JQError.self) { try JQProgram(source) }
    }

    @Test func speaksOfTheExpressionAlone() {
        for source in [
            ".a[", "if . then 1", "\"a\\(1 +)b\"", "def f: 1;", "reduce .a as $x", ". as [$a", "{(1):2}", "..a.b(",
        ] {
            let error = #expect(throws: JQError.self) { try JQProgram(source) }
            #expect(error?.message.contains("_relay") == false)
            #expect(error?.message.contains("ENV") == false)
        }
    }
}
