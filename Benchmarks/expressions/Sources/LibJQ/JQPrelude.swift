/// jq code that is put before every expression.
enum JQPrelude {
    /// The parts, joined to one line, because libjq counts lines and the expression begins on the next one.
    static let text: String = {
        // An expression can access only its event. `import` and `include` are syntax errors, because they cannot follow
        // other code.
        let isolation = [
            "{} as $ENV | def env: {};",
            "def input: error(\"an expression sees one event: there is no `input`\"); def inputs: input;",
            "def input_filename: null; def get_search_list: [];",
            "def modulemeta: error(\"modules are not available\");",
            "def stderr: .; def debug: .;",
            "def halt: error(\"halt is not available\"); def halt_error: error; def halt_error($status): error;",
        ]
        // libjq 1.6 ends the process with a failed assertion when a time is out of range or a slice starts at NaN, and
        // does not return from `indices` of an empty string. An event must not be able to cause either.
        let safety = [
            "def _relay_strftime($format): strftime($format);",
            "def strftime($format): (if type == \"number\" then gmtime else . end) | _relay_strftime($format);",
            "def _relay_strflocaltime($format): strflocaltime($format);",
            "def strflocaltime($format): "
                + "(if type == \"number\" then localtime else . end) | _relay_strflocaltime($format);",
            "def todateiso8601: strftime(\"%Y-%m-%dT%H:%M:%SZ\"); def todate: todateiso8601; def date: todate;",
            "def _relay_tonumber: tonumber;",
            "def tonumber: _relay_tonumber | if isnan then error(\"nan cannot be parsed as a number\") else . end;",
            "def _relay_indices($i): indices($i);",
            "def indices($i): if type == \"string\" and $i == \"\" then [] else _relay_indices($i) end;",
            "def index($i): indices($i) | .[0]; def rindex($i): indices($i) | .[-1:][0];",
        ]
        return (isolation + safety).joined(separator: " ") + "\n"
    }()

    static let lines = 1

    /// The program without a limit, so that its errors refer only to the expression.
    static func plain(_ source: String) -> String { text + source }

    /// The program that is run. The limit is part of the program because libjq cannot be stopped between two outputs:
    /// resetting it there fails an assertion when a path expression is open, whereas `limit` unwinds as `break` does.
    static func limited(_ source: String, to outputs: Int) -> String {
        text + "def _relay_expression: \(source)\n; limit(\(outputs); _relay_expression)"
    }
}
