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
}
