import RelayConfig
import RelayCore
import RelayJSON
import RelayPipeline
import RelayStages
import RelayTesting

/// The work is over and changes nothing.
let done: Result<DeferredStageWork.Change, StageError> = .success(goOn)

@Sendable private func goOn(_ draft: inout PipelineEvent, _ context: StageContext) throws(StageError) -> StageOutcome {
    .next
}

/// A pipeline with nested stages, read from YAML.
struct YAMLPipeline {
    /// Sets a member of the payload: `- mark: a`.
    private struct MarkStage: ConfigurableStage {
        static let kind = "mark"
        static let summary = "Leaves a mark."
        static let name = OptionField.string("name", "Its name.")
        static let fields = [AnyOptionField(name)]
        static let mainField: String? = name.name
        let name: String
        init(_ options: OptionReader, in context: StageBuildContext) throws { name = try options(Self.name) }

        func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome {
            draft.event.payload["marks"] = .string((draft.event.payload["marks"]?.string ?? "") + name)
            return .next
        }
    }

    /// Sets `marks` to `broken`, and fails.
    private struct FailStage: ConfigurableStage {
        static let kind = "fail"
        static let summary = "Fails."
        static let fields: [AnyOptionField] = []
        init(_ options: OptionReader, in context: StageBuildContext) throws {}

        func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome {
            draft.event.payload["marks"] = "broken"
            throw StageError("no luck", reason: "luck")
        }
    }

    /// Appends to `marks` and waits. The test chooses the result: a change, a failure or a drop.
    private struct WaitStage: ConfigurableStage {
        static let kind = "wait"
        static let summary = "Waits."
        static let fields: [AnyOptionField] = []
        init(_ options: OptionReader, in context: StageBuildContext) throws {}
        var waits: Bool { true }

        func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome {
            draft.event.payload["marks"] = .string((draft.event.payload["marks"]?.string ?? "") + "w")
            return .wait(DeferredStageWork { goOn })
        }
    }

    private static let registry = ConfigurationKindRegistry(
        stages: BuiltInStages.all + [MarkStage.self, FailStage.self, WaitStage.self],
        destinations: [],
        formats: [],
        transports: []
    )

    let pipeline: Pipeline
    let context = StubStageDirectory().context

    /// Reads steps as in a pipeline.
    static func steps(_ yaml: String) throws -> [PipelineStep] {
        let lines = yaml.split(separator: "\n").map { "  " + $0 }
        let step = try registry.step(yaml: "stages:\n" + lines.joined(separator: "\n"), destinations: ["crm", "erp"])
        return step.branches.flatMap(\.steps)
    }

    init(_ yaml: String) throws {
        pipeline = Pipeline(PipelineDefinition(name: "default", file: "", from: [], steps: try Self.steps(yaml)))
    }

    func begin(_ payload: JSONObject = [:]) -> Pipeline.RunResult {
        let event = Event(
            id: EventID(1),
            source: "baileys",
            type: .messageReceived,
            session: "main",
            chat: "c",
            occurredAt: nil,
            receivedAt: Timestamp(milliseconds: 1_763_000_000_000),
            payload: payload
        )
        return pipeline.run(event, in: context)
    }

    /// Runs to the end; every wait ends with the change, by default none.
    func run(
        _ payload: JSONObject = [:],
        change: Result<DeferredStageWork.Change, StageError>? = nil
    ) -> (draft: PipelineEvent, end: Pipeline.End) {
        var run = begin(payload)
        while true {
            switch run {
            case .ended(let draft, let end): return (draft, end)
            case .waiting(let suspension): run = pipeline.resume(suspension, with: change ?? done, in: context)
            }
        }
    }
}

extension PipelineEvent {
    var marks: String { event.payload["marks"]?.string ?? "" }

    /// The destinations of its deliveries, and a member of their payloads.
    func delivered(_ field: String = "marks") throws -> [String] {
        try deliveries.map { planned in
            let body = try JSON(parsing: planned.body(for: DeliveryID(1)))
            return "\(planned.destination) \(body["payload"]?[field]?.string ?? "-")"
        }
    }
}
