import Foundation
import RelayHTTPClient
import RelayJSON

/// What a tap's answer tells, as a browser would read it.
struct TapStream {
    struct Event {
        var name: String
        var data: JSON
        var point: String { data["point"]?.string ?? "" }
        var stage: String { data["stage"]?.string ?? "-" }
    }

    let stream: HTTPStream
    /// Everything that has come.
    private(set) var text = ""
    private var rest = ""

    init(_ stream: HTTPStream) {
        self.stream = stream
    }

    var status: Int { stream.status }

    /// Nil at the end of the answer.
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

    /// Everything up to the first event that the condition holds for, which is the last of them.
    mutating func until(_ condition: (Event) -> Bool) async throws -> [Event] {
        var events: [Event] = []
        while let event = try await next() {
            events.append(event)
            if condition(event) { break }
        }
        return events
    }
}
