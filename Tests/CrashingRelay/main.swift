import Glibc
import Logging
import Relay
import RelayConfig
import RelayCore
import RelayJSON

// The relay with one stage more, for tests of what happens when an event ends the process.
// Usage: CrashingRelay serve --config PATH

/// Ends the process in the middle of events whose message has a certain text.
struct CrashStage: ConfigurableStage {
    static let kind = "crash"
    static let summary = "Ends the process in the middle of messages with a text."
    static let text = OptionField.string("text", "The text.")
    static let fields = [AnyOptionField(text)]
    static let mainField: String? = text.name
    static let example = "crash: poison"

    private let text: String

    init(_ options: OptionReader, in context: StageBuildContext) throws { text = try options(Self.text) }

    func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome {
        if draft.event.payload["content"]?["text"]?.string == text {
            kill(getpid(), SIGKILL)
            while true { pause() }
        }
        return .next
    }
}

signal(SIGPIPE, SIG_IGN)
LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
let builtIn = ConfigurationKindRegistry.builtIn
let registry = ConfigurationKindRegistry(
    stages: builtIn.stages + [CrashStage.self],
    destinations: builtIn.destinations,
    formats: builtIn.formats,
    transports: builtIn.transports,
    testOptions: builtIn.testOptions,
    urlCheck: builtIn.urlCheck,
    pipelineURLCheck: builtIn.pipelineURLCheck,
    egressCheck: builtIn.egressCheck
)
let environment = ["ZAPHUB_API_KEY": getenv("ZAPHUB_API_KEY").map { String(cString: $0) } ?? ""]
let generation = try LoadedConfiguration(
    number: 1, path: CommandLine.arguments[3], environment: environment, registry: registry, at: SystemClock().wall)
let node = try await RelayNode(generation, environment: environment, logger: Logger(label: "zaphub"))
try await node.run { started in
    let line = Array("zaphub listens on \(started.address)\n".utf8)
    _ = write(STDOUT_FILENO, line, line.count)
}
