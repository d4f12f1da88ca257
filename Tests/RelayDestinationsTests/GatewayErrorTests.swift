import RelayCore
import RelayJSON
import RelayTesting
import Testing

@testable import RelayDestinations

/// Every gateway's form of an error, in the attempt and in what the agent reads.
///
/// The bodies follow Meta's documentation of error codes, Evolution API 2.x (`src/main.ts`, `sendMessage.dto.ts`), WAHA
/// (NestJS and `AllExceptionsFilter`) and gowa (`pkg/error`); the values are made up.
@Suite(.limitedConcurrency)
struct GatewayErrorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let gateway: String
        let status: Int
        let body: String
        /// In the attempt's error.
        let error: String
        /// In Chatwoot's `external_error`.
        let external: String
        var testDescription: String { "\(gateway) \(status) \(body.prefix(60))" }
    }

    static let cases = [
        Case(
            gateway: "cloud_api", status: 400,
            body:
                #"{"error":{"message":"(#131030) Recipient phone number not in allowed list","type":"OAuthException","code":131030,"error_data":{"messaging_product":"whatsapp","details":"Recipient phone number not in allowed list: Add recipient phone number to recipient list and try again."},"fbtrace_id":"A"}}"#,
            error:
                "The gateway answered 400 with code 131030: Recipient phone number not in allowed list: Add recipient phone number to recipient list and try again.",
            external:
                "The number is not in the list of recipients that the test number may write to (131030: Recipient phone number not in allowed list: Add recipient phone number to recipient list and try again.)"
        ),
        Case(
            gateway: "cloud_api", status: 401,
            body:
                #"{"error":{"message":"Error validating access token: Session has expired","type":"OAuthException","code":190,"error_subcode":463}}"#,
            error:
                "The gateway answered 401 with code 190: Error validating access token: Session has expired; its key (token:) is wrong, or is not for this session",
            external:
                "Meta's access token is not valid any more; an administrator must replace it (190: Error validating access token: Session has expired)"
        ),
        Case(
            gateway: "cloud_api", status: 400, body: #"{"error":{"message":"(#9) odd","code":9}}"#,
            error: "The gateway answered 400 with code 9: odd", external: "The gateway refused the message: 9: odd"),
        Case(
            gateway: "evolution", status: 400,
            body:
                #"{"status":400,"error":"Bad Request","response":{"message":[{"jid":"5511@s.whatsapp.net","exists":false,"number":"5511"}]}}"#,
            error: "The gateway answered 400: 5511 is not on WhatsApp",
            external: "The gateway refused the message: 5511 is not on WhatsApp"),
        Case(
            gateway: "evolution", status: 400,
            body:
                #"{"status":400,"error":"Bad Request","response":{"message":[["instance requires property \"text\""],"Owned media must be a url or base64"]}}"#,
            error: #"The gateway answered 400: instance requires property "text"; Owned media must be a url or base64"#,
            external:
                #"The gateway refused the message: instance requires property "text"; Owned media must be a url or base64"#
        ),
        Case(
            gateway: "evolution", status: 404,
            body:
                #"{"status":404,"error":"Not Found","response":{"message":["The \"main\" instance does not exist"]}}"#,
            error:
                #"The gateway answered 404: The "main" instance does not exist; it has no such session or instance, or another version of the interface"#,
            external:
                #"The gateway does not have this WhatsApp session; an administrator must connect it: The "main" instance does not exist"#
        ),
        Case(
            gateway: "evolution", status: 401,
            body: #"{"status":401,"error":"Unauthorized","response":{"message":"Unauthorized"}}"#,
            error: "The gateway answered 401: Unauthorized; its key (token:) is wrong, or is not for this session",
            external: "The gateway does not accept the relay's key; an administrator must correct it: Unauthorized"),
        Case(
            gateway: "waha", status: 422,
            body:
                #"{"statusCode":422,"error":"Unprocessable Entity","message":"Session status is not as expected. Try again later or restart the session"}"#,
            error:
                "The gateway answered 422: Session status is not as expected. Try again later or restart the session",
            external:
                "The gateway refused the message: Session status is not as expected. Try again later or restart the session"
        ),
        Case(
            gateway: "waha", status: 400,
            body: #"{"statusCode":400,"message":["chatId must be a string","text is empty"],"error":"Bad Request"}"#,
            error: "The gateway answered 400: chatId must be a string; text is empty",
            external: "The gateway refused the message: chatId must be a string; text is empty"),
        Case(
            gateway: "waha", status: 500,
            body:
                #"{"statusCode":500,"timestamp":"2025-01-01T00:00:00Z","exception":{"message":"Evaluation failed:\n t","name":"Error","stack":"secret"},"request":{"path":"/api/sendText"}}"#,
            error: "The gateway answered 500: Evaluation failed: t",
            external: "The gateway is out of order at the moment; try again later: Evaluation failed: t"),
        Case(
            gateway: "gowa", status: 400,
            body: #"{"status":400,"code":"VALIDATION_ERROR","message":"phone: cannot be blank.","results":null}"#,
            error: "The gateway answered 400: phone: cannot be blank.",
            external: "The gateway refused the message: phone: cannot be blank."),
        Case(
            gateway: "gowa", status: 200, body: #"{"code":"INVALID_JID","message":"no such number"}"#,
            error: "gowa answered INVALID_JID: no such number",
            external: "The gateway refused the message: no such number"),
        Case(
            gateway: "bridge", status: 503, body: #"{"error":{"message":"the session is not connected to WhatsApp"}}"#,
            error: "The gateway answered 503: the session is not connected to WhatsApp",
            external:
                "The gateway is out of order at the moment; try again later: the session is not connected to WhatsApp"),
        Case(
            gateway: "bridge", status: 400, body: #"{"error":"no media"}"#,
            error: "The gateway answered 400: no media", external: "The gateway refused the message: no media"),
        Case(
            gateway: "bridge", status: 429, body: "Retry later\n", error: "The gateway answered 429: Retry later",
            external: "The gateway refused the message: Retry later"),
        Case(
            gateway: "bridge", status: 502, body: "<html><h1>502 Bad Gateway</h1></html>",
            error: "The gateway answered 502",
            external: "The gateway is out of order at the moment; try again later: HTTP 502"),
        Case(
            gateway: "bridge", status: 400, body: "", error: "The gateway answered 400",
            external: "The gateway refused the message: HTTP 400"),
    ]

    @Test(arguments: cases)
    func theReasonIsInTheAttemptAndInFrontOfTheAgent(_ example: Case) async throws {
        let gateway = try #require(WhatsAppGatewayAdapterTests.gateways.first { $0.name == example.gateway })
        try await withSender(gateway) { sender in
            sender.receiver.respond { request in
                request.path.hasPrefix("/api/v1/accounts/")
                    ? .status(200, body: "{}") : .status(example.status, body: example.body)
            }
            let result = await sender.send(text: "Hi")
            #expect(result.outcome == .refused)
            #expect(result.error == example.error)
            await sender.giveUp(after: result)
            let told = try JSON(parsing: try #require(sender.receiver.requests.last).body)
            #expect(told["status"] == "failed")
            #expect(told["external_error"]?.string == example.external)
        }
    }

    @Test(arguments: [
        (AttemptResult.Outcome.failed(.connect), "The gateway cannot be reached; try again later"),
        (.failed(.dns), "The gateway cannot be reached; try again later"),
        (.failed(.timeout), "The gateway did not answer; look on the phone whether the message was sent"),
        (.failed(.reset), "The gateway did not answer; look on the phone whether the message was sent"),
    ])
    func aFailureWithoutAnAnswerIsToldToo(_ outcome: AttemptResult.Outcome, _ external: String) async throws {
        let gateway = try #require(WhatsAppGatewayAdapterTests.gateways.first { $0.name == "evolution" })
        try await withSender(gateway) { sender in
            sender.receiver.respond { _ in .status(200, body: "{}") }
            await sender.giveUp(
                after: AttemptResult(outcome: outcome, error: "English", target: "x", duration: .zero))
            let told = try JSON(parsing: try #require(sender.receiver.requests.first).body)
            #expect(told["external_error"]?.string == external)
        }
    }

    @Test func longAndStrangeBodiesBecomeOneShortLine() {
        let long = GatewayErrorBody(body: #"{"message":"\#(String(repeating: "é\\n", count: 5000))"}"#)
        #expect(long.reason?.unicodeScalars.count == 301)
        #expect(long.reason?.contains("\n") == false)
        for body in ["{}", "[]", #"{"error":true}"#, #"{"message":{"a":[null]}}"#, #"{"message":""}"#, "{", "null"] {
            let reason = GatewayErrorBody(body: body).reason
            #expect(reason == nil || reason == body, "\(body): \(reason ?? "")")
        }
        #expect(GatewayErrorBody(body: nil) == GatewayErrorBody(.null))
    }
}
