import Foundation
import RelayChatwoot
import RelayCore
import RelayJSON
import Testing

/// Compares plans with the reviewed results in `Golden/`.
enum Golden {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Golden")

    /// To update the results, run `RENEW_GOLDEN=1 swift test --filter RelayChatwootTests`, and review the changes.
    static func check(_ plans: JSONObject, _ name: String) throws {
        let file = folder.appendingPathComponent(name + ".json")
        if ProcessInfo.processInfo.environment["RENEW_GOLDEN"] == "1" {
            try Data((JSON.object(plans).prettyText + "\n").utf8).write(to: file)
        }
        let expected = try JSON(parsing: Array(Data(contentsOf: file)))
        for (key, plan) in plans { #expect(expected[key] == plan, "\(key)") }
        #expect(expected.object?.keys.sorted() == plans.keys.sorted())
    }
}

extension ChatwootForwardPlan {
    var json: JSON {
        var object = JSONObject()
        if let contact {
            var json = JSONObject()
            json.append("sourceID", .string(contact.sourceID))
            json.append("identifier", .string(contact.identifier))
            json.append("name", .string(contact.name))
            if !contact.isNamed { json.append("isNamed", false) }
            json.append("phones", .array(contact.phoneVariants.map(JSON.string)))
            if let lid = contact.lidSourceID { json.append("lidSourceID", .string(lid)) }
            if let url = contact.avatarURL { json.append("avatarURL", .string(url)) }
            json.append("attributes", .object(contact.attributes))
            object.append("contact", .object(json))
        }
        object.append("actions", .array(actions.map(\.json)))
        return .object(object)
    }
}

extension ChatwootForwardAction {
    var json: JSON {
        switch self {
        case .message(let message): ["message": message.json]
        case .delete(let id): ["delete": .string(id)]
        case .status(let id, .failed(let error)): ["status": ["id": .string(id), "failed": .string(error)]]
        case .status(let id, let status): ["status": ["id": .string(id), "is": .string(status.name)]]
        case .typing(let isOn): ["typing": .bool(isOn)]
        case .contact(let change):
            [
                "contact": [
                    "previous": change.previous.map { .string($0.sourceID) } ?? .null,
                    "isPictureRemoved": .bool(change.isPictureRemoved),
                ]
            ]
        case .sessionLost(let notice): ["sessionLost": notice.json]
        case .sessionRestored: "sessionRestored"
        case .nothing(let reason): ["nothing": .string(reason.rawValue)]
        }
    }
}

extension NewChatwootMessage {
    var json: JSON {
        var object = JSONObject()
        object.append("sourceID", .string(sourceID))
        object.append("direction", .string(direction.rawValue))
        object.append("reach", .string(reach.rawValue))
        object.append("content", .string(content))
        if let reply { object.append("reply", ["id": .string(reply.messageID), "quote": .string(reply.quote)]) }
        if !files.isEmpty { object.append("files", .array(files.map(\.json))) }
        if let sentAt { object.append("sentAt", .int(sentAt.seconds)) }
        return .object(object)
    }
}

extension NewChatwootAttachment {
    var json: JSON {
        var object: JSONObject = ["name": .string(name), "contentType": .string(contentType)]
        if isVoice { object.append("isVoice", true) }
        switch source {
        case .stored(let url, _, let size):
            object.append("url", .string(url))
            object.append("size", size.map(JSON.int) ?? .null)
        case .bytes(let bytes): object.append("text", .string(String(decoding: bytes, as: UTF8.self)))
        }
        if let link { object.append("link", .string(link)) }
        return .object(object)
    }
}
