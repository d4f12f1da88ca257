import Foundation
import Logging
import RelayChatwoot
import RelayCore
import RelayHTTPClient
import RelayJSON
import RelayMedia
import RelayTesting
import Testing

/// Messages with files, from a real directory.
@Suite(.limitedConcurrency)
struct FileForwardingTests {
    private func withFiles(
        _ options: String = "", _ body: (ForwardingFixture, LocalMediaStore) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("files-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let mediaStore = try await LocalMediaStore.open(path: folder.path, clock: SystemClock())
        try await withForwarding(options, mediaStore: mediaStore) { try await body($0, mediaStore) }
    }

    private func media(_ id: MediaID, size: Int, _ mimetype: String, _ more: JSONObject = [:]) -> JSON {
        var media: JSONObject = [
            "url": "https://relay.example/media/x?sig=1", "size": .int(Int64(size)), "sha256": .string("\(id)"),
            "mimetype": .string(mimetype),
        ]
        for (key, value) in more { media[key] = value }
        return .object(media)
    }

    private func image(_ fixture: ForwardingFixture, _ id: String, _ media: JSON) -> JSON {
        fixture.text(id, "", ["type": "image", "content": ["caption": "veja"], "media": media])
    }

    @Test func aFileIsAttachedAsWhatItIs() async throws {
        try await withFiles { fixture, mediaStore in
            let kinds = [
                ("image", "image/jpeg", "image"), ("video", "video/mp4; codecs=avc1", "video"),
                ("audio", "audio/mpeg", "audio"), ("sticker", "image/webp", "image"),
                ("document", "application/pdf", "file"),
            ]
            for (index, (type, mimetype, shown)) in kinds.enumerated() {
                let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ index) }
                let stored = try await mediaStore.deposit(bytes)
                try await fixture.take(
                    "message.received",
                    fixture.text(
                        "F\(index)", "",
                        ["type": .string(type), "content": [:], "media": media(stored.id, size: 1000, mimetype)]))
                let attachment = try #require(fixture.chatwoot.messages.last?.attachments.first)
                #expect(attachment.fileType == shown)
                #expect(attachment.bytes == bytes)
                #expect(!attachment.isVoiceMessage)
            }
        }
    }

    @Test func aVoiceNoteIsOne() async throws {
        try await withFiles { fixture, mediaStore in
            let stored = try await mediaStore.deposit(Array("OggS....".utf8))
            try await fixture.take(
                "message.received",
                fixture.text(
                    "V1", "",
                    [
                        "type": "audio", "content": ["ptt": true],
                        "media": media(stored.id, size: 8, "audio/ogg; codecs=opus"),
                    ]))
            let attachment = try #require(fixture.chatwoot.messages.last?.attachments.first)
            #expect(attachment.declaredType == "audio/ogg")
            #expect(attachment.isVoiceMessage)
            #expect(attachment.fileName.hasSuffix(".ogg"))
        }
    }

    /// A form of more than half a megabyte is stored in a temporary file while it is sent, and the file is deleted
    /// afterwards.
    @Test func aLargeFileGoesThroughAFileOfItsOwn() async throws {
        try await withFiles { fixture, mediaStore in
            let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
            let stored = try await mediaStore.deposit(bytes)
            try await fixture.take(
                "message.received", image(fixture, "L1", media(stored.id, size: bytes.count, "image/jpeg")))
            #expect(fixture.chatwoot.messages.last?.attachments.first?.bytes == bytes)
            let left = try FileManager.default.contentsOfDirectory(atPath: mediaStore.stagingDirectory)
            #expect(!left.contains { $0.hasPrefix("form-") })
        }
    }

    @Test func whatIsTooLargeOrGoneIsLinked() async throws {
        try await withFiles("max_size: 1kB") { fixture, mediaStore in
            let large = try await mediaStore.deposit([UInt8](repeating: 1, count: 2000))
            let gone = try #require(MediaID(String(repeating: "ab", count: 32)))
            // The size of one is in the event, the size of the other is known only to the storage.
            try await fixture.take("message.received", image(fixture, "T1", media(large.id, size: 2000, "image/jpeg")))
            try await fixture.take("message.received", image(fixture, "T2", media(large.id, size: 10, "image/jpeg")))
            try await fixture.take("message.received", image(fixture, "T3", media(gone, size: 10, "image/jpeg")))
            for message in fixture.chatwoot.messages {
                #expect(message.attachments.isEmpty)
                #expect(message.content?.contains("https://relay.example/media/x?sig=1") == true)
                #expect(message.content?.contains("veja") == true)
            }
            #expect(fixture.chatwoot.messages.count == 3)
        }
    }

    @Test func whatChatwootDoesNotTakeIsLinked() async throws {
        try await withFiles { fixture, mediaStore in
            let stored = try await mediaStore.deposit([1, 2, 3])
            fixture.chatwoot.next(1, .messageCreate, .status(413))
            try await fixture.take("message.received", image(fixture, "T1", media(stored.id, size: 3, "image/jpeg")))
            let message = try #require(fixture.chatwoot.messages.last)
            #expect(message.attachments.isEmpty)
            #expect(message.content?.contains("https://relay.example/media/x?sig=1") == true)
        }
    }

    @Test func aLateFileIsAReply() async throws {
        try await withFiles { fixture, mediaStore in
            try await fixture.take(
                "message.received",
                fixture.text(
                    "P1", "", ["type": "image", "content": [:], "raw_media": ["mediaType": "image", "pending": true]]))
            let stored = try await mediaStore.deposit([1, 2, 3])
            let late = fixture.text(
                "P1", "",
                [
                    "type": "image", "content": [:], "update": "media",
                    "media": media(stored.id, size: 3, "image/jpeg"),
                ])
            for _ in 1...2 { try await fixture.take("message.updated", late) }
            #expect(fixture.chatwoot.messages.count == 2)
            let reply = try #require(fixture.chatwoot.messages.last)
            #expect(reply.attachments.count == 1)
            #expect(reply.contentAttributes["in_reply_to"]?.int == Int64(fixture.chatwoot.messages[0].id))
        }
    }

    @Test func anUploadWhoseAnswerIsLostIsNotRepeated() async throws {
        try await withFiles { fixture, mediaStore in
            let stored = try await mediaStore.deposit([1, 2, 3])
            let message = image(fixture, "U1", media(stored.id, size: 3, "image/jpeg"))
            fixture.chatwoot.next(1, .messageCreate, .commitThenReset)
            _ = await fixture.send("message.received", message)
            try await fixture.take("message.received", message, attempt: 2)
            #expect(fixture.chatwoot.messages.count == 1)
        }
    }

    @Test func aCardComesAsAFile() async throws {
        try await withFiles { fixture, _ in
            let card: JSON = ["name": "João", "vcard": "BEGIN:VCARD\nVERSION:3.0\nFN:João\nEND:VCARD"]
            try await fixture.take(
                "message.received",
                fixture.text(
                    "C1", "", ["type": "contact", "content": ["contacts": [card], "vcard": card["vcard"] ?? .null]]))
            #expect(fixture.chatwoot.messages.count == 1)
        }
    }
}
