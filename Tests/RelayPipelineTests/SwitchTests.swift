import RelayConfig
import RelayCore
import RelayJSON
import RelayPipeline
import Testing

struct SwitchTests {
    private static let yaml = """
        - switch:
            - case: .payload.group
              stages: [mark: a, mark: b]
            - case: .payload.group or .payload.image
              stages:
                - mark: c
                - switch:
                    - case: .payload.large
                      stages: [drop]
                    - default: [mark: d]
            - default: [mark: e]
        - mark: z
        """

    @Test(arguments: [
        ("group", "abz"), ("image", "cdz"), ("", "ez"),
    ])
    func theFirstCaseThatIsTrueRunsAndThePipelineGoesOn(field: String, marks: String) throws {
        let result = try YAMLPipeline(Self.yaml).run([field: true])
        #expect(result.end == .completed)
        #expect(result.draft.marks == marks)
    }

    @Test func aDropInsideEndsThePipeline() throws {
        let result = try YAMLPipeline(Self.yaml).run(["image": true, "large": true])
        #expect(result.end == .dropped(by: "drop", reason: "dropped by the pipeline"))
        #expect(result.draft.marks == "c")
    }

    @Test func withoutADefaultAnEventMayPassBy() throws {
        let flow = try YAMLPipeline("- switch: [{ case: .payload.a, stages: [{ mark: a }] }]\n- mark: z")
        #expect(flow.run().draft.marks == "z")
        #expect(flow.run(["a": 1]).draft.marks == "az")
    }

    @Test func whenHoldsForTheWholeSwitchAndGroup() throws {
        let flow = try YAMLPipeline(
            """
            - switch: [{ default: [{ mark: a }] }]
              when: .payload.x
            - stages: [{ mark: b }, { mark: c }]
              when: .payload.x | not
            - mark: z
            """
        )
        #expect(flow.run(["x": true]).draft.marks == "az")
        #expect(flow.run().draft.marks == "bcz")
    }

    @Test func aCaseThatFailsIsTheSwitchsFailure() throws {
        let yaml = "- switch: [{ case: .payload.t + 1 > 2, stages: [{ mark: a }] }]"
        guard case .failed(let stage, let message) = try YAMLPipeline(yaml).run(["t": "x"]).end else {
            Issue.record("it did not fail")
            return
        }
        #expect(stage == "switch")
        #expect(message.hasPrefix("The `case` expression failed: "))
        let on = try YAMLPipeline(yaml + "\n  on_error: continue\n- mark: z").run(["t": "x"])
        #expect(on.draft.marks == "z", "the pipeline goes on after the switch")
    }

    @Test func aFailureInsideNamesTheStageThatFailed() throws {
        let flow = try YAMLPipeline("- switch: [{ default: [{ mark: a }, { stages: [{ fail: }] }] }]\n- fail")
        let result = flow.run()
        #expect(result.end == .failed(at: "fail", message: "no luck"))
        #expect(result.draft.marks == "a")
        #expect(flow.pipeline.definition.steps.map(\.id) == ["switch", "mark", "stages-2", "fail", "fail-2"])
    }

    @Test func stagesInsideOthersUseTheDirectory() throws {
        #expect(try !YAMLPipeline("- switch: [{ default: [{ deliver: session }] }]").pipeline.usesDirectory)
        #expect(try YAMLPipeline("- switch: [{ default: [enrich] }]").pipeline.usesDirectory)
        #expect(try YAMLPipeline("- fail:\n  on_error: { stages: [enrich] }").pipeline.usesDirectory)
    }
}

struct RecoveryTests {
    @Test func theStagesRunOnTheEventAsItWasAndThePipelineGoesOn() throws {
        let flow = try YAMLPipeline(
            """
            - mark: a
            - fail:
              id: risky
              on_error:
                stages:
                  - transform: '.payload + { why: .error }'
                  - mark: h
                  - deliver: erp
            - mark: z
            - transform: '.payload + { after: .error }'
            - deliver: crm
            """
        )
        let result = flow.run()
        #expect(result.end == .completed)
        #expect(try result.draft.delivered() == ["erp ah", "crm ahz"])
        #expect(
            result.draft.event.payload["why"] == ["stage": "risky", "message": "no luck", "reason": "luck"])
        #expect(result.draft.event.payload["after"] == .null, "afterwards there is no error")
    }

    @Test func aStageThatDoesNotFailRunsNoneOfThem() throws {
        #expect(
            try YAMLPipeline("- mark: a\n  on_error: { stages: [{ mark: h }] }\n- mark: z").run().draft.marks == "az")
    }

    @Test func theyMayEndThePipelineOrFailThemselves() throws {
        let dropped = try YAMLPipeline("- fail:\n  on_error: { stages: [{ mark: h }, drop] }\n- mark: z").run()
        #expect(dropped.end == .dropped(by: "drop", reason: "dropped by the pipeline"))
        #expect(dropped.draft.marks == "h")
        let failed = try YAMLPipeline("- fail:\n  on_error: { stages: [{ fail: , id: second }] }\n- mark: z").run()
        #expect(failed.end == .failed(at: "second", message: "no luck"))
    }

    @Test func aFailureInsideHasItsOwnErrorAndThenTheOuterOneIsBack() throws {
        let flow = try YAMLPipeline(
            """
            - fail:
              id: outer
              on_error:
                stages:
                  - fail:
                    id: inner
                    on_error: { stages: [{ transform: '.payload + { first: .error.stage }' }] }
                  - transform: '.payload + { second: .error.stage }'
            """
        )
        #expect(flow.run().draft.event.payload == ["first": "inner", "second": "outer"])
    }

    @Test func aWhenThatFailsRunsThem() throws {
        let flow = try YAMLPipeline(
            "- mark: a\n  when: .payload.t + 1 > 2\n  on_error: { stages: [{ mark: h }] }\n- mark: z")
        #expect(flow.run(["t": "x"]).draft.marks == "hz")
    }

    @Test func whatAGroupSaysHoldsForStagesInsideThatSayNothing() throws {
        let flow = try YAMLPipeline(
            """
            - stages:
                - fail
                - mark: a
                - fail:
                  on_error: continue
                - switch: [{ default: [{ fail: , id: deep }] }]
                - stages: [{ fail: , id: dropped }]
                  on_error: drop
                  when: .payload.drop
              on_error: { stages: [{ transform: '.payload + { marks: ((.payload.marks // "") + .error.stage) }' }] }
            - mark: z
            """
        )
        #expect(flow.run().draft.marks == "failadeepz")
        #expect(flow.run(["drop": true]).end == .dropped(by: "dropped", reason: "no luck"))
        #expect(
            flow.pipeline.definition.steps.count { $0.kind == "transform" } == 1, "it is listed where it is written")
    }
}
