import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// `raw_media` (reference (c), B-B1, B-T1).
struct MediaReferenceTests {
    private let key = "aaNJkUc0uTWdoM2JI+bf3gbx4rziMiLHOMUhVwuoJCo="
    private static let bytes: [Int] = [
        105, 163, 73, 145, 71, 52, 185, 53, 157, 160, 205, 137, 35, 230, 223, 222, 6, 241, 226, 188, 226, 50, 34, 199,
        56, 197,
        33, 87, 11, 168, 36, 42,
    ]

    private func media(_ fields: String) throws -> JSON {
        let path = fields.contains("directPath") ? "" : #""directPath": "/v/x.enc", "#
        let node = #"{"videoMessage": {\#(path)\#(fields)}}"#
        return try #require(try one(upsert(message(node))).payload["raw_media"])
    }

    private static var encodings: [String] {
        let numbers = bytes.map { "\($0)" }.joined(separator: ", ")
        // The order of a database that sorts keys as texts: 0, 1, 10, 11 …
        let sorted = bytes.indices.map { "\($0)" }.sorted().compactMap(Int.init)
        let indexed = sorted.map { #""\#($0)": \#(bytes[$0])"# }.joined(separator: ", ")
        return [
            #""aaNJkUc0uTWdoM2JI+bf3gbx4rziMiLHOMUhVwuoJCo=""#, #""aaNJkUc0uTWdoM2JI-bf3gbx4rziMiLHOMUhVwuoJCo""#,
            #"{"type": "Buffer", "data": [\#(numbers)]}"#,
            #"{"type": "Buffer", "data": "aaNJkUc0uTWdoM2JI+bf3gbx4rziMiLHOMUhVwuoJCo="}"#, "[\(numbers)]",
            "{\(indexed)}",
            "[10, 32, \(numbers)]",
        ]
    }

    @Test(arguments: encodings)
    func theKeyIsReadInEveryEncoding(_ encoding: String) throws {
        #expect(try media(#""mediaKey": \#(encoding)"#)["mediaKey"]?.string == key)
    }

    @Test(arguments: [
        #""********""#, #""AAAA""#, "[1, 2, 3]", "[256]", "[-1]", #"{"0": 1, "2": 3}"#, #"{"type": "Buffer"}"#, "7",
        "null", "{}", "true",
    ])
    func whatIsNoKeyIsNull(_ value: String) throws {
        #expect(try media(#""mediaKey": \#(value), "fileSha256": \#(value)"#)["mediaKey"] == .null)
    }

    /// The two public vectors: 398708 → 398730 and 117512 → 117530.
    @Test(
        arguments: [
            (398_708, 398_730), (117_512, 117_530), (0, 26), (15, 26), (16, 42), (9_876_543_210, 9_876_543_226),
        ] as [(Int64, Int64)])
    func theEncryptedLengthIsComputed(_ plain: Int64, _ encrypted: Int64) throws {
        let media = try media(#""fileLength": "\#(plain)""#)
        #expect(media["fileLength"] == .int(plain))
        #expect(media["encFileLength"] == .int(encrypted))
    }

    @Test(arguments: ["9223372036854775807", #""18446744073709551615""#, "-1", #""many""#, "1e30", "null"])
    func aLengthThatCannotBeIsUnknown(_ value: String) throws {
        #expect(try media(#""fileLength": \#(value)"#)["encFileLength"] == .null)
    }

    @Test func everythingThatTheDownloadNeedsIsThere() throws {
        let media = try media(
            #"""
            "url": "https://mmg.whatsapp.net/v/t62.7161-24/a.enc?ccb=11-4&oh=x&oe=602F3D69&_nc_sid=5", "mimetype": "video/mp4",
            "directPath": "/v/t62.7161-24/a.enc?ccb=11-4&oe=602F3D69", "mediaKey": "\#(key)", "fileSha256": "\#(key)",
            "fileEncSha256": "\#(key)", "fileLength": {"low": 398708, "high": 0, "unsigned": true}, "seconds": 12,
            "mediaKeyTimestamp": "1750000000", "jpegThumbnail": "AAAA", "caption": "c"
            """#
        )
        #expect(
            media == [
                "mediaType": "video",
                "url": "https://mmg.whatsapp.net/v/t62.7161-24/a.enc?ccb=11-4&oh=x&oe=602F3D69&_nc_sid=5",
                "directPath": "/v/t62.7161-24/a.enc?ccb=11-4&oe=602F3D69", "mediaKey": .string(key),
                "fileEncSha256": .string(key), "fileSha256": .string(key), "fileLength": 398_708,
                "encFileLength": 398_730,
                "mimetype": "video/mp4", "seconds": 12, "mediaKeyTimestamp": 1_750_000_000, "expiresAt": 1_613_708_649,
            ]
        )
    }

    @Test func theLaterOfTwoExpiriesCounts() throws {
        let media = try media(
            #"""
            "url": "https://mmg.whatsapp.net/v/a.enc?oh=x&oe=602F3D69", "directPath": "/v/a.enc?oh=y&oe=602F3D70",
            "mediaKey": "\#(key)"
            """#)
        #expect(media["expiresAt"] == .int(0x602F_3D70))
    }

    /// Messages of channels have the hash of the plain file only.
    @Test func aFileOfAChannelHasNoKeyAndCanBeFetched() throws {
        let document = upsert(
            message(
                #"""
                {"imageMessage": {"url": "https://mmg.whatsapp.net/m1/v/t24/x?oe=693F0B70", "mimetype": "image/jpeg",
                 "fileSha256": "\#(key)", "fileLength": "3000", "directPath": "/m1/v/t24/x?oe=693F0B70"}}
                """#
            ).replacing("5511999999001@s.whatsapp.net", with: "120363000000000001@newsletter"))
        let media = try #require(try one(document).payload["raw_media"])
        #expect(media["mediaKey"] == .null)
        #expect(media["encFileLength"] == .null, "it is not encrypted")
        let reference = try RawMediaReference(media)
        #expect(
            reference.locations == [
                .whatsApp(
                    url: "https://mmg.whatsapp.net/m1/v/t24/x?oe=693F0B70", directPath: "/m1/v/t24/x?oe=693F0B70",
                    key: nil)
            ])
        #expect(reference.fileSHA256 == Base64.decode(key))
    }

    private func stickerPack(_ fields: String) throws -> ParsedEvent {
        try one(
            upsert(
                message(
                    #"""
                    {"stickerPackMessage": {"stickerPackId": "p1", "name": "Gatinhos", "publisher": "Ana", \#(fields)
                     "stickers": [{"fileName": "a.webp", "isAnimated": false, "mimetype": "image/webp"}]}}
                    """#)))
    }

    @Test func aStickerPackIsADocumentThatCanBeFetched() throws {
        let event = try stickerPack(
            #"""
            "fileLength": "4000", "fileSha256": "\#(key)", "fileEncSha256": "\#(key)", "mediaKey": "\#(key)",
            "directPath": "/v/t62.15575-24/p.enc?oe=693F0B70", "caption": "veja",
            """#)
        #expect(event.payload["type"] == "document")
        #expect(
            event.payload["content"] == [
                "caption": "veja", "mimetype": "application/zip", "fileName": "Gatinhos.zip", "title": "Gatinhos",
            ])
        let media = try #require(event.payload["raw_media"])
        #expect(media["mediaType"] == "sticker_pack")
        #expect(try RawMediaReference(media).kind == .stickerPack)
    }

    @Test func aStickerPackThatCannotBeFetchedSaysSo() throws {
        let media = try #require(try stickerPack(#""directPath": "/v/p.enc","#).payload["raw_media"])
        let error = #expect(throws: MediaError.self) { try RawMediaReference(media) }
        #expect(error?.code == .incomplete)
        #expect(error?.message.contains("without mediaKey") == true)
        let nothing = try stickerPack("").payload["raw_media"]
        #expect(nothing?["error"]?["reason"] == "incomplete")
        #expect(nothing?["error"]?["message"]?.string?.contains("address") == true)
    }
}
