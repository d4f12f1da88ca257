import Foundation
import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// The documents in `examples/events` must equal what the formats read.
struct ExamplesTests {
    private static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("examples/events")

    private func example(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: Self.folder.appendingPathComponent(name)), as: UTF8.self)
    }

    @Test(
        arguments: [
            ("text", EventType.messageReceived, "text"), ("image", .messageReceived, "image"),
            ("group", .messageReceived, "text"),
            ("connection", .sessionConnected, nil), ("native", .messageReceived, "text"),
        ] as [(String, EventType, String?)])
    func everyFileIsOneEvent(_ name: String, _ type: EventType, _ kind: String?) throws {
        let format: any SourceFormat = name == "native" ? NativeFormat() : BaileysFormat()
        let events = try read(try example(name + ".json"), as: format, session: nil)
        #expect(events.map(\.type) == [type])
        #expect(events.first?.session == "demo")
        #expect(events.first?.payload["type"]?.string == kind)
    }

    /// The same message in the format of each gateway.
    @Test(arguments: ["evolution", "evolution_go", "waha", "gowa", "cloud_api"])
    func everyGatewaysTextIsTheSameEvent(_ name: String) throws {
        let format = try #require(BuiltInSourceFormats.format(named: name))
        let events = try read(try example(name + ".json"), as: format, session: name == "cloud_api" ? "demo" : nil)
        let event = try #require(events.first)
        #expect(events.count == 1)
        #expect(event.type == .messageReceived)
        #expect(event.session == "demo")
        #expect(event.chat == "5511999999001@s.whatsapp.net")
        #expect(event.payload["from"] == "5511999999001@s.whatsapp.net")
        #expect(event.payload["contactName"] == "Maria Silva")
        #expect(event.payload["type"] == "text")
        #expect(event.payload["content"]?["text"]?.string?.hasPrefix("Hello from ") == true)
        #expect(!JSON.object(event.payload).text.contains("change-me"))
    }

    @Test func thePictureHasAllThatItsDownloadNeeds() throws {
        let media = try #require(try read(try example("image.json"), session: nil).first?.payload["raw_media"])
        for field in ["url", "directPath", "mediaKey", "fileEncSha256", "fileSha256", "fileLength", "expiresAt"] {
            #expect(media[field] != nil && media[field] != .null, "\(field)")
        }
    }

    @Test func theGroupsAuthorIsKnownByThePhone() throws {
        let event = try #require(try read(try example("group.json"), session: nil).first)
        #expect(event.payload["participant"] == "5511999999002@s.whatsapp.net")
        #expect(event.payload["participantLid"] == "100000000000002@lid")
    }

    @Test func theLinesAreAMorningsEvents() throws {
        let lines = try example("events.ndjson").split(separator: "\n")
        #expect(lines.count == 15)
        let types = try lines.flatMap { try read(String($0), session: nil) }.map(\.type.name)
        #expect(
            types == [
                "session.qr_updated", "session.connected", "contact.updated", "contact.updated", "group.updated",
                "message.received", "message.received", "message.received", "message.sent", "message.delivered",
                "message.read", "message.reaction", "message.received", "message.updated", "message.received",
                "session.disconnected",
            ]
        )
    }
}
