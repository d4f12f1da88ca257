import RelayCore
import RelayFormats
import RelayJSON
import RelayTesting
import Testing

/// Files inside documents, in the forms in which gateways put them there.
struct EmbeddedFileTests {
    /// 300 bytes whose base64 has `+` in many places.
    private static let file = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ 0xFB) }
    private static let base64 = Base64.encode(file)

    private static func lines(_ length: Int, _ separator: String, of text: String = base64) -> String {
        stride(from: 0, to: text.count, by: length).map { start in
            String(text.dropFirst(start).prefix(length))
        }.joined(separator: separator)
    }

    private func evolutionEvent(_ file: JSON, node: String = "imageMessage", _ fields: JSONObject = [:]) throws
        -> ParsedEvent
    {
        var data = try json(
            #"{"key": {"remoteJid": "5511999999001@s.whatsapp.net", "id": "3EB0A1", "fromMe": false}, "messageTimestamp": 1750168528}"#
        )
        data["message"] = [node: .object(fields), "base64": file]
        return try one(evolution("messages.upsert", data.text), as: EvolutionFormat())
    }

    static let forms: [JSON] = [
        .string(base64), .string("data:image/jpeg;base64," + base64), .string(lines(76, "\r\n")),
        .string(lines(64, "\n") + "\n"), .string(lines(76, " ")), .string(lines(76, "\r\n  ")),
        .string("  " + base64 + " "), .string(base64.replacing("+", with: " ")),
        .string("data:image/jpeg;base64," + lines(76, "\n", of: base64.replacing("+", with: " "))),
        .string(base64.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")),
        .string(base64.replacing("+", with: "%2B").replacing("/", with: "%2F").replacing("=", with: "%3D")),
        ["type": "Buffer", "data": .array(file.map { .int(Int64($0)) })], ["type": "Buffer", "data": .string(base64)],
    ]

    @Test(arguments: forms) func everyFormIsRead(_ form: JSON) throws {
        let event = try evolutionEvent(form)
        #expect(event.embedded == Self.file)
        #expect(event.payload["raw_media"]?["error"] == nil)
    }

    /// Blanks stand for `+` or for nothing; random files with either are read.
    @Test(arguments: 1...20 as ClosedRange<UInt64>) func blanksAreReadAsWhatTheyStandFor(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<20 {
            let bytes = (0..<Int.random(in: 200...900, using: &generator)).map { _ in
                UInt8.random(in: .min ... .max, using: &generator)
            }
            let text = Base64.encode(bytes)
            let plus = try evolutionEvent(.string(text.replacing("+", with: " ")))
            #expect(plus.embedded == bytes, "seed \(seed), + as blank")
            let wrapped = try evolutionEvent(.string(Self.lines(76, " ", of: text)))
            #expect(wrapped.embedded == bytes, "seed \(seed), lines")
        }
    }

    static let unreadable: [JSON] = [
        "not base64!", "AAAAA", "data:image/jpeg;base64,", 7, ["type": "Buffer"], ["a", "b"], [1, 2, 300], true, "====",
    ]

    @Test(arguments: unreadable) func whatCannotBeReadLeavesItsReason(_ form: JSON) throws {
        let event = try evolutionEvent(form)
        #expect(event.embedded == nil)
        let raw = try #require(event.payload["raw_media"])
        #expect(raw["error"]?["reason"] == "gateway_error")
        #expect(raw["error"]?["message"]?.string?.contains("base64") == true)
        // Whoever tries to fetch it gets that reason, and not another one.
        let error = #expect(throws: MediaError.self) { try RawMediaReference(raw) }
        #expect(error?.code == .gatewayError)
    }

    @Test(arguments: ["", nil] as [JSON?]) func whatIsMissingIsNoError(_ form: JSON?) throws {
        let event = try evolutionEvent(form ?? .null)
        #expect(event.payload["raw_media"] == nil)
    }

    /// WhatsApp's own file is still there to be fetched.
    @Test func whatCannotBeReadDoesNotHideTheReference() throws {
        let event = try evolutionEvent(
            "not base64!",
            ["url": "https://mmg.whatsapp.net/x", "mediaKey": .string(Base64.encode(Array(0..<32)))])
        let raw = try #require(event.payload["raw_media"])
        #expect(raw["error"]?["reason"] == "gateway_error")
        #expect(try RawMediaReference(raw).locations.count == 1)
    }

    @Test func theEnvelopesFilesAreReadInTheSameWay() throws {
        for (text, isRead) in [(Self.lines(76, "\n"), true), ("not base64!", false)] {
            var document = try json(upsert(message(#"{"imageMessage": {"mimetype": "image/jpeg"}}"#)))
            document["extra"] = ["media": ["3EB0A1": .string(text)]]
            let event = try one(document.text)
            #expect((event.embedded == Self.file) == isRead)
            #expect((event.payload["raw_media"]?["error"] == nil) == isRead)
        }
    }

    // MARK: WAHA

    private func waha(_ fields: String) throws -> ParsedEvent {
        try one(
            WAHADocuments.envelope(
                "message",
                #"{"id": "false_5511999999002@c.us_3A01", "timestamp": 1768580591, "fromMe": false, \#(fields)}"#,
                engine: "WEBJS"
            ),
            as: WAHAFormat()
        )
    }

    @Test func wahasFilesAreReadInTheSameWay() throws {
        let text = Self.lines(76, #"\n"#)
        let good = try waha(#""hasMedia": true, "media": {"mimetype": "image/png", "data": "\#(text)"}"#)
        #expect(good.embedded == Self.file)
        let bad = try waha(#""hasMedia": true, "media": {"mimetype": "image/png", "data": "not base64!"}"#)
        #expect(bad.embedded == nil)
        #expect(bad.payload["type"] == "image")
        #expect(bad.payload["raw_media"]?["error"]?["reason"] == "gateway_error")
    }

    @Test(arguments: [
        (#""ENOENT: no such file""#, "ENOENT: no such file"), (#"{"message": "403"}"#, "403"),
        (#"{"error": {"message": "timeout"}, "statusCode": 500}"#, "timeout"), (#"{"details": "too big"}"#, "too big"),
        (#"{"name": "AxiosError"}"#, "AxiosError"), (#"{"statusCode": 500}"#, #"{"statusCode":500}"#),
    ])
    func wahasReasonIsKept(_ error: String, _ told: String) throws {
        let event = try waha(
            #""hasMedia": true, "media": {"url": null, "mimetype": "video/mp4", "error": \#(error)}"#)
        #expect(event.payload["content"]?["mediaStatus"] == "failed")
        #expect(event.payload["content"]?["mediaError"]?.string == told)

        // Also when the relay can fetch the file from WhatsApp instead.
        let document = WAHADocuments.gowsImage.replacing(
            #""url": "http://waha:3000/api/files/shop/3EB0C0FFEE.jpg""#, with: #""url": null"#
        ).replacing(#""error": null"#, with: #""error": \#(error)"#)
        let fetched = try one(document, as: WAHAFormat())
        #expect(fetched.payload["content"]?["mediaStatus"] == nil)
        #expect(fetched.payload["raw_media"]?["mediaKey"] != .null)
        #expect(fetched.payload["raw_media"]?["error"]?["reason"] == "gateway_error")
        #expect(fetched.payload["raw_media"]?["error"]?["message"]?.string?.hasSuffix(told) == true)
    }

    @Test(arguments: ["null", "{}", #""""#]) func noReasonIsNone(_ error: String) throws {
        let event = try waha(
            #""hasMedia": true, "media": {"url": null, "mimetype": "video/mp4", "error": \#(error)}"#)
        #expect(event.payload["content"]?["mediaStatus"] == "not_downloaded")
        #expect(event.payload["content"]?["mediaError"] == nil)
    }
}
