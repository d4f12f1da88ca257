import Foundation
import RelayCore
import RelayDestinations
import RelayJSON
import RelayTesting
import Testing

/// Bodies and header values made from an event.
@Suite(.limitedConcurrency)
struct PlaceholderTemplateTests {
    private let event: JSON = [
        "event": "message.received",
        "payload": [
            "text": "Olá \"you\" & <me>\n100%", "big": .number("12345678901234567890"), "count": 3, "isGroup": false,
            "caption": "", "nothing": .null, "names": ["Ana", "Bob"], "people": [["name": "Eva"], ["name": "Leo"]],
        ],
    ]

    private func text(_ template: String, _ escaping: TemplateTextEscaping = .none) throws -> String {
        try TextTemplate(template, escaping: escaping).text(of: event)
    }

    @Test(arguments: [
        ("{{event}}: {{payload.count}}", "message.received: 3"),
        (
            "{{payload.big}} {{payload.isGroup}} [{{payload.nothing}}{{payload.missing}}{{missing.too}}]",
            "12345678901234567890 false []"
        ),
        ("{{#payload.names}}- {{.}}\n{{/payload.names}}", "- Ana\n- Bob\n"),
        ("{{#payload.people}}\n* {{name}}\n{{/payload.people}}\n.", "* Eva\n* Leo\n."),
        ("{{#payload}}{{count}}{{/payload}}", "3"),
        ("{{#payload.isGroup}}group{{/payload.isGroup}}{{^payload.isGroup}}chat{{/payload.isGroup}}", "chat"),
        ("{{^payload.caption}}none{{/payload.caption}}{{#payload.nothing}}some{{/payload.nothing}}", "none"),
        ("{{{payload.names}}}{{{payload.people}}}", #"["Ana","Bob"][{"name":"Eva"},{"name":"Leo"}]"#),
        ("{{uppercased(event)}}", "MESSAGE.RECEIVED"),
        ("\n  {{event}}\n", "\n  message.received\n"),
        ("{{! nothing }}x", "x"), ("", ""),
    ])
    func valuesAreTakenFromTheEvent(template: String, expected: String) throws {
        #expect(try text(template) == expected)
    }

    @Test(arguments: [
        (TemplateTextEscaping.none, "Olá \"you\" & <me>\n100%"),
        (.json, #"Olá \"you\" & <me>\n100%"#),
        (.html, "Olá &quot;you&quot; &amp; &lt;me&gt;\n100%"),
        (.xml, "Olá &quot;you&quot; &amp; &lt;me&gt;\n100%"),
        (.form, "Ol%C3%A1+%22you%22+%26+%3Cme%3E%0A100%25"),
    ])
    func valuesAreEscapedForTheirPlaceAndRawOnesAreNot(escaping: TemplateTextEscaping, expected: String) throws {
        #expect(try text("{{payload.text}}", escaping) == expected)
        #expect(try text("{{{payload.text}}}", escaping) == "Olá \"you\" & <me>\n100%")
        #expect(
            try text("{{#payload}}{{#names}}{{payload.text}}{{/names}}{{/payload}}", escaping) == expected + expected)
    }

    /// The receiver's parser decodes exactly the text that the sender wrote.
    @Test func everyLetterSurvivesJSONAndForms() throws {
        let all = String(String.UnicodeScalarView((0...0x2FF).compactMap { Unicode.Scalar($0) })) + "\u{2028}🚚"
        let json = try JSON(parsing: "{\"t\":\"" + TemplateTextEscaping.json.escape(all) + "\"}")
        #expect(json["t"] == .string(all))
        let form = TemplateTextEscaping.form.escape(all).replacingOccurrences(of: "+", with: " ")
            .removingPercentEncoding
        #expect(form == all)
        #expect(!TemplateTextEscaping.form.escape(all).contains { "&=\n ".contains($0) })
        #expect(TemplateTextEscaping.xml.escape("a\u{0}b\u{FFFE}c\td") == "a\u{FFFD}b\u{FFFD}c\td")
    }

    @Test(arguments: [
        ("application/json", TemplateTextEscaping.json), ("application/vnd.api+json; charset=utf-8", .json),
        ("text/html; charset=utf-8", .html), ("application/xhtml+xml", .xml), ("text/xml", .xml),
        ("Application/X-WWW-Form-Urlencoded", .form), ("text/plain", .none), ("application/octet-stream", .none),
    ])
    func theEscapingFollowsFromTheContentType(type: String, escaping: TemplateTextEscaping) {
        #expect(TemplateTextEscaping(contentType: type) == escaping)
    }

    @Test(arguments: [
        ("a {{b", 5), ("x\n{{#a}}y\n{{/b}}", 13), ("{{#a}}x", 7), ("é {{> part}}", 2), ("{{=<% %>=}}", 0),
        ("a\n {{% CONTENT_TYPE: TEXT}}", 3), ("{{$b}}{{/b}}", 0), ("{{a}", 3),
    ])
    func aMistakeIsReportedAtItsPlace(template: String, offset: Int) {
        let problem = #expect(throws: TextTemplate.TemplateError.self) { try TextTemplate(template) }
        #expect(problem?.offset == offset, "\(problem?.message ?? "")")
        #expect(problem?.help.isEmpty == false)
    }

    // MARK: In a webhook

    @Test func aBodyOfOnesOwnIsSignedAsItIsSent() async throws {
        try await withReceiver { receiver, engine in
            let destination = WebhookDestination(
                url: receiver.url,
                content: WebhookRequestTemplate(
                    body: try TextTemplate("{{payload.name}}: {{payload.text}}"),
                    contentType: "text/plain; charset=utf-8",
                    headers: [("X-Chat", .template(try TextTemplate("{{payload.name}}")))]
                ),
                secrets: [secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
                settings: DestinationDispatchSettings(),
                engine: engine
            )
            let delivery = claimed(body: #"{"payload":{"name":"José","text":"oi <b>"}}"#)
            for attempt in 0..<2 {
                _ = await destination.send(delivery, at: moment + .seconds(attempt))
            }
            let verifier = try #require(StandardWebhooksVerifier(secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
            #expect(receiver.requests.count == 2)
            for (index, request) in receiver.requests.enumerated() {
                #expect(request.text == "José: oi <b>")
                #expect(request.header("content-type") == "text/plain; charset=utf-8")
                #expect(request.header("x-chat") == "José")
                let verdict = verifier.verify(body: request.body, at: moment + .seconds(index)) { request.header($0) }
                #expect(verdict == .valid)
            }
        }
    }

    @Test func credentialsAroundAPlaceholderAreNotKeptWithAnAnswer() async throws {
        try await withReceiver(.status(500, body: "no such token: tok-12345-main")) { receiver, engine in
            let destination = WebhookDestination(
                url: receiver.url,
                content: WebhookRequestTemplate(
                    headers: [("Authorization", .template(try TextTemplate("Bearer tok-12345-{{session}}")))]),
                settings: DestinationDispatchSettings(),
                engine: engine
            )
            let result = await destination.send(claimed(body: #"{"session":"main"}"#), at: moment)
            #expect(receiver.requests.first?.header("authorization") == "Bearer tok-12345-main")
            #expect(result.response == "no such token: ***")
        }
    }

    @Test(arguments: [
        ("Ana\r\nX-Evil: 1", "Ana  X-Evil: 1"), ("\n Ana \u{0}", "Ana"), ("a\tb\u{7F}c\u{85}d", "a b c d"),
        (String(repeating: "x", count: 9000), String(repeating: "x", count: 8192)),
        (String(repeating: "é", count: 5000), String(repeating: "é", count: 4096)),
    ])
    func aValueCannotBeginAHeaderNorFloodOne(name: String, header: String) async throws {
        try await withReceiver { receiver, engine in
            let destination = WebhookDestination(
                url: receiver.url,
                content: WebhookRequestTemplate(headers: [("X-Name", .template(try TextTemplate("{{name}}")))]),
                settings: DestinationDispatchSettings(),
                engine: engine
            )
            let result = await destination.send(claimed(body: JSON.object(["name": .string(name)]).text), at: moment)
            #expect(result.isDelivered, "\(result.error ?? "")")
            let request = try #require(receiver.requests.first)
            #expect(request.header("x-name") == header)
            #expect(request.header("x-evil") == nil)
            #expect(request.header("content-type") == "application/json")
        }
    }
}
