import Foundation
import RelayHTTPClient
import RelayJSON

/// Parses the response of a tap, as a browser does.
struct TapStream {
    struct Event {
        var name: String
        var data: JSON
        var point: String { data["point"]?.string ?? "" }
        var stage: String { data["stage"]?.string ?? "-" }
    }

    let stream: StreamingHTTPResponse
    /// All text received so far.
    private(set) var text = ""
    private var rest = ""

    init(_ stream: StreamingHTTPResponse) {
        self.stream = stream
    }

    var status: Int { stream.status }

    /// Returns nil at the end of the response.
    mutating func next() async throws -> Event? {
        while true {
            if let end = rest.range(of: "\n\n") {
                let block = rest[..<end.lowerBound]
                rest = String(rest[end.upperBound...])
                var event = Event(name: "message", data: .null)
                for line in block.split(separator: "\n") {
                    if line.hasPrefix("event: ") { event.name = String(line.dropFirst(7)) }
                    if line.hasPrefix("data: ") { event.data = try JSON(parsing: String(line.dropFirst(6))) }
                }
                if event.data != .null { return event }
                continue
            }
            guard let piece = try await stream.next() else { return nil }
            text += String(decoding: piece, as: UTF8.self)
            rest += String(decoding: piece, as: UTF8.self)
        }
    }

    /// Returns all events up to and including the first one for which the condition holds.
    mutating func until(_ condition: (Event) -> Bool) async throws -> [Event] {
        var events: [Event] = []
        while let event = try await next() {
            events.append(event)
            if condition(event) { break }
        }
        return events
    }
}
