import Foundation
import RelayCore
import RelayTesting
import Testing

@testable import RelayMedia

@Suite struct MediaLinksTests {
    private let clock = ManualClock()
    private let media = StoredMedia(id: MediaID(digest: 0..<32), size: 5)

    private func links(lifetime: Duration = .seconds(86_400), key: [UInt8] = bytes(32)) -> MediaLinks {
        MediaLinks(publicURL: "https://relay.example.com/zap", lifetime: lifetime, masterKey: key, clock: clock)
    }

    /// The parts of a URL, decoded as by a server.
    private struct Parts {
        var id: String
        var name: String
        var expiry: String?
        var mimetype: String?
        var signature: String?

        init(_ url: String) throws {
            let components = try #require(URLComponents(string: url))
            let path = components.percentEncodedPath.split(separator: "/").map {
                String($0).removingPercentEncoding ?? ""
            }
            try #require(path.count == 4 && path[0] == "zap" && path[1] == "media")
            (id, name) = (path[2], path[3])
            func item(_ name: String) -> String? { components.queryItems?.first { $0.name == name }?.value ?? nil }
            (expiry, mimetype, signature) = (item("exp"), item("t"), item("sig"))
        }

        func check(_ links: MediaLinks) -> MediaLinks.Verdict {
            links.check(id: id, name: name, expiry: expiry, mimetype: mimetype, signature: signature)
        }
    }

    @Test func aLinkIsTakenAsItWasMade() throws {
        let links = links()
        let (url, expiresAt) = links.link(to: media, name: "Relatório final.pdf", mimetype: "application/pdf")
        #expect(url.hasPrefix("https://relay.example.com/zap/media/\(media.id)/Relat%C3%B3rio%20final.pdf?exp="))
        #expect(url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
        #expect(
            try Parts(url).check(links)
                == .valid(.init(id: media.id, name: "Relatório final.pdf", mimetype: "application/pdf")))
        #expect(expiresAt >= clock.wall + .seconds(86_400))
    }

    @Test(arguments: [nil, "audio/ogg; codecs=opus", "image/svg+xml"])
    func typesComeBackAsTheyWere(_ mimetype: String?) throws {
        let url = links().link(to: media, name: "a", mimetype: mimetype).url
        #expect(url.contains("&t=") == (mimetype != nil))
        #expect(try Parts(url).check(links()) == .valid(.init(id: media.id, name: "a", mimetype: mimetype)))
    }

    @Test(arguments: ["", "text", "a/b/c", "text/html\r\nX: y", "text/ht ml", "text/", "té/xt"])
    func whatIsNoTypeIsLeftOut(_ mimetype: String) throws {
        let url = links().link(to: media, name: "a", mimetype: mimetype).url
        #expect(try Parts(url).check(links()) == .valid(.init(id: media.id, name: "a", mimetype: nil)))
    }

    @Test func aChangeOfAnyPartIsForged() throws {
        let links = links()
        let parts = try Parts(links.link(to: media, name: "photo.jpg", mimetype: "image/jpeg").url)
        let other = StoredMedia(id: MediaID(digest: 1..<33), size: 5)
        let changes: [(String, (inout Parts) -> Void)] = [
            ("id", { $0.id = other.id.description }),
            ("id in capitals", { $0.id = $0.id.uppercased() }),
            ("no id", { $0.id = "photo" }),
            ("name", { $0.name = "photo.html" }),
            ("a letter moved", { ($0.name, $0.expiry) = ($0.name + "1", $0.expiry.map { String($0.dropFirst()) }) }),
            ("expiry", { $0.expiry = "9999999999" }),
            ("expiry with a sign", { $0.expiry = $0.expiry.map { "+" + $0 } }),
            ("no expiry", { $0.expiry = nil }),
            ("type", { $0.mimetype = "text/html" }),
            ("no type", { $0.mimetype = nil }),
            ("no signature", { $0.signature = nil }),
            ("empty signature", { $0.signature = "" }),
            ("longer signature", { $0.signature = $0.signature.map { $0 + "A" } }),
            ("shorter signature", { $0.signature = $0.signature.map { String($0.dropLast()) } }),
        ]
        for (what, change) in changes {
            var changed = parts
            change(&changed)
            #expect(changed.check(links) == .forged, "\(what)")
        }
        let signature = Array(try #require(parts.signature))
        #expect(signature.count == 22)
        for position in signature.indices {
            var changed = parts
            var letters = signature
            letters[position] = letters[position] == "A" ? "B" : "A"
            changed.signature = String(letters)
            #expect(changed.check(links) == .forged, "letter \(position)")
        }
    }

    @Test func anotherKeyMakesOtherLinks() throws {
        let url = links().link(to: media, name: "a", mimetype: nil).url
        #expect(try Parts(url).check(links(key: bytes(32, seed: 2))) == .forged)
        #expect(try Parts(url).check(links()) != .forged)
    }

    @Test func aLinkEndsWhenItSays() throws {
        let links = links()
        let (url, expiresAt) = links.link(to: media, name: "a", mimetype: nil)
        let parts = try Parts(url)
        clock.set(expiresAt - .milliseconds(1))
        #expect(parts.check(links) == .valid(.init(id: media.id, name: "a", mimetype: nil)))
        clock.advance(by: .milliseconds(1))
        #expect(parts.check(links) == .expired)
        var forged = parts
        forged.name = "b"
        #expect(forged.check(links) == .forged, "a forged one does not learn that it came late")
    }

    @Test func theSameFileHasTheSameLinkForAnHour() {
        let links = links()
        clock.set(Timestamp(seconds: 1_763_031_600))  // 11:00
        let first = links.link(to: media, name: "a", mimetype: nil)
        #expect(first.expiresAt == Timestamp(seconds: 1_763_031_600 + 86_400))
        clock.advance(by: .milliseconds(1))
        let second = links.link(to: media, name: "a", mimetype: nil)
        #expect(second.expiresAt == first.expiresAt + .seconds(3600))
        clock.advance(by: .seconds(3599))
        #expect(links.link(to: media, name: "a", mimetype: nil) == second)
    }

    @Test func aShortLifetimeIsNotStretchedToAnHour() {
        let (_, expiresAt) = links(lifetime: .seconds(60)).link(to: media, name: "a", mimetype: nil)
        #expect(expiresAt >= clock.wall + .seconds(60))
        #expect(expiresAt <= clock.wall + .seconds(120))
    }

    // MARK: Names

    @Test(arguments: [
        ("../../etc/passwd", "_.._etc_passwd"), ("C:\\Users\\x.doc", "C__Users_x.doc"), (".hidden", "hidden"),
        ("  a b  ", "a b"), ("a\u{0}b\nc", "abc"), ("gpj.\u{202E}exe", "gpj.exe"), ("...", ""),
        ("Ação 🚚.pdf", "Ação 🚚.pdf"),
        ("日本語.txt", "日本語.txt"), ("a/", "a_"), ("name.", "name"), ("👩‍🚒.png", "👩‍🚒.png"),
    ])
    func namesAreMadeSafe(_ name: String, _ expected: String) {
        #expect(MediaFileNameBuilder.safe(name) == expected)
    }

    @Test func longNamesKeepTheirEnding() {
        let name = MediaFileNameBuilder.safe(String(repeating: "é", count: 300) + ".pdf")
        #expect(name.utf8.count <= MediaFileNameBuilder.maximumBytes)
        #expect(name.hasSuffix("éé.pdf"))
        let family = String(repeating: "👨‍👩‍👧‍👦", count: 100)
        #expect(MediaFileNameBuilder.safe(family).utf8.count <= MediaFileNameBuilder.maximumBytes)
        #expect(!MediaFileNameBuilder.safe(family).isEmpty)
    }

    @Test func aNameIsMadeOfWhatIsKnown() {
        #expect(MediaFileNameBuilder.of("Nota.pdf", kind: .document, mimetype: nil) == "Nota.pdf")
        #expect(MediaFileNameBuilder.of(nil, kind: .image, mimetype: "image/jpeg") == "image.jpg")
        #expect(MediaFileNameBuilder.of("", kind: .audio, mimetype: "audio/ogg; codecs=opus") == "audio.ogg")
        #expect(MediaFileNameBuilder.of("..", kind: .video, mimetype: "VIDEO/MP4") == "video.mp4")
        #expect(MediaFileNameBuilder.of(nil, kind: .sticker, mimetype: nil) == "sticker.webp")
        #expect(MediaFileNameBuilder.of(nil, kind: .document, mimetype: "application/x-unknown") == "document.bin")
    }

    @Test func aLinkNeverLacksAName() throws {
        let parts = try Parts(links().link(to: media, name: "..", mimetype: nil).url)
        #expect(parts.name == "file")
    }
}
