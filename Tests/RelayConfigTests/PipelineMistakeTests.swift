import RelayConfig
import Testing

/// The exact messages for mistakes in pipelines.
@Suite struct PipelineMistakeTests {
    @Test func everythingWrongInAPipelineIsReportedAtOnce() {
        let report = Workspace.pipeline(
            #"""
            from: [baileys, bailey, baileys]
            stages:
              - persit
              - media: { max_sise: 16MB }
              - media: { max_size: 16 }
                on_eror: continue
              - filter:
                drop: '.a'
              - filter: { drop: '.payload.chatId == (' }
              - filter: { drop: .a, keep: .b }
              - enrich: [chat_nam, images, foo]
              - sign: standard_webhook
                on_error: raw_media
              - persist:
                  x: 1
              - filter: .a
              - deliver: [session, cmr]
                when: '.a | )'
                id: Deliver It
              - media:
                on_error: { stages: [drop] }
              - persist
                enrich
              - media:
                sign: hmac
              -
              - on_error: drop
              - [a]
              - id: x
                persist:
              - id: x
                persist:
                timeout: 5
              - switch:
                - case: .a
                  stages:
                  - mdia
                  - deliver: nobody
            stage: 1
            tests: 5

            """#
        ).report()
        #expect(
            report == #"""
                pipelines/default.yaml:1:17: error: there is no source "bailey"
                   1 | from: [baileys, bailey, baileys]
                     |                 ^ help: did you mean "baileys"?
                pipelines/default.yaml:1:25: error: the source "baileys" is here twice
                   1 | from: [baileys, bailey, baileys]
                     |                         ^ help: remove one
                pipelines/default.yaml:3:5: error: there is no stage "persit"
                   3 |   - persit
                     |     ^ help: did you mean "persist"?
                pipelines/default.yaml:4:14: error: media has no option "max_sise"
                   4 |   - media: { max_sise: 16MB }
                     |              ^ help: did you mean "max_size"?
                pipelines/default.yaml:5:24: error: "max_size" needs a unit
                   5 |   - media: { max_size: 16 }
                     |                        ^ help: write 16KiB, 16MiB, or 16B for bytes
                pipelines/default.yaml:6:5: error: a stage has no option "on_eror" beside "media"
                   6 |     on_eror: continue
                     |     ^ help: did you mean "on_error"?
                pipelines/default.yaml:7:12: error: filter needs "keep" or "drop", and not both
                   7 |   - filter:
                     |            ^ help: write filter: { drop: … }
                pipelines/default.yaml:8:5: error: "drop" is an option of filter
                   8 |     drop: '.a'
                     |     ^ help: indent it under "filter:"
                pipelines/default.yaml:9:42: error: "drop" is no jq expression: syntax error: unexpected end of the expression, expected an expression
                   9 |   - filter: { drop: '.payload.chatId == (' }
                     |                                          ^
                pipelines/default.yaml:10:13: error: filter needs "keep" or "drop", and not both
                  10 |   - filter: { drop: .a, keep: .b }
                     |             ^ help: write filter: { drop: … }
                pipelines/default.yaml:11:14: error: "enrich" cannot have "chat_nam"
                  11 |   - enrich: [chat_nam, images, foo]
                     |              ^ help: did you mean "chat_name"?
                pipelines/default.yaml:11:32: error: "enrich" cannot have "foo"
                  11 |   - enrich: [chat_nam, images, foo]
                     |                                ^ help: there is chat_name, contact_name, group_name, images
                pipelines/default.yaml:12:11: error: "scheme" must be standard_webhooks or hmac, not "standard_webhook"
                  12 |   - sign: standard_webhook
                     |           ^ help: did you mean "standard_webhooks"?
                pipelines/default.yaml:13:15: error: "on_error: raw_media" is for media only
                  13 |     on_error: raw_media
                     |               ^ help: write dead_letter, continue or drop
                pipelines/default.yaml:15:7: error: persist has no option "x"
                  15 |       x: 1
                     |       ^ help: it has none
                pipelines/default.yaml:16:13: error: filter takes a map of options
                  16 |   - filter: .a
                     |             ^ help: write { keep: … }
                pipelines/default.yaml:17:24: error: there is no destination "cmr"
                  17 |   - deliver: [session, cmr]
                     |                        ^ help: did you mean "crm"?
                pipelines/default.yaml:18:17: error: "when" is no jq expression: syntax error: unexpected `)`, expected an expression
                  18 |     when: '.a | )'
                     |                 ^
                pipelines/default.yaml:19:9: error: "id" must be small letters, digits, - and _, begin with a letter, and have at most 64
                  19 |     id: Deliver It
                     |         ^
                pipelines/default.yaml:21:26: error: there is no stage "drop"
                  21 |     on_error: { stages: [drop] }
                     |                          ^ help: there is persist, enrich, media, filter, sign, deliver, switch, stages, use, transform
                pipelines/default.yaml:22:5: error: there is no stage "persist enrich"
                  22 |   - persist
                     |     ^ help: there is persist, enrich, media, filter, sign, deliver, switch, stages, use, transform
                pipelines/default.yaml:25:5: error: "sign" is a stage of its own
                  25 |     sign: hmac
                     |     ^ help: put - before it
                pipelines/default.yaml:26:4: error: an empty stage
                  26 |   -
                     |    ^ help: write a stage after the -, or remove it
                pipelines/default.yaml:27:5: error: a stage without its kind
                  27 |   - on_error: drop
                     |     ^ help: write one of persist, enrich, media, filter, sign, deliver, switch, stages, use, transform
                pipelines/default.yaml:28:5: error: a stage is a word or one key, not a list
                  28 |   - [a]
                     |     ^ help: write - deliver: crm
                pipelines/default.yaml:31:9: error: two stages have the id "x"
                  31 |   - id: x
                     |         ^ help: give each its own
                pipelines/default.yaml:33:14: error: "timeout" needs a unit
                  33 |     timeout: 5
                     |              ^ help: write 5s for seconds or 5ms for milliseconds
                pipelines/default.yaml:37:9: error: there is no stage "mdia"
                  37 |       - mdia
                     |         ^ help: did you mean "media"?
                pipelines/default.yaml:38:18: error: there is no destination "nobody"
                  38 |       - deliver: nobody
                     |                  ^
                pipelines/default.yaml:39:1: error: a pipeline has no option "stage"
                  39 | stage: 1
                     | ^ help: did you mean "stages"?
                pipelines/default.yaml:40:8: error: "tests" must be a list of tests, not "5"
                  40 | tests: 5
                     |        ^
                31 errors, 0 warnings
                """#)
    }

    @Test(arguments: [
        (
            "from: baileys\nstages: []\n",
            #"""
            pipelines/default.yaml:2:9: error: "stages" has no stage
               2 | stages: []
                 |         ^ help: begin with - persist
            1 error, 0 warnings
            """#
        ),
        (
            "",
            #"""
            pipelines/default.yaml:1:1: error: the pipeline is empty
               1 | 
                 | ^ help: begin with stages: and a list
            1 error, 0 warnings
            """#
        ),
        (
            "from: [baileys]\n",
            #"""
            pipelines/default.yaml:1:1: error: a pipeline needs "stages"
               1 | from: [baileys]
                 | ^ help: add stages: a list of stages
            1 error, 0 warnings
            """#
        ),
        (
            "stages:\n  - deliver: crm\n  - persist\n",
            #"""
            pipelines/default.yaml:2:14: warning: deliver without persist before it
               2 |   - deliver: crm
                 |              ^ help: put - persist first, or the message is in no history
            pipelines/default.yaml:3:5: warning: a stage after the last deliver
               3 |   - persist
                 |     ^ help: nothing that it does is sent; put it before
            """#
        ),
        (
            "stages: persist\n",
            #"""
            pipelines/default.yaml:1:9: error: "stages" must be a list of stages, not "persist"
               1 | stages: persist
                 |         ^
            1 error, 0 warnings
            """#
        ),
    ])
    func aPipelineAsAWholeIsJudged(pipeline: String, expected: String) {
        #expect(Workspace.pipeline(pipeline).report() == expected)
    }

    @Test(arguments: [
        ("literal", "stages:\n  - filter:\n      drop: |\n        .a\n        | .b )\n", "5:14"),
        ("folded", "stages:\n  - filter:\n      drop: >\n        .a\n        | .b )\n", "5:14"),
        ("double quoted", "stages:\n  - filter:\n      drop: \"\\\"a\\\" | ${X:-zz} )\"\n", "3:31"),
        ("single quoted", "stages:\n  - filter: { drop: '\"it''s\" )' }\n", "2:30"),
        ("plain over two lines", "stages:\n  - filter:\n      drop: .a\n        | )\n", "4:11"),
        ("after $$", "stages:\n  - filter: { drop: '\"$$\" )' }\n", "2:27"),
    ])
    func mistakesInExpressionsPointIntoTheScalar(style: String, pipeline: String, location: String) {
        let report = Workspace.pipeline(pipeline).report()
        #expect(report.hasPrefix("pipelines/default.yaml:\(location): error: \"drop\" is no jq expression"))
    }
}
