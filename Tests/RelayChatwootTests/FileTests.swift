import RelayChatwoot
import Testing

struct FileTests {
    @Test(
        arguments: [
            ("image/jpeg", "image", "image/jpeg", UploadContentType.DisplayKind.image),
            ("IMAGE/JPG", "image", "image/jpeg", .image),
            ("image/heic", "image", "image/heic", .file), ("image/svg+xml", "document", "image/svg+xml", .file),
            ("video/mp4; codecs=avc1", "video", "video/mp4", .video), ("video/3gpp", "video", "video/3gpp", .file),
            ("audio/mp4", "audio", "audio/mp4", .audio), ("audio/ogg; codecs=opus", "audio", "audio/ogg", .audio),
            ("application/pdf", "document", "application/pdf", .file), (nil, "image", "image/jpeg", .image),
            (nil, "sticker", "image/webp", .image), (nil, "document", "application/octet-stream", .file),
            ("no type", "video", "video/mp4", .video), ("a/b\r\nX: y", "document", "application/octet-stream", .file),
        ] as [(String?, String, String, UploadContentType.DisplayKind)])
    func aTypeIsWhatChatwootShows(
        _ told: String?, _ kind: String, _ name: String, _ shown: UploadContentType.DisplayKind
    ) {
        let type = UploadContentType(told, kind: kind, isVoice: false)
        #expect(type.name == name && type.shown == shown)
    }

    @Test(arguments: [nil, "audio/ogg; codecs=opus", "audio/opus", "application/ogg"] as [String?])
    func aVoiceNoteIsOgg(_ told: String?) {
        #expect(UploadContentType(told, kind: "audio", isVoice: true).name == "audio/ogg")
    }

    @Test func aVoiceNoteOfAnotherKindStaysWhatItIs() {
        #expect(UploadContentType("audio/mp4", kind: "audio", isVoice: true).name == "audio/mp4")
    }

    @Test(
        arguments: [
            ("nota.pdf", "nota.pdf"), ("../../etc/passwd", "passwd.pdf"), ("C:\\temp\\nota.pdf", "nota.pdf"),
            ("a\"b\r\nc;.pdf", "a_bc_.pdf"), ("fdp\u{202E}exe.pdf", "fdpexe.pdf"), (".hidden", "hidden.pdf"),
            ("", "document-3EB0A1.pdf"), (nil, "document-3EB0A1.pdf"), ("...", "document-3EB0A1.pdf"),
            ("relatório v1.2", "relatório v1.2"), ("relatório final", "relatório final.pdf"), ("a/", "a.pdf"),
        ] as [(String?, String)])
    func aNameIsSafe(_ given: String?, _ name: String) {
        let type = UploadContentType("application/pdf", kind: "document", isVoice: false)
        #expect(UploadFileNameSanitizer.safe(given, stem: "document-3EB0A1", type: type) == name)
    }

    @Test func aLongNameKeepsItsEnding() {
        let type = UploadContentType("application/pdf", kind: "document", isVoice: false)
        let name = UploadFileNameSanitizer.safe(String(repeating: "á", count: 300) + ".pdf", stem: "x", type: type)
        #expect(name.unicodeScalars.count <= 120 && name.hasSuffix("á.pdf"))
    }
}
