import Foundation
import RelayConfig
import RelayDestinations
import RelayJSON
import RelayTesting
import Testing

/// Mistakes in a destination's own options are reported at their position.
struct OptionMistakeTests {
    private func mistakes(_ yaml: String) -> String {
        let registry = ConfigurationKindRegistry(
            stages: [], destinations: BuiltInDestinations.all, formats: [], transports: [])
        do {
            _ = try registry.destination(yaml: yaml)
            return ""
        } catch {
            return error.diagnostics.map(\.description).joined(separator: "\n")
        }
    }

    @Test func everyConflictOfOriginalsIsReportedAtOnce() {
        let text = mistakes(
            """
            type: webhook
            url: nowhere
            body: original
            batch: {}
            events: [message.*]
            content_type: text/plain
            headers: { X-Fixed: a, X-Chat: "{{payload.chatId}}" }
            original_headers: [Host, Authorization, X-Fixed, X-Good]
            criteria: { chats: [gruop] }
            """)
        for place in ["2:6", "4:8", "5:9", "6:15", "7:10", "8:20", "8:26", "8:41", "9:21"] {
            #expect(text.contains("destination:\(place): error: "), "\(place): \(text)")
        }
        #expect(text.components(separatedBy: " error: ").count == 10, "\(text)")
    }

    @Test func everyConflictOfOtherKindsIsReportedAtOnce() {
        let text = mistakes(
            "type: whatsapp\nprovider: cloud_api\nurl: nowhere\nheaders: { User-Agent: a, Content-Type: b }\n")
        for words in ["\"url\" is no absolute URL", "needs \"phone_number_id\"", "needs \"token\"", "\"User-Agent\""] {
            #expect(text.contains(words), "\(words): \(text)")
        }
        let chatwoot = mistakes("type: chatwoot\nurl: https://a.example/api/v1\naccount: x\ntoken: t\n")
        for words in ["the API's path", "needs \"inbox\"", "\"account\" must be"] {
            #expect(chatwoot.contains(words), "\(words): \(chatwoot)")
        }
    }

    @Test(arguments: [
        (
            "type: webhook\nurl: http://x.example/\nbody: 'a {{#b}} c'",
            """
            destination:3:18: error: "body" has a section that is not closed
               3 | body: 'a {{#b}} c'
                 |                  ^ help: add the {{/name}} of its {{#name}}
            """
        ),
        (
            "type: webhook\nurl: http://x.example/\nbody: |\n  {{payload.text}}\n  é {{> header}}\n",
            """
            destination:5:5: error: "body" has a partial or a block, and there is no other template to take it from
               5 |   é {{> header}}
                 |     ^ help: remove the tag
            """
        ),
        (
            "type: webhook\nurl: \"http://{{payload.host}}/\"",
            """
            destination:2:6: error: "url" has a placeholder in it
               2 | url: "http://{{payload.host}}/"
                 |      ^ help: write the whole URL; values that change from event to event belong in headers or the body
            """
        ),
        (
            "type: webhook\nurl: http://x.example/\ncontent_type: text/html",
            """
            destination:3:15: error: "content_type" is for a body of your own
               3 | content_type: text/html
                 |               ^ help: add body: a template, or remove it
            """
        ),
        (
            "type: webhook\nurl: http://x.example/\nbody: x\ncontent_type: html",
            """
            destination:4:15: error: "content_type" is no media type
               4 | content_type: html
                 |               ^ help: write one such as application/json
            """
        ),
        (
            "type: file",
            """
            destination:1:1: error: destination "crm" needs "path"
               1 | type: file
                 | ^ help: add path: a path such as data/events.ndjson
            """
        ),
        (
            "type: stdout\npath: x",
            """
            destination:2:1: error: destination "crm" has no option "path"
               2 | path: x
                 | ^ help: it has type, ordering, max_in_flight, rate_limit, batch, retry, events, criteria, secret, secrets, timeout
            """
        ),
    ])
    func eachMistakeIsReportedAtItsPlace(yaml: String, expected: String) {
        #expect(mistakes(yaml) == expected)
    }

    /// The value of a header is a secret, which no diagnostic may show; its position is still reported.
    @Test func aMistakeInAHeaderIsReportedWithoutItsValue() {
        let report = mistakes("type: webhook\nurl: http://x.example/\nheaders:\n  X-Chat: \"token-123 {{payload\"")
        #expect(report.contains("destination:4:"), "\(report)")
        #expect(report.contains("\"X-Chat\" has a tag that is none"), "\(report)")
        #expect(!report.contains("token-123"), "\(report)")
    }

    @Test func theEnvironmentIsResolvedBeforeTemplatesAre() throws {
        let registry = ConfigurationKindRegistry(
            stages: [], destinations: BuiltInDestinations.all, formats: [], transports: [])
        let destination = try registry.destination(
            yaml: "type: webhook\nurl: http://x.example/\nbody: '${GREETING} {{event}}'",
            environment: ["GREETING": "hello"]
        )
        let options = try #require(destination.options as? WebhookDestinationOptions)
        #expect(options.request.body?.text(of: ["event": "call"]) == "hello call")
    }
}
