import RelayHTTPClient
import RelayJSON

/// Parses the events of a `text/event-stream` response as they arrive.
struct ServerSentEventParser {
    struct Event {
        /// `message` unless the stream sets another name.
        var name: String
        var data: JSON
    }

    /// The read timeout; the relay writes something every 15 seconds.
    private static let patience: Duration = .seconds(60)

    private let stream: StreamingHTTPResponse
    private var pending: [UInt8] = []
    private var name = "message"
    private var data = ""

    init(_ stream: StreamingHTTPResponse) {
        self.stream = stream
    }

    /// Nil at the end of the stream.
    mutating func next() async throws -> Event? {
        while true {
            while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: pending[..<end], as: UTF8.self)
                pending.removeSubrange(...end)
                if let event = take(line) { return event }
            }
            guard let piece = await piece() else { return nil }
            pending += piece
        }
    }

    /// Nil when the stream ends, is interrupted, or exceeds the timeout.
    private func piece() async -> [UInt8]? {
        let stream = stream
        let watchdog = Task {
            try await Task.sleep(for: Self.patience)
            stream.cancel()
        }
        defer { watchdog.cancel() }
        return try? await stream.next()
    }

    private mutating func take(_ line: String) -> Event? {
        if line.isEmpty {
            defer { (name, data) = ("message", "") }
            guard !data.isEmpty, let document = try? JSON(parsing: data) else { return nil }
            return Event(name: name, data: document)
        }
        if line.hasPrefix("event: ") { name = String(line.dropFirst(7)) }
        if line.hasPrefix("data: ") { data += line.dropFirst(6) }
        return nil
    }
}
