import Foundation
import RelayConfig
import RelayCore
import RelayDestinations
import RelayFormats
import RelaySources
import RelayStages
import RelayTestRunner

/// A temporary folder with a configuration, pipelines and tests, deleted at the end of the test.
final class TestProject {
    let folder: URL

    init(_ files: [String: String]) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("relay-trials-\(UUID().uuidString)")
        for (name, text) in files {
            let file = folder.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// Two destinations, a default policy with three attempts, and the given pipeline.
    convenience init(pipeline: String, files: [String: String] = [:]) throws {
        var all = files
        all["config.yaml"] = Self.config
        all["pipelines/default.yaml"] = pipeline
        try self.init(all)
    }

    static let config = """
        sources:
          gateway: { transport: http, format: native }
          baileys: { transport: http, format: baileys, session: main }
        destinations:
          crm: { type: webhook, url: "https://crm.example.com/hook", headers: { X-Team: sales }, secret: whsec_Y3JtIGNybSBjcm0gY3JtIGNybSBjcm0h, timeout: 5s }
          log: { type: webhook, url: "https://log.example.com/hook", ordering: none, retry: { max_attempts: 1 } }

        """

    /// Drops statuses, signs, and delivers to all destinations.
    static let stages = """
        stages:
          - persist
          - filter: { drop: '.payload.chatId == "status@broadcast"' }
          - sign: standard_webhooks
          - deliver: [session, crm, log]

        """

    func configuration(environment: [String: String] = [:]) throws -> RelayConfiguration {
        try RelayConfiguration.load(
            path: folder.appendingPathComponent("config.yaml").path,
            environment: environment,
            registry: .shipped
        ).configuration
    }

    func suite(_ files: [String] = [], readsInput: Bool = true) throws -> PipelineTestSuite {
        try PipelineTestSuite(
            configuration(),
            files: files.map { folder.appendingPathComponent($0).path },
            environment: [:],
            readsInput: readsInput
        )
    }

    /// The output of `zaphub test`, with paths relative to the folder.
    func report(_ files: [String] = [], only filter: String? = nil) throws -> String {
        let text: String
        do {
            text = try suite(files).run(only: filter).text
        } catch let error as InvalidConfigurationError {
            text = error.description
        }
        return text.replacingOccurrences(of: folder.path + "/", with: "")
    }

    /// The report on one test in the file `pipelines/default_test.yaml`.
    static func report(_ test: String, pipeline: String = stages) throws -> String {
        let lines = test.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)\n" }.joined()
        let file = "tests:\n  - name: it\n" + lines
        return try TestProject(pipeline: pipeline, files: ["pipelines/default_test.yaml": file]).report()
    }
}

extension ConfigurationKindRegistry {
    /// Everything included in the relay.
    static let shipped = ConfigurationKindRegistry(
        stages: BuiltInStages.all,
        destinations: BuiltInDestinations.all,
        formats: BuiltInSourceFormats.all,
        transports: BuiltInTransports.all
    )
}

/// The line of a test that posts one text message.
func message(_ id: String, chat: String = "5511999999001@s.whatsapp.net", text: String = "Hello") -> String {
    """
    { event: message.received, sessionId: main, id: \(id), \
    payload: { messageId: \(id), chatId: \(chat), text: "\(text)" } }
    """
}
