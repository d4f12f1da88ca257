import Foundation
import FoundationXML
import RelayConfig
import RelayCore
import RelayDestinations
import RelayFormats
import RelayJSON
import RelayReference
import RelaySources
import RelayStages
import RelayTesting
import Testing

struct GraphTests {
    private static let config = """
        sources:
          baileys: { transport: http, format: baileys }
          meta: { transport: http, format: cloud_api }
          unread: { transport: http, format: native }
        destinations:
          crm:
            type: webhook
            url: "https://crm.example.com/hooks/path-that-is-secret?key=secret-key"
            headers: { Authorization: secret-header }
            secret: secret-secret
            events: ["message.*", contact.updated]
            criteria: { from_me: false, max_age: 10m }
          audit-log: { type: webhook, url: "https://audit.example.com" }
          idle: { type: webhook, url: "https://idle.example.com" }
        """

    private static let pipelines = [
        "pipelines/default.yaml": #"""
        from: [baileys, meta]
        stages:
          - persist
          - filter: { drop: '.payload.chatId == "status@broadcast" or (.payload.text // "" | test("<b>&|#`"))' }
          - enrich:
              with: [images]
              lookup: { preset: waha, url: "http://waha:3000", headers: { X-Api-Key: secret-api-key } }
            when: |
              (.event | startswith("message."))
                and (.payload.isGroup | not)
          - media: { wait: 20s }
            on_error: continue
          - filter: { keep: { chats: [private, group], history: false } }
          - sign: standard_webhooks
          - deliver: [session, crm]
        """#,
        "pipelines/audit.yaml": """
        from: meta
        stages:
          - fork:
              groups:
                - drop: no groups
                  id: groups-end
              others:
                - sign: hmac
                - deliver: audit-log
          - deliver: crm
        """,
    ]

    private static let registry = ConfigurationKindRegistry(
        stages: BuiltInStages.all + [Fork.self],
        destinations: BuiltInDestinations.all,
        formats: [BaileysFormat.self, CloudAPIFormat.self, NativeFormat.self],
        transports: BuiltInTransports.all
    )

    private func graph() throws -> ConfigurationGraph {
        var files = Self.pipelines
        files["config.yaml"] = Self.config
        return ConfigurationGraph(try TemporaryDirectory(files: files).load(registry: Self.registry).configuration)
    }

    @Test(arguments: [
        (ConfigurationGraph.Format.text, "graph.txt"), (.mermaid, "graph.mmd"), (.dot, "graph.dot"),
        (.svg, "graph.svg"),
    ])
    func theGraphIsWrittenAsItWas(_ format: ConfigurationGraph.Format, _ file: String) throws {
        let golden = "Tests/RelayReferenceTests/Golden/" + file
        let written = try graph().written(as: format) + "\n"
        // To update the results, run `RENEW_GOLDEN=1 swift test --filter GraphTests`, and review the changes.
        if ProcessInfo.processInfo.environment["RENEW_GOLDEN"] == "1" { try Repository.write(written, to: golden) }
        #expect(try written == Repository.text(golden))
    }

    @Test(arguments: ConfigurationGraph.Format.allCases)
    func nothingSecretIsInIt(_ format: ConfigurationGraph.Format) throws {
        let text = try graph().written(as: format)
        for secret in ["secret-", "path-that-is-secret", "crm.example.com"] { #expect(!text.contains(secret)) }
    }

    @Test func thePictureIsXMLWithEveryPartInsideOfIt() throws {
        final class Reader: NSObject, XMLParserDelegate {
            var boxes: [(x: Int, y: Int, right: Int, bottom: Int)] = []
            var size = (width: 0, height: 0)

            func parser(
                _ parser: XMLParser,
                didStartElement name: String,
                namespaceURI: String?,
                qualifiedName: String?,
                attributes: [String: String]
            ) {
                func number(_ key: String) -> Int { Int(attributes[key] ?? "") ?? 0 }
                if name == "svg" { size = (number("width"), number("height")) }
                if name == "rect", attributes["class"] != nil {
                    let (x, y) = (number("x"), number("y"))
                    boxes.append((x, y, x + number("width"), y + number("height")))
                }
            }
        }
        let reader = Reader()
        let parser = XMLParser(data: Data(try graph().written(as: .svg).utf8))
        parser.delegate = reader
        #expect(parser.parse())
        // Two pipelines with 12 stages, three sources, four destinations.
        #expect(reader.boxes.count == 21)
        for box in reader.boxes {
            #expect(box.x > 0 && box.y > 0 && box.right < reader.size.width && box.bottom < reader.size.height)
        }
    }
}

/// A stage with nested lists of stages.
struct Fork: ConfigurableStage {
    static let kind = "fork"
    static let summary = "Goes two ways."
    static let groups = OptionField.node("groups", "What happens to groups.", "a list of stages", shape: .stages)
    static let others = OptionField.node("others", "What happens to the rest.", "a list of stages", shape: .stages)
    static let fields = [AnyOptionField(groups), AnyOptionField(others)]

    let branches: [PipelineStep.Branch]

    init(_ options: OptionReader, in context: StageBuildContext) throws {
        branches = [
            PipelineStep.Branch(steps: try context.steps(options(Self.groups)), label: "groups"),
            PipelineStep.Branch(steps: try context.steps(options(Self.others)), label: "others"),
        ]
    }

    func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome { .next }
}
