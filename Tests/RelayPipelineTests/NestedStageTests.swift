import RelayConfig
import RelayCore
import RelayJSON
import RelayPipeline
import Testing

@Sendable private func drop(_ draft: inout PipelineEvent, _ context: StageContext) throws(StageError) -> StageOutcome {
    .drop(reason: "no")
}

struct NestedWaitTests {
    private static let yaml = """
        - mark: a
        - switch:
            - case: 'true'
              stages:
                - wait:
                  timeout: 5s
                  on_error: { stages: [{ wait: , id: again }, { transform: '.payload + { why: .error.message }' }] }
                - mark: b
            - default: [mark: never]
        - mark: z
        """

    @Test func aRunThatWaitsInsideASwitchGoesOnThere() throws {
        let flow = try YAMLPipeline(Self.yaml)
        guard case .waiting(let suspension) = flow.begin() else {
            Issue.record("it does not wait")
            return
        }
        #expect(suspension.timeout == .seconds(5))
        let run = flow.pipeline.resume(
            suspension, with: done, in: flow.context)
        guard case .ended(let draft, .completed) = run else {
            Issue.record("it did not end")
            return
        }
        #expect(draft.marks == "awbz")
    }

    @Test func aWaitThatFailsRunsStagesThatMayWaitAgain() throws {
        let flow = try YAMLPipeline(Self.yaml)
        guard case .waiting(let first) = flow.begin(),
            case .waiting(let second) = flow.pipeline.resume(
                first, with: .failure(StageError("too late")), in: flow.context),
            case .ended(let draft, .completed) = flow.pipeline.resume(
                second, with: done, in: flow.context)
        else {
            Issue.record("it did not wait twice and end")
            return
        }
        #expect(draft.marks == "awbz", "the event is as it was before the stage that failed")
        #expect(draft.event.payload["why"] == "too late")
    }

    @Test func aWorkMayDropInside() throws {
        let result = try YAMLPipeline(Self.yaml).run(change: .success(drop))
        #expect(result.end == .dropped(by: "wait", reason: "no"))
    }

    @Test func eachOfSeveralEventsWaitsInItsTurn() throws {
        let flow = try YAMLPipeline(
            """
            - transform: { events: '.payload.items[] | { payload: { marks: . } }' }
            - stages:
                - wait
                - deliver: crm
            - deliver: erp
            """
        )
        let result = flow.run(["items": ["1", "2"]])
        #expect(result.end == .completed)
        #expect(try result.draft.delivered() == ["crm 1w", "erp 1w", "crm 2w", "erp 2w"])
    }
}

struct EventFanOutTests {
    private static let split =
        "- transform: { events: '.payload.items[] | { event: \"x.\\(.)\", payload: { marks: . } }' }\n"

    @Test func theRemainingStagesRunForEachInOrder() throws {
        let flow = try YAMLPipeline(
            """
            - switch:
                - default:
                    - transform: { events: '.payload.items[] | { event: "item.\\(.)", payload: { marks: . } }' }
                    - mark: a
            - sign: standard_webhooks
              when: .payload.marks == "1a"
            - deliver: crm
            """
        )
        let draft = flow.run(["items": ["1", "2", "3"]]).draft
        #expect(try draft.delivered() == ["crm 1a", "crm 2a", "crm 3a"])
        #expect(draft.deliveries.map(\.type.name) == ["item.1", "item.2", "item.3"])
        #expect(draft.deliveries.map(\.lane) == ["main/c", "main/c", "main/c"])
        #expect(draft.deliveries.map(\.signing) == [.standardWebhooks, nil, nil], "each begins as the first did")
    }

    @Test func oneThatIsDroppedDoesNotEndTheOthers() throws {
        let flow = try YAMLPipeline(Self.split + "- filter: { drop: '.payload.marks == \"2\"' }\n- deliver: crm")
        let result = flow.run(["items": ["1", "2", "3"]])
        #expect(result.end == .completed)
        #expect(try result.draft.delivered() == ["crm 1", "crm 3"])
        #expect(flow.run(["items": ["2"]]).end == .dropped(by: "filter", reason: "filter: drop is true"))
        #expect(flow.run(["items": ["1", "2"]]).end == .completed)
    }

    @Test func noEventEndsThePipeline() throws {
        let result = try YAMLPipeline(Self.split + "- deliver: crm").run(["items": []])
        #expect(result.end == .dropped(by: "transform", reason: "it made no event"))
    }

    /// A replay runs all events again, and relies on the first ones being those that were already queued.
    @Test func theFirstThatFailsEndsTheRunAndKeepsWhatIsPlanned() throws {
        let flow = try YAMLPipeline(Self.split + "- fail:\n  when: .payload.marks == \"2\"\n- deliver: crm")
        let result = flow.run(["items": ["1", "2", "3"]])
        #expect(result.end == .failed(at: "fail", message: "no luck"))
        #expect(try result.draft.delivered() == ["crm 1"])
    }

    @Test func anEventOfSeveralMayBecomeSeveralItself() throws {
        let flow = try YAMLPipeline(
            Self.split
                + "- transform: { events: '.payload | { payload: { marks: (.marks + \"a\", .marks + \"b\") } }' }\n"
                + "- deliver: crm")
        #expect(try flow.run(["items": ["1", "2"]]).draft.delivered() == ["crm 1a", "crm 1b", "crm 2a", "crm 2b"])
    }

    @Test func theyStayInsideTheErrorThatTheyCameFrom() throws {
        let flow = try YAMLPipeline(
            """
            - fail:
              on_error:
                stages:
                  - transform: { events: '(1, 2) | { payload: { marks: tostring } }' }
                  - transform: '.payload + { why: .error.stage }'
            - deliver: crm
            """
        )
        #expect(try flow.run().draft.delivered("why") == ["crm fail", "crm fail"])
    }
}
