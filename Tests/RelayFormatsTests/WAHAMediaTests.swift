import RelayCore
import RelayFormats
import RelayJSON
import Testing

struct WAHAMediaTests {
    private func message(_ fields: String, engine: String = "WEBJS") throws -> ParsedEvent {
        try one(
            WAHADocuments.envelope(
                "message",
                #"{"id": "false_5511999999002@c.us_3A01", "timestamp": 1768580591, "fromMe": false, \#(fields)}"#,
                engine: engine
            ),
            as: WAHAFormat()
        )
    }

    @Test func bothPlacesOfTheFileAreKnown() throws {
        let event = try one(WAHADocuments.gowsImage, as: WAHAFormat())
        #expect(event.chat == "120363000000000001@g.us")
        let expected: JSON = [
            "type": "image", "content": ["caption": "look", "mimetype": "image/jpeg", "width": 600, "height": 800],
            "participant": "5511999999003@s.whatsapp.net", "participantLid": "100000000000003@lid",
            "participantName": "Maria Ltd", "verifiedName": "Maria Ltd", "pushName": "Maria", "forwarded": true,
            "mentions": [
                ["id": "5511999999004@s.whatsapp.net", "lid": .null, "phone": "5511999999004", "name": .null],
                ["id": "77@lid", "lid": "77@lid", "phone": .null, "name": .null],
            ], "viewOnce": true,
            "quoted": [
                "messageId": "3EB0QUOTED", "participant": "900000000000000@lid", "type": "text", "text": "which one?",
            ],
            "raw_media": [
                "mediaType": "image", "url": "https://mmg.whatsapp.net/v/t62.7118-24/x.enc?oe=693F0B70",
                "mediaKey": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "fileLength": 117_512,
                "fileEncSha256": "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=", "expiresAt": 1_765_739_376,
                "gatewayUrl": "http://waha:3000/api/files/shop/3EB0C0FFEE.jpg",
            ],
        ]
        #expect(difference(.object(event.payload), from: expected) == nil)
        #expect(JSON.object(event.payload).text.contains("VEhVTUI") == false)
    }

    @Test func aVoiceNoteOfWhatsAppWeb() throws {
        let event = try one(WAHADocuments.webjsVoice, as: WAHAFormat())
        let expected: JSON = [
            "type": "audio", "contactName": "Ana", "forwarded": true,
            "content": ["mimetype": "audio/ogg; codecs=opus", "seconds": 7, "ptt": true],
            "raw_media": [
                "mediaType": "audio", "directPath": "/v/t62.7117-24/y.enc", "fileLength": 9000,
                "mediaKey": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
                "gatewayUrl": "http://waha:3000/api/files/3AVOICE.oga", "mediaKeyTimestamp": 1_768_580_799,
            ],
        ]
        #expect(difference(.object(event.payload), from: expected) == nil)
    }

    @Test(arguments: [
        ("image/jpeg", "image"), ("image/webp", "sticker"), ("application/was", "sticker"), ("video/mp4", "video"),
        ("audio/ogg; codecs=opus", "audio"), ("audio/mpeg", "audio"), ("application/pdf", "document"),
    ])
    func withoutTheEnginesDataTheTypeOfTheFileTells(_ mimetype: String, _ kind: String) throws {
        let event = try message(
            #""hasMedia": true, "media": {"url": "http://waha:3000/api/files/a", "mimetype": "\#(mimetype)"}"#)
        #expect(event.payload["type"]?.string == kind)
        let media: JSON = [
            "mediaType": .string(kind), "scheme": "url", "url": "http://waha:3000/api/files/a",
            "mimetype": .string(mimetype),
        ]
        #expect(difference(event.payload["raw_media"], from: media) == nil)
        if kind == "audio" { #expect(event.payload["content"]?["ptt"] == .bool(mimetype.hasPrefix("audio/ogg"))) }
    }

    @Test func gifsAndDocuments() throws {
        let gif = try message(
            #"""
            "body": "haha", "hasMedia": true, "media": {"url": "http://waha/a.mp4", "mimetype": "video/mp4"},
            "_data": {"type": "video", "isGif": true, "duration": 3}
            """#
        )
        #expect(gif.payload["content"] == ["caption": "haha", "mimetype": "video/mp4", "seconds": 3, "gif": true])
        let document = try message(
            #"""
            "hasMedia": true, "media": {"url": "http://waha/b", "mimetype": "application/pdf", "filename": "bill.pdf"}
            """#
        )
        #expect(document.payload["content"]?["fileName"] == "bill.pdf")
        #expect(document.payload["raw_media"]?["fileName"] == "bill.pdf")
    }

    @Test func whatWasNotDownloadedSaysSo() throws {
        let skipped = try message(
            #""body": "look", "hasMedia": true, "media": {"url": null, "mimetype": "image/jpeg", "filename": null}"#)
        #expect(skipped.payload["type"] == "image")
        #expect(
            skipped.payload["content"] == [
                "caption": "look", "mimetype": "image/jpeg", "mediaStatus": "not_downloaded",
            ]
        )
        #expect(skipped.payload["raw_media"] == nil)
        let failed = try message(
            #"""
            "hasMedia": true, "media": {"url": null, "mimetype": "video/mp4", "error": {"message": "403"}}
            """#
        )
        #expect(failed.payload["content"]?["mediaStatus"] == "failed")
        #expect(failed.payload["content"]?["mediaError"] == "403")
        let nothing = try message(#""hasMedia": true, "media": null"#)
        #expect(nothing.payload["type"] == "unsupported")
        #expect(nothing.payload["content"]?["mediaStatus"] == "not_downloaded")
    }

    @Test func whatWAHADidNotDownloadIsStillAtWhatsApp() throws {
        let document = WAHADocuments.gowsImage.replacing(
            #""url": "http://waha:3000/api/files/shop/3EB0C0FFEE.jpg""#, with: #""url": null"#)
        let event = try one(document, as: WAHAFormat())
        #expect(event.payload["raw_media"]?["gatewayUrl"] == nil)
        #expect(event.payload["raw_media"]?["mediaKey"] != .null)
        #expect(event.payload["content"]?["mediaStatus"] == nil)
    }

    @Test func withoutAKeyOnlyWAHAsCopyCounts() throws {
        let document = WAHADocuments.gowsImage.replacing(
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", with: "")
        let event = try one(document, as: WAHAFormat())
        #expect(event.payload["raw_media"]?["scheme"] == "url")
        #expect(event.payload["raw_media"]?["url"] == "http://waha:3000/api/files/shop/3EB0C0FFEE.jpg")
        #expect(event.payload["raw_media"]?["fileLength"] == 117_512)
    }

    @Test func aFileInsideTheDocumentComesAlong() throws {
        let event = try message(
            #""hasMedia": true, "media": {"mimetype": "image/png", "data": "data:image/png;base64,QUJDRA=="}"#)
        #expect(event.embedded == Array("ABCD".utf8))
        #expect(event.payload["raw_media"]?["scheme"] == "stored")
        #expect(JSON.object(event.payload).text.contains("QUJDRA") == false)
    }

    @Test func aPictureThatMayBeSeenOnceAndIsGone() throws {
        let event = try message(
            #""body": null, "hasMedia": false, "_data": {"key": {"id": "3A01", "isViewOnce": true}}"#, engine: "NOWEB")
        #expect(event.payload["content"] == ["reason": "view_once_unavailable"])
        #expect(event.payload["viewOnce"] == true)
    }
}
