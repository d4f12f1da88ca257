import Foundation
import RelayConfig
import RelayCore
import RelayFormats
import RelayJQ
import RelayJSON
import RelayReference
import RelaySources
import Testing

/// The input and the output of `zaphub eval`.
struct ExpressionInputEventsTests {
    private let event = #"{"event":"message.received","sessionId":"s","payload":{"text":"hi"},"timestamp":1700000000}"#

    private func reader(
        _ format: any SourceFormat
    ) -> (_ document: [UInt8]) async throws(IntakeError) -> (events: [Event], problems: [String]) {
        let reader = SourceDocumentReader(
            source: "bridge", format: format, defaultSession: "front-desk", files: .identified)
        let now = Timestamp(milliseconds: 1_700_000_000_000)
        return { document throws(IntakeError) in
            let parsed = try await reader.read(document, at: now)
            let events = parsed.events.map {
                Event($0, id: EventID(1), source: reader.source, receivedAt: now)
            }
            return (events, parsed.rejected.map(\.description))
        }
    }

    private func outputs(_ expression: String, _ document: ExpressionInputEvents) throws -> [String] {
        let program = try JQProgram.typed(expression)
        return try document.events.flatMap { try program.evaluate($0).map(\.text) }
    }

    @Test func anExpressionSeesTheEventAsReceiversDo() throws {
        let document = try ExpressionInputEvents(event, name: "event.json")
        #expect(try outputs(".payload.text, (.event | startswith(\"message.\"))", document) == ["\"hi\"", "true"])
    }

    @Test func aFileMayHaveAnArrayOrADocumentALine() throws {
        #expect(try ExpressionInputEvents("[\(event),\(event)]", name: "a").events.count == 2)
        #expect(try ExpressionInputEvents("\(event)\n\n\(event)\n\(event)\n", name: "a").events.count == 3)
        let pretty = try JSON(parsing: event).prettyText
        #expect(try ExpressionInputEvents(pretty, name: "a").events.count == 1)
    }

    @Test(arguments: ["text", "image", "group", "connection"])
    func aDocumentOfAGatewayIsReadByItsSource(_ name: String) async throws {
        let text = try Repository.text("examples/events/\(name).json")
        let document = try await ExpressionInputEvents(text, name: name, read: reader(BaileysFormat()))
        #expect(try outputs(".sessionId", document).first == "\"demo\"")
        #expect(try outputs("keys | join(\" \")", document).first == "\"event payload sessionId timestamp\"")
    }

    @Test func aDocumentOfAGatewayWithoutItsSourceIsNoEvent() throws {
        let text = try Repository.text("examples/events/text.json")
        #expect {
            try ExpressionInputEvents(text, name: "text.json")
        } throws: { error in
            "\(error)".hasPrefix("text.json:1:1: error: this is no event as receivers see it")
                && "\(error)".contains("--source NAME")
        }
    }

    @Test func aDocumentThatTheFormatDoesNotTakeIsReportedWithItsLine() async throws {
        await #expect {
            try await ExpressionInputEvents(
                "\(event)\n{\"event\":1}", name: "e.ndjson", read: reader(NativeFormat()))
        } throws: { error in
            "\(error)".hasPrefix("e.ndjson:2:1: error: \"event\" must be a type like")
        }
    }

    @Test func aBatchIsReadAsFarAsItCanBe() async throws {
        let text = "\(event)\n[\(event), {\"event\": 1}]"
        let document = try await ExpressionInputEvents(text, name: "e.ndjson", read: reader(NativeFormat()))
        #expect(document.events.count == 2)
        #expect(document.problems.count == 1)
        #expect(document.problems.first?.hasPrefix("e.ndjson:2: \"event\" must be a type like") == true)
        #expect(document.problems.first?.hasSuffix("(at /1/event)") == true)
    }

    @Test(arguments: [
        ("", "f: error: there is no document in it"),
        ("{\"event\": }", "f: error: this is no JSON: "),
    ])
    func whatIsNoJSONIsReported(_ text: String, _ message: String) {
        #expect { try ExpressionInputEvents(text, name: "f") } throws: { "\($0)".hasPrefix(message) }
    }

    @Test func aMistakeInTheExpressionIsShownWhereItIs() {
        #expect {
            try JQProgram.typed(".event\n  | startswith(\"é\") = = 1")
        } throws: { error in
            "\(error)" == """
                expression:2:23: error: this is no jq expression: syntax error: unexpected `=`, expected an expression (`=` assigns; compare with `==`)
                   2 |   | startswith("é") = = 1
                     |                       ^
                1 error, 0 warnings
                """
        }
    }
}
