import Foundation
import RelayChatwoot
import RelayCore
import RelayJSON
import RelayMedia
import RelayTesting
import Testing

/// The requests to Chatwoot for every kind of message and event; `Golden/kinds.json` has one of each.
@Suite(.limitedConcurrency)
struct RequestTests {
    /// The requests are the same for all releases; each release uses the parts that it supports.
    @Test(arguments: ChatwootDouble.Release.allCases)
    func everyKindIsAskedForAsItWas(_ profile: ChatwootDouble.Release) async throws {
        let path = Golden.folder.appendingPathComponent("kinds.json")
        let kinds = try JSON(parsing: Array(Data(contentsOf: path))).array ?? []
        var all = JSONObject()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kinds-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let mediaStore = try await LocalMediaStore.open(path: folder.path, clock: SystemClock())
        let file = try await mediaStore.deposit([1, 2, 3])
        for kind in kinds {
            let event = try #require(kind["event"]?.string)
            let name = try #require(kind["name"]?.string)
            try await withForwarding("group_changes: note", profile: profile, mediaStore: mediaStore) { fixture in
                // The message that other events refer to.
                let isNew = event == "message.received" || name == "own"
                let earlier = name.hasPrefix("vote") ? "3EB0POLL" : isNew ? "3EB0OLD" : "3EB0A1"
                if !event.hasPrefix("session") { try await fixture.take("message.received", fixture.text(earlier)) }
                let before = fixture.chatwoot.requests.count
                var members = kind["payload"]?.object ?? [:]
                if var media = members["media"]?.object {
                    media["sha256"] = .string("\(file.id)")
                    members["media"] = .object(media)
                }
                try await fixture.take(event, payload(members))
                let requests = fixture.chatwoot.requests.dropFirst(before).map { shown($0, fixture) }
                all[name] = .array(Array(requests))
            }
        }
        try #require(all.count > 70)
        try Golden.check(all, "requests")
    }

    /// Replies are requested from every release, and voice notes from the releases that support them.
    @Test(arguments: ChatwootDouble.Release.allCases)
    func everyReleaseMakesTheMostOfIt(_ profile: ChatwootDouble.Release) async throws {
        try await withForwarding(profile: profile) { fixture in
            try await fixture.take("message.received", fixture.text("A1"))
            try await fixture.take(
                "message.received", fixture.text("A2", "sim", ["quoted": ["messageId": "A1", "text": "oi"]]))
            let messages = fixture.chatwoot.messages
            #expect(messages[1].contentAttributes["in_reply_to"]?.int == Int64(messages[0].id))
            #expect(messages[1].content == "sim")
            try await fixture.take("message.sent", fixture.text("A3", "ok", ["fromMe": true]))
            let echo = try #require(fixture.chatwoot.messages.last)
            #expect(echo.kind == .outgoing)
            #expect(echo.contentAttributes["external_echo"] == (profile >= .v4_10 ? true : nil))
        }
    }

    private func shown(_ request: ScriptedReceiver.Request, _ fixture: ForwardingFixture) -> JSON {
        let path = request.path.replacing(fixture.inbox.identifier, with: "IDENTIFIER")
        var object: JSONObject = ["request": .string("\(request.method) \(path)")]
        if request.header("content-type")?.hasPrefix("multipart/") == true {
            object["form"] = .array(Form(request).parts)
        } else if let body = try? JSON(parsing: request.body) {
            object["body"] = body
        }
        return .object(object)
    }
}

/// A form as received.
struct Form {
    let parts: [JSON]

    init(_ request: ScriptedReceiver.Request) {
        let boundary = request.header("content-type")?.split(separator: "boundary=").last.map(String.init) ?? ""
        let text = String(decoding: request.body, as: UTF8.self)
        parts = text.components(separatedBy: "--\(boundary)").dropFirst().dropLast().map { part in
            let halves = part.split(separator: "\r\n\r\n", maxSplits: 1)
            let head = halves.first.map { $0.split(separator: "\r\n").joined(separator: "; ") } ?? ""
            let value = halves.count > 1 ? halves[1].dropLast(1) : ""
            return [
                "head": .string(head.replacing("Content-Disposition: form-data; ", with: "")),
                "value": head.contains("filename") ? .string("\(value.utf8.count) bytes") : .string(String(value)),
            ]
        }
    }
}
