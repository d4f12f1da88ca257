import RelayConfig
import Testing

/// The exact messages for mistakes in nested stages and in fragments.
@Suite struct FlowMistakeTests {
    private static func fragments(_ pipeline: String, _ fragments: [String: String]) -> Workspace {
        var files = ["config.yaml": "version: 1\n", "pipelines/default.yaml": pipeline]
        for (name, text) in fragments { files["fragments/\(name)"] = text }
        return Workspace(files)
    }

    @Test func everythingWrongInASwitchIsReportedAtOnce() {
        let report = Workspace.pipeline(
            #"""
            stages:
              - persist
              - switch:
              - switch: .a
              - switch: []
              - switch:
                  - .a
                  - case: '.a ('
                    stages: [persit]
                  - case: .a
                  - stages: [persist]
                  - case: .a
                    stages: []
                    when: .b
                  - default: { stages: [persist] }
                  - default: [persist]
                    case: .x
                  - case: .b
                    stages: [{ filter: }]
              - stages:
              - stages: [persit]
                on_error: { stage: [persist] }
              - persist:
                on_error: [persist]
              - persist:
                on_error: { stages: [nothing, { deliver: session, id: x }] }
              - persist:
                id: x
              - deliver: session

            """#
        ).report()
        #expect(
            report == #"""
                pipelines/default.yaml:3:12: error: switch takes a list of cases
                   3 |   - switch:
                     |            ^ help: write - case: '.payload.isGroup' and its stages:
                pipelines/default.yaml:4:13: error: switch takes a list of cases
                   4 |   - switch: .a
                     |             ^ help: write - case: '.payload.isGroup' and its stages:
                pipelines/default.yaml:5:13: error: switch takes a list of cases
                   5 |   - switch: []
                     |             ^ help: write - case: '.payload.isGroup' and its stages:
                pipelines/default.yaml:7:9: error: a case of switch is a map
                   7 |       - .a
                     |         ^ help: write - case: '.payload.isGroup' and its stages:
                pipelines/default.yaml:8:19: error: "case" is no jq expression: syntax error: unexpected `(`, expected the end of the expression
                   8 |       - case: '.a ('
                     |                   ^
                pipelines/default.yaml:9:18: error: there is no stage "persit"
                   9 |         stages: [persit]
                     |                  ^ help: did you mean "persist"?
                pipelines/default.yaml:10:9: error: a case of switch needs "stages"
                  10 |       - case: .a
                     |         ^ help: add stages: a list of stages
                pipelines/default.yaml:11:9: error: a case of switch needs "case"
                  11 |       - stages: [persist]
                     |         ^ help: add case: a jq expression
                pipelines/default.yaml:13:17: error: "stages" has no stage
                  13 |         stages: []
                     |                 ^ help: begin with - persist
                pipelines/default.yaml:14:9: error: a case of switch has no option "when"
                  14 |         when: .b
                     |         ^ help: it has case, stages, default
                pipelines/default.yaml:15:9: error: "default" is not the last case, so those after it never run
                  15 |       - default: { stages: [persist] }
                     |         ^ help: put it last; a switch has at most one
                pipelines/default.yaml:15:18: error: "default" must be a list of stages, not a map of options
                  15 |       - default: { stages: [persist] }
                     |                  ^ help: write the list under default: itself
                pipelines/default.yaml:16:9: error: "default" is not the last case, so those after it never run
                  16 |       - default: [persist]
                     |         ^ help: put it last; a switch has at most one
                pipelines/default.yaml:17:9: error: "case" stands beside "default"
                  17 |         case: .x
                     |         ^ help: put - before it, and default last
                pipelines/default.yaml:19:28: error: filter needs "keep" or "drop", and not both
                  19 |         stages: [{ filter: }]
                     |                            ^ help: write filter: { drop: … }
                pipelines/default.yaml:20:12: error: "stages" has no stage
                  20 |   - stages:
                     |            ^ help: write a list of stages under it
                pipelines/default.yaml:21:14: error: there is no stage "persit"
                  21 |   - stages: [persit]
                     |              ^ help: did you mean "persist"?
                pipelines/default.yaml:22:15: error: on_error needs "stages"
                  22 |     on_error: { stage: [persist] }
                     |               ^ help: add stages: a list of stages
                pipelines/default.yaml:22:17: error: on_error has no option "stage"
                  22 |     on_error: { stage: [persist] }
                     |                 ^ help: did you mean "stages"?
                pipelines/default.yaml:24:15: error: "on_error" must be dead_letter, continue or drop, not a list
                  24 |     on_error: [persist]
                     |               ^ help: write { stages: […] } around the list
                pipelines/default.yaml:26:26: error: there is no stage "nothing"
                  26 |     on_error: { stages: [nothing, { deliver: session, id: x }] }
                     |                          ^ help: there is persist, enrich, media, filter, sign, deliver, switch, stages, use, transform
                pipelines/default.yaml:28:9: error: two stages have the id "x"
                  28 |     id: x
                     |         ^ help: give each its own
                22 errors, 0 warnings
                """#)
    }

    @Test func fragmentsThatAreNotThereOrUseEachOtherAreReported() {
        let workspace = Self.fragments(
            """
            stages:
              - use: claen
              - use:
              - use: [clean]
              - use: a
              - use: broken
              - use: empty
              - use: other
              - use: clean
                id: clean
              - use: clean
                id: clean
              - deliver: session

            """,
            [
                "clean.yaml": "- persist\n- persit\n",
                "a.yaml": "stages:\n  - persist\n  - use: b\n",
                "b.yaml": "- use: a\n- use: a\n- deliver: nobody\n",
                "broken.yaml": "- persist: [\n",
                "empty.yaml": "",
                "other.yaml": "stages: [persist]\nwhen: .a\n",
                "Not.yaml": "- persist\n",
                "late.yml": "- persist\n",
            ]
        )
        #expect(
            workspace.report() == #"""
                fragments/Not.yaml: error: the file's name is the fragment's name, and it must be small letters, digits, - and _, begin with a letter, and have at most 64
                     = help: rename the file
                fragments/b.yaml:1:8: error: the fragments use each other in a circle: a → b → a
                   1 | - use: a
                     |        ^ help: remove one of the uses
                fragments/b.yaml:2:8: error: the fragments use each other in a circle: a → b → a
                   2 | - use: a
                     |        ^ help: remove one of the uses
                fragments/b.yaml:3:12: error: there is no destination "nobody"
                   3 | - deliver: nobody
                     |            ^
                fragments/broken.yaml:1:12: error: not valid YAML: did not find expected node content
                   1 | - persist: [
                     |            ^ help: a bracket is never closed, or a value is missing
                fragments/clean.yaml:2:3: error: there is no stage "persit"
                   2 | - persit
                     |   ^ help: did you mean "persist"?
                fragments/empty.yaml:1:1: error: the fragment is empty
                   1 | 
                     | ^ help: write a list of stages, such as - persist
                fragments/late.yml: warning: the file is not read
                     = help: rename it to late.yaml
                fragments/other.yaml:2:1: error: a fragment has no option "when"
                   2 | when: .a
                     | ^ help: it has stages
                pipelines/default.yaml:2:10: error: there is no fragment "claen"
                   2 |   - use: claen
                     |          ^ help: did you mean "clean"?
                pipelines/default.yaml:3:9: error: use names no fragment
                   3 |   - use:
                     |         ^ help: write - use: NAME for fragments/NAME.yaml
                pipelines/default.yaml:4:10: error: "name" must be a fragment's name, not a list
                   4 |   - use: [clean]
                     |          ^
                pipelines/default.yaml:12:9: error: two stages have the id "clean"
                  12 |     id: clean
                     |         ^ help: give each its own
                12 errors, 1 warning
                """#)
    }

    @Test func withoutAFolderTheFileToWriteIsNamed() {
        #expect(
            Self.fragments("stages:\n  - use: clean\n  - deliver: session\n", [:]).report() == #"""
                pipelines/default.yaml:2:10: error: there is no fragment "clean"
                   2 |   - use: clean
                     |          ^ help: write it in fragments/clean.yaml
                1 error, 0 warnings
                """#)
    }

    @Test func whatIsProbablyNotMeantIsAWarning() {
        let workspace = Self.fragments(
            """
            stages:
              - transform: .payload
              - switch:
                  - default: [persist]
                timeout: 5s
              - use: send
              - persist

            """,
            ["send.yaml": "- deliver: session\n", "unused.yaml": "- persist\n"]
        )
        #expect(
            workspace.report() == #"""
                fragments/unused.yaml:1:1: warning: no pipeline uses the fragment
                   1 | - persist
                     | ^ help: write - use: unused, or remove the file
                pipelines/default.yaml:4:19: warning: persist after transform keeps what transform has made
                   4 |       - default: [persist]
                     |                   ^ help: put - persist before it, so that the history has what the gateway sent
                pipelines/default.yaml:5:14: warning: switch waits for nothing here, so it needs no timeout
                   5 |     timeout: 5s
                     |              ^ help: leave it out; a jq expression is stopped after half a second by itself
                pipelines/default.yaml:7:5: warning: a stage after the last deliver
                   7 |   - persist
                     |     ^ help: nothing that it does is sent; put it before
                """#)
    }

    @Test(arguments: [
        "switch: [{ case: .a, stages: [{ deliver: crm }] }]", "stages: [{ deliver: crm }]",
        "persist:\n    on_error: { stages: [{ deliver: crm }] }",
    ])
    func whatIsDeliveredInsideCounts(stage: String) {
        #expect(Workspace.pipeline("stages:\n  - persist\n  - \(stage)\n").report() == "")
        #expect(
            Workspace.pipeline("stages:\n  - \(stage)\n  - persist\n").report().contains(
                "a stage after the last deliver"))
    }

    @Test func stagesThatAreTooDeepOrTooManyAreRefused() {
        func nested(_ depth: Int) -> String {
            let open = String(repeating: "{ stages: [", count: depth)
            return "stages:\n  - deliver: session\n  - \(open)persist\(String(repeating: "] }", count: depth))\n"
        }
        #expect(!Workspace.pipeline(nested(10)).report().contains("error"))
        #expect(
            Workspace.pipeline(nested(11)).report() == #"""
                pipelines/default.yaml:3:125: error: stages stand more than 10 deep inside one another
                   3 | … stages: [{ stages: [{ stages: [{ stages: [{ stages: [{ stages: [{ stages: [{ stages: [{ stages: [{ stages: [{ stages: [persist] }] }] }] }] }] }] }] }] }] }] }
                     |                                                                                                                         ^ help: write one switch with several cases, or a pipeline of its own
                1 error, 0 warnings
                """#)
        let many = "stages:\n  - deliver: session\n" + String(repeating: "  - persist\n", count: 600)
        #expect(
            Workspace.pipeline(many).report() == """
                pipelines/default.yaml:502:5: error: the pipeline has more than 500 stages, those of its fragments included
                 502 |   - persist
                     |     ^ help: split it into several
                1 error, 0 warnings
                """)
    }
}
