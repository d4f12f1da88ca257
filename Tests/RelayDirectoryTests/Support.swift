import Logging
import RelayCore
import RelayHTTPClient
import RelayTesting
import Synchronization

@testable import RelayDirectory

/// A gateway that is asked at two addresses, and answers a name in one and a picture in the other.
struct TestRoute: LookupEndpoint {
    var id = "test"
    var name = "http://gateway:3000"
    var timeout = Duration.seconds(2)
    var base = "http://gateway:3000"
    var parts = ["name"]

    func requests(for key: DirectoryEntryKey) -> [LookupRequest] {
        parts.map { part in
            LookupRequest(url: "\(base)/\(part)/\(key.id)", headers: [("X-Api-Key", "canary-key")]) { bytes in
                let text = bytes.map { String(decoding: $0, as: UTF8.self) }
                if text == "not JSON" { return nil }
                return part == "name" ? DirectoryLookupAnswer(name: text) : DirectoryLookupAnswer(imageURL: text ?? "")
            }
        }
    }
}

func key(_ id: String = "1203@g.us") -> DirectoryEntryKey { DirectoryEntryKey(session: "main", id: id) }

/// A service with a clock that does not advance.
struct LookupFixture {
    let clock = ManualClock()
    let log = CapturedLog()
    let sender: ScriptedSender
    let service: LookupService

    init(
        configure: (inout LookupService.Configuration) -> Void = { _ in },
        _ script: @escaping @Sendable (String) -> ScriptedSender.Answer
    ) {
        sender = ScriptedSender { script($0.url) }
        var configuration = LookupService.Configuration()
        configure(&configuration)
        service = LookupService(sender: sender, clock: clock, logger: log.logger, configuration: configuration)
    }

    /// Returns when a number of requests wait for a response.
    func untilWaiting(_ count: Int) async throws {
        try await eventually("\(count) wait") { service.waiterCount == count }
    }
}

/// Records log entries with their metadata.
final class CapturedLog: Sendable {
    private let state = Mutex<[String]>([])

    var lines: [String] { state.withLock { $0 } }

    var logger: Logger {
        Logger(label: "test") { _ in Handler(log: self) }
    }

    private struct Handler: LogHandler {
        let log: CapturedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            log.state.withLock { $0.append("\(event.level) \(event.message) \(event.metadata ?? [:])") }
        }
    }
}
