import Glibc
import RelayConfig
import RelayCore
import RelayFormats
import RelayJQ
import RelaySources

/// A temporary folder with a configuration, deleted at the end of the test.
final class Workspace {
    let directory: String

    init(_ files: [String: String]) {
        var template = Array("/tmp/relay-config-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no temporary folder") }
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        for (name, text) in files { write(name, text) }
    }

    deinit {
        for name in names { unlink(directory + "/" + name) }
        rmdir(directory + "/pipelines")
        rmdir(directory + "/fragments")
        rmdir(directory)
    }

    private var names: Set<String> = []

    func write(_ name: String, _ text: String) {
        write(name, Array(text.utf8))
    }

    func write(_ name: String, _ bytes: [UInt8]) {
        for folder in ["pipelines", "fragments"] where name.hasPrefix(folder + "/") {
            mkdir(directory + "/" + folder, 0o700)
        }
        let descriptor = open(directory + "/" + name, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        names.insert(name)
    }

    func load(
        _ environment: [String: String] = [:],
        registry: ConfigurationKindRegistry = .testing
    ) throws(InvalidConfigurationError) -> RelayConfiguration.Loaded {
        try RelayConfiguration.load(path: directory + "/config.yaml", environment: environment, registry: registry)
    }

    /// All diagnostics of the configuration, with paths relative to its folder.
    func report(_ environment: [String: String] = [:], registry: ConfigurationKindRegistry = .testing) -> String {
        let text: String
        do throws(InvalidConfigurationError) {
            text = try load(environment, registry: registry).warnings.map(\.description).joined(separator: "\n")
        } catch {
            text = error.description
        }
        return text.replacing(directory + "/", with: "")
    }

    static let pipeline = "stages:\n  - persist\n  - deliver: [session]\n"

    /// A configuration with one pipeline.
    static func config(_ config: String, pipeline: String = pipeline) -> Workspace {
        Workspace(["config.yaml": config, "pipelines/default.yaml": pipeline])
    }

    /// One pipeline, and a configuration with a source `baileys` and a destination `crm`.
    static func pipeline(_ text: String) -> Workspace {
        config(
            """
            sources: { baileys: { transport: http, format: baileys } }
            destinations: { crm: { type: webhook, url: https://crm.example.com } }
            """,
            pipeline: text
        )
    }
}

extension String {
    fileprivate func replacing(_ part: String, with other: String) -> String {
        var rest = self[...]
        var result = ""
        while let range = rest.firstRange(of: part) {
            result += rest[..<range.lowerBound] + other
            rest = rest[range.upperBound...]
        }
        return result + rest
    }
}

extension ConfigurationKindRegistry {
    static let testing = ConfigurationKindRegistry(
        stages: [
            PersistHistoryStage.self, EnrichStage.self, MediaStage.self, FilterStage.self, SignStage.self,
            DeliverStage.self,
            SwitchStage.self, InlineStageGroup.self, UseFragmentStage.self, TransformStage.self,
        ],
        destinations: [WebhookDestinationOptions.self, ChatwootDestinationOptions.self],
        formats: [
            BaileysFormat.self, CloudAPIFormat.self, EvolutionFormat.self, WAHAFormat.self, GowaFormat.self,
            NativeFormat.self,
        ],
        transports: [HTTPTransport.self, StandardInputTransport.self, FileTailTransport.self]
    )
}

extension Stage {
    func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome { .next }
}

struct PersistHistoryStage: ConfigurableStage {
    static let kind = "persist"
    static let summary = "Keeps history."
    static let fields: [AnyOptionField] = []
    static let effects: [StageFlowEffect] = [.records]
    init(_ options: OptionReader, in context: StageBuildContext) throws {}
}

struct EnrichStage: ConfigurableStage {
    static let kind = "enrich"
    static let summary = "Adds names."
    static let with = OptionField.stringList(
        "with", "What to add.", allowed: ["chat_name", "contact_name", "group_name", "images"])
    static let fields = [AnyOptionField(with)]
    static let mainField: String? = "with"
    let with: [String]
    init(_ options: OptionReader, in context: StageBuildContext) throws { with = try options(Self.with) }
}

struct MediaStage: ConfigurableStage {
    static let kind = "media"
    static let summary = "Stores media."
    static let maxSize = OptionField.size("max_size", "Media above this stays where it is.", default: 40 << 20)
    static let fields = [AnyOptionField(maxSize)]
    static let defaultOnError = PipelineStep.OnError.rawMedia
    let maxSize: Int
    init(_ options: OptionReader, in context: StageBuildContext) throws { maxSize = try options(Self.maxSize) }
}

struct FilterStage: ConfigurableStage {
    static let kind = "filter"
    static let summary = "Keeps or drops events."
    static let keep = OptionField.condition("keep", "Events to keep.").optional
    static let drop = OptionField.conditionExpression("drop", "Events to drop.").optional
    static let fields = [AnyOptionField(keep), AnyOptionField(drop)]
    static let effects: [StageFlowEffect] = [
        .filters(option: "keep", passes: true), .filters(option: "drop", passes: false),
    ]
    let keep: EventCondition?
    let drop: JQProgram?
    init(_ options: OptionReader, in context: StageBuildContext) throws {
        keep = try options(Self.keep)
        drop = try options(Self.drop)
        guard (keep == nil) != (drop == nil) else {
            throw options.fail("filter needs \"keep\" or \"drop\", and not both", help: "write filter: { drop: … }")
        }
    }
}

struct SignStage: ConfigurableStage {
    enum Scheme: String, CaseIterable, Sendable { case standardWebhooks = "standard_webhooks", hmac }
    static let kind = "sign"
    static let summary = "Signs."
    static let scheme = OptionField<Scheme>.enumeration("scheme", "How.")
    static let fields = [AnyOptionField(scheme)]
    static let mainField: String? = "scheme"
    static let effects: [StageFlowEffect] = [.signs]
    let scheme: Scheme
    init(_ options: OptionReader, in context: StageBuildContext) throws { scheme = try options(Self.scheme) }
}

struct DeliverStage: ConfigurableStage {
    static let kind = "deliver"
    static let summary = "Delivers."
    static let to = OptionField.stringList("to", "Where to.")
    static let fields = [AnyOptionField(to)]
    static let mainField: String? = "to"
    static let effects: [StageFlowEffect] = [.delivers(option: "to")]
    let to: [String]
    init(_ options: OptionReader, in context: StageBuildContext) throws {
        to = try options(Self.to)
        for (index, name) in to.enumerated() where name != "session" && !context.destinations.contains(name) {
            let nearest = context.suggestion(for: name, among: context.destinations)
            throw options.fail(
                Self.to,
                element: index,
                "there is no destination \"\(name)\"",
                help: nearest.map { "did you mean \"\($0)\"?" }
            )
        }
    }
}

struct TransformStage: ConfigurableStage {
    static let kind = "transform"
    static let summary = "Changes."
    static let payload = OptionField.expression("payload", "Makes the payload.")
    static let fields = [AnyOptionField(payload)]
    static let mainField: String? = "payload"
    static let effects: [StageFlowEffect] = [.rewrites]
    init(_ options: OptionReader, in context: StageBuildContext) throws {}
}

struct WebhookDestinationOptions: DestinationOptions {
    static let kind = "webhook"
    static let summary = "Posts to an address."
    static let url = OptionField.url("url", "Where to.")
    static let headers = OptionField.headers("headers", "What else to send.", default: [])
    static let fields = [AnyOptionField(url), AnyOptionField(headers)]
    static let takesBatches = true
    let url: String
    let headers: [(name: String, value: String)]
    init(_ options: OptionReader) throws {
        url = try options(Self.url)
        headers = try options(Self.headers)
    }
}

struct ChatwootDestinationOptions: DestinationOptions {
    static let kind = "chatwoot"
    static let summary = "Writes conversations."
    static let url = OptionField.url("url", "Where Chatwoot is.")
    static let token = OptionField.secret("api_token", "The key.")
    static let inbox = OptionField.int("inbox_id", "The inbox.", 1...Int.max)
    static let fields = [AnyOptionField(url), AnyOptionField(token), AnyOptionField(inbox)]
    let token: String
    init(_ options: OptionReader) throws { token = try options(Self.token) }
}
