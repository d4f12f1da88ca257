import Glibc
import Logging
import Relay
import RelayConfig
import RelayCore
import RelayJSON
import RelayPostgres

// The relay with one stage more, for tests of what happens when an event ends the process. With --next-schema it is the next
// version, whose tables in PostgreSQL have one step more.
// Usage: CrashingRelay serve --config PATH [--next-schema]

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

/// A change that this version's code can work with.
let nextStep = PostgresSchemaSteps.Step(
    sql: """
        ALTER TABLE events ADD COLUMN note text;
        ALTER TABLE deliveries ADD COLUMN note text;
        CREATE TABLE notes (id bigint PRIMARY KEY, note text NOT NULL);
        """,
    compatibleFrom: PostgresSchemaSteps.current.version)

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
let environment = ["ZAPHUB_API_KEY", "ZAPHUB_SECRET_KEY", "ZAPHUB_NODE_NAME"].reduce(into: [String: String]()) {
    $0[$1] = getenv($1).map { String(cString: $0) }
}
var postgres = PostgresStore.Configuration()
if CommandLine.arguments.contains("--next-schema") { postgres.schema = postgres.schema.adding(nextStep) }
let generation = try LoadedConfiguration(
    number: 1, path: CommandLine.arguments[3], environment: environment, registry: registry, at: SystemClock().wall)
let node = try await RelayNode(
    generation, environment: environment, postgres: postgres, logger: Logger(label: "zaphub"))
try await node.run { started in
    let line = Array("zaphub listens on \(started.address)\n".utf8)
    _ = write(STDOUT_FILENO, line, line.count)
}
