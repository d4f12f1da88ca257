import RelayConfig
import Testing

/// The exact messages for files with invalid YAML.
@Suite struct YAMLMistakeTests {
    @Test(arguments: [
        (
            "destinations:\n  crm: { type: webhook, url: ${CRM_URL} }\n",
            #"""
            config.yaml:2:30: error: not valid YAML: ${CRM_URL} must be quoted here
               2 |   crm: { type: webhook, url: ${CRM_URL} }
                 |                              ^ help: quote values that contain { or } inside { } or [ ]: "${CRM_URL}"
            1 error, 0 warnings
            """#
        ),
        (
            "egress: { allow: [${A}] }\n",
            #"""
            config.yaml:1:19: error: not valid YAML: ${A} must be quoted here
               1 | egress: { allow: [${A}] }
                 |                   ^ help: quote values that contain { or } inside { } or [ ]: "${A}"
            1 error, 0 warnings
            """#
        ),
        (
            "egress: { allow: [/re{2}/] }\n",
            #"""
            config.yaml:1:22: error: not valid YAML: did not find expected ',' or ']'
               1 | egress: { allow: [/re{2}/] }
                 |                      ^ help: quote values that contain { } [ ] or , inside { } or [ ]
            1 error, 0 warnings
            """#
        ),
        (
            "server:\n\tlisten: :3100\n",
            #"""
            config.yaml:2:1: error: not valid YAML: found character that cannot start any token
               2 |  listen: :3100
                 | ^ help: indent with spaces; YAML does not allow tabs there
            1 error, 0 warnings
            """#
        ),
        (
            "server: { listen: :3100 }\n",
            #"""
            config.yaml:1:19: error: not valid YAML: did not find expected node content
               1 | server: { listen: :3100 }
                 |                   ^ help: quote a value that has : in it inside { } or [ ]
            1 error, 0 warnings
            """#
        ),
        (
            "server:\n  listen: :3100\n  listen: :4000\n  listen: :5000\n  lsten: x\nserver: {}\n",
            #"""
            config.yaml:3:3: error: the option "listen" is here twice
               3 |   listen: :4000
                 |   ^ help: the first is on line 2; remove one
            config.yaml:4:3: error: the option "listen" is here twice
               4 |   listen: :5000
                 |   ^ help: the first is on line 2; remove one
            config.yaml:5:3: error: server has no option "lsten"
               5 |   lsten: x
                 |   ^ help: did you mean "listen"?
            config.yaml:6:1: error: the option "server" is here twice
               6 | server: {}
                 | ^ help: the first is on line 1; remove one
            4 errors, 0 warnings
            """#
        ),
        (
            "a: *x\n",
            #"""
            config.yaml:1:4: error: not valid YAML: found undefined alias
               1 | a: *x
                 |    ^ help: give a value that name first: option: &name value
            1 error, 0 warnings
            """#
        ),
        (
            "a: 1\n---\nb: 2\n",
            #"""
            config.yaml:2:1: error: a second document begins here
               2 | ---
                 | ^ help: keep one document in each file
            1 error, 0 warnings
            """#
        ),
        (
            "store:\n  url: sqlite: data\n",
            #"""
            config.yaml:2:14: error: not valid YAML: mapping values are not allowed in this context
               2 |   url: sqlite: data
                 |              ^ help: quote a value that contains ": ", and check the indentation
            1 error, 0 warnings
            """#
        ),
        (
            "- a\n",
            #"""
            config.yaml:1:1: error: the configuration is no map of options
               1 | - a
                 | ^ help: begin with version: 1
            1 error, 0 warnings
            """#
        ),
        (
            "server: !new { listen: x }\n",
            #"""
            config.yaml:1:9: error: the tag !new means nothing here
               1 | server: !new { listen: x }
                 |         ^ help: remove it; quote the value if ! belongs to it
            1 error, 0 warnings
            """#
        ),
        (
            "logging: { level: 'info }\n",
            #"""
            config.yaml:1:19: error: not valid YAML: a quote is never closed
               1 | logging: { level: 'info }
                 |                   ^ help: close it
            1 error, 0 warnings
            """#
        ),
        (
            "server:\n   listen: :1\n  max_body: 5MiB\n",
            #"""
            config.yaml:3:3: error: not valid YAML: did not find expected key
               3 |   max_body: 5MiB
                 |   ^ help: check the indentation of this line and of the one above
            1 error, 0 warnings
            """#
        ),
        (
            "{ a: 1 }: b\n",
            #"""
            config.yaml:1:1: error: an option's name must be a word
               1 | { a: 1 }: b
                 | ^ help: quote it if it has { } or [ ] in it
            1 error, 0 warnings
            """#
        ),
        (
            "server: {\n",
            #"""
            config.yaml:1:9: error: not valid YAML: did not find expected node content
               1 | server: {
                 |         ^ help: a bracket is never closed, or a value is missing
            1 error, 0 warnings
            """#
        ),
        (
            "server:\n  listen: ${PORT}\n  public_url: ${URL:?write it into .env}\n  max_body: ${SIZE:5}\n",
            #"""
            config.yaml:2:11: error: the environment variable PORT is not set
               2 |   listen: ${PORT}
                 |           ^ help: set it, or give a default: ${PORT:-default}
            config.yaml:3:15: error: the environment variable URL is not set: write it into .env
               3 |   public_url: ${URL:?write it into .env}
                 |               ^
            config.yaml:4:13: error: "${SIZE:5}" cannot be read
               4 |   max_body: ${SIZE:5}
                 |             ^ help: write ${NAME}, ${NAME:-default}, ${NAME:?message} or ${file:/path}, and $$ for a plain $
            3 errors, 0 warnings
            """#
        ),
        (
            "logging: { level: \"a${\", format: \"${file:nofile}\" }\nversion: ${}\n",
            #"""
            config.yaml:1:21: error: "${" is never closed
               1 | logging: { level: "a${", format: "${file:nofile}" }
                 |                     ^ help: write ${NAME}, ${NAME:-default}, ${NAME:?message} or ${file:/path}, and $$ for a plain $
            config.yaml:1:35: error: nofile cannot be read: No such file or directory
               1 | logging: { level: "a${", format: "${file:nofile}" }
                 |                                   ^ help: ${file:…} takes a text file that the relay may read
            config.yaml:2:10: error: "${}" names no variable
               2 | version: ${}
                 |          ^ help: write ${NAME}, ${NAME:-default}, ${NAME:?message} or ${file:/path}, and $$ for a plain $
            3 errors, 0 warnings
            """#
        ),
        (
            "logging: { level: \"\u{7}\" }\n",
            #"""
            config.yaml:1:20: error: not valid YAML: control characters are not allowed
               1 | logging: { level: " " }
                 |                    ^ help: remove it
            1 error, 0 warnings
            """#
        ),
    ])
    func mistakesAreReportedWithAPlaceAndHelp(config: String, expected: String) {
        #expect(Workspace.config(config).report() == expected)
    }

    @Test func aFileThatIsTooLargeOrNoTextIsReported() {
        let workspace = Workspace.config("version: 1\n")
        workspace.write("config.yaml", [UInt8](repeating: UInt8(ascii: "#"), count: 1024 * 1024 + 1))
        #expect(workspace.report().hasPrefix("config.yaml: error: the file is larger than 1MiB\n"))
        workspace.write("config.yaml", [0x61, 0xFF, 0x0A])
        #expect(workspace.report().hasPrefix("config.yaml: error: the file is not UTF-8 text\n"))
    }

    @Test func nestedAliasesAreCutOff() {
        var config = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            config +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
                + "]\n"
        }
        #expect(Workspace.config(config).report().contains("more than 100,000 values"))
    }

    @Test func deepNestingIsRefused() {
        let config = "server: " + String(repeating: "[", count: 100_000) + "\n"
        #expect(Workspace.config(config).report().contains("not valid YAML: "))
    }

    @Test func aLongLineIsCutAroundTheCaret() {
        let report = Workspace.config("logging: { level: \(String(repeating: "x", count: 3000)), formt: json }\n")
            .report()
        let lines = report.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count < 300 })
        #expect(lines.contains { $0.hasPrefix("   1 | …") && $0.contains("formt: json") })
    }
}
