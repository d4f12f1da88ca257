import RelayConfig
import Testing

/// The exact messages about several files, and about missing files.
@Suite struct FileMistakeTests {
    @Test func mistakesOfAllFilesComeInTheOrderOfFilesAndPlaces() {
        let workspace = Workspace([
            "config.yaml": "serverr: {}\nstore: { url: x }\n",
            "pipelines/b.yaml": "stages:\n  - persist\n  - deliver: crm\n",
            "pipelines/a.yaml": "stages: [persist, deliver]\n",
            "pipelines/My Flow.yaml": "stages: [persist, { deliver: session }]\n",
        ])
        #expect(
            workspace.report() == #"""
                config.yaml:1:1: error: the configuration has no option "serverr"
                   1 | serverr: {}
                     | ^ help: did you mean "server"?
                config.yaml:2:15: error: "url" must be sqlite:PATH or postgres://user@host/database, not "x"
                   2 | store: { url: x }
                     |               ^
                pipelines/My Flow.yaml: error: the file's name is the pipeline's name, and it must be small letters, digits, - and _, begin with a letter, and have at most 64
                     = help: rename the file
                pipelines/a.yaml:1:19: error: deliver needs "to"
                   1 | stages: [persist, deliver]
                     |                   ^ help: add to: a list of text
                pipelines/b.yaml:3:14: error: there is no destination "crm"
                   3 |   - deliver: crm
                     |              ^
                5 errors, 0 warnings
                """#)
    }

    @Test func missingFilesAreReported() {
        #expect(
            Workspace([:]).report() == #"""
                config.yaml: error: the file cannot be read: No such file or directory
                     = help: write it, or name another with --config
                pipelines: error: the folder is missing
                     = help: create pipelines/default.yaml: it says what happens to events
                2 errors, 0 warnings
                """#)
        #expect(
            Workspace(["config.yaml": "version: 1\n", "pipelines/x.yml": "a"]).report() == #"""
                pipelines/x.yml: warning: the file is not read
                     = help: rename it to x.yaml
                pipelines: error: the folder has no pipeline
                     = help: create pipelines/default.yaml: it says what happens to events
                1 error, 1 warning
                """#)
    }

    @Test func unusedThingsAreWarnedOf() {
        let workspace = Workspace.config(
            """
            sources: { a: { transport: http, format: waha }, b: { transport: http, format: waha } }
            destinations: { crm: { type: webhook, url: https://crm.example.com } }

            """,
            pipeline: "from: a\nstages:\n  - enrich: images\n"
        )
        #expect(
            workspace.report() == #"""
                config.yaml:1:50: warning: no pipeline reads "b"
                   1 | sources: { a: { transport: http, format: waha }, b: { transport: http, format: waha } }
                     |                                                  ^ help: name it in a pipeline's from, or remove it
                config.yaml:2:17: warning: nothing delivers to "crm"
                   2 | destinations: { crm: { type: webhook, url: https://crm.example.com } }
                     |                 ^ help: name it in a deliver stage, or remove it
                pipelines/default.yaml:3:3: warning: the pipeline delivers nothing
                   3 |   - enrich: images
                     |   ^ help: end with - deliver: [session], or another destination
                """#)
    }
}
