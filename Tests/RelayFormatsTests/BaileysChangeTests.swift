import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// Reactions, edits and deletions are reported twice; the journal must store one event for each.
struct BaileysChangeTests {
    private let key =
        #"{"remoteJid": "1203@g.us", "id": "OWN", "fromMe": false, "participant": "5511999999002:3@s.whatsapp.net"}"#
    private let chat = "1203@g.us"

    private func upserted(_ content: String) -> String {
        upsert(#"{"key": \#(key), "messageTimestamp": 1767366772, "message": \#(content)}"#)
    }

    @Test(arguments: [("👍", JSON.string("👍")), ("", .null)])
    func bothFormsOfAReactionAreOne(_ text: String, _ emoji: JSON) throws {
        let content =
            #"{"reactionMessage": {"key": {"id": "T", "fromMe": true}, "text": "\#(text)", "senderTimestampMs": "1767366770998"}}"#
        let message = try one(upserted(content))
        let item =
            #"[{"key": {"remoteJid": "1203@g.us", "id": "T", "fromMe": true}, "reaction": {"key": \#(key), "text": "\#(text)","#
            + #" "senderTimestampMs": {"low": 2135212342, "high": 411, "unsigned": false}}}]"#
        let event = try one(envelope("messages.reaction", item))
        for reaction in [message, event] {
            #expect(reaction.type == .messageReaction)
            #expect(reaction.chat == chat)
            #expect(reaction.payload["messageId"] == "OWN")
            #expect(reaction.payload["targetMessageId"] == "T")
            #expect(reaction.payload["content"] == ["emoji": emoji, "targetMessageId": "T"])
            #expect(reaction.payload["from"] == "5511999999002@s.whatsapp.net")
        }
        #expect(message.dedupKey == event.dedupKey)
        #expect(event.payload["timestamp"] == 1_767_366_770)
    }

    @Test func aChangedReactionIsAnother() throws {
        let item = { (id: String) in
            #"[{"key": {"remoteJid": "1203@g.us", "id": "T"}, "reaction": {"key": {"remoteJid": "1203@g.us", "id": "\#(id)"}, "text": "x"}}]"#
        }
        let first = try one(envelope("messages.reaction", item("R1")))
        #expect(first.dedupKey != (try one(envelope("messages.reaction", item("R2")))).dedupKey)
    }

    @Test func bothFormsOfAnEditAreOne() throws {
        let edited = #"{"conversation": "corrected"}"#
        let message = try one(
            upserted(
                #"{"protocolMessage": {"key": {"id": "T", "fromMe": true, "remoteJid": "9@lid"}, "type": "MESSAGE_EDIT","#
                    + #" "editedMessage": \#(edited), "timestampMs": {"low": 2135212342, "high": 411, "unsigned": true}}}"#
            )
        )
        let target = key.replacing("OWN", with: "T")
        let update = try one(
            envelope(
                "messages.update",
                #"[{"key": \#(target), "update": {"message": {"editedMessage": {"message": \#(edited)}}, "messageTimestamp": 1767366770}}]"#
            )
        )
        for edit in [message, update] {
            #expect(edit.type == .messageUpdated)
            #expect(edit.chat == chat)
            #expect(edit.payload["messageId"] == "T")
            #expect(edit.payload["targetMessageId"] == "T")
            #expect(edit.payload["type"] == "text")
            #expect(edit.payload["content"] == ["text": "corrected"])
            #expect(edit.payload["timestamp"] == 1_767_366_770)
            #expect(edit.payload["fromMe"] == false)
        }
        #expect(message.dedupKey == update.dedupKey)
    }

    @Test func anotherEditOfTheSameMessageIsAnother() throws {
        let edit = { (text: String, moment: String) in
            upserted(
                #"{"editedMessage": {"message": {"protocolMessage": {"key": {"id": "T"}, "type": 14, "timestampMs": \#(moment),"#
                    + #" "editedMessage": {"conversation": "\#(text)"}}}}}"#
            )
        }
        let keys = try [edit("a", "1767366770000"), edit("b", "1767366770500"), edit("a", "1767366790000")].map {
            try one($0).dedupKey
        }
        #expect(Set(keys).count == 3)
    }

    @Test func bothFormsOfADeletionAreOne() throws {
        let message = try one(upserted(#"{"protocolMessage": {"key": {"id": "T", "fromMe": true}, "type": 0}}"#))
        let target = key.replacing("OWN", with: "T")
        let update = try one(
            envelope(
                "messages.update",
                #"[{"key": \#(target), "update": {"message": null, "messageStubType": 1, "key": \#(key)}}]"#)
        )
        for deletion in [message, update] {
            #expect(deletion.type == .messageDeleted)
            #expect(deletion.payload["messageId"] == "T")
            #expect(deletion.payload["type"] == "deleted")
            #expect(deletion.payload["content"] == .null)
            #expect(deletion.payload["from"] == "5511999999002@s.whatsapp.net")
        }
        #expect(message.dedupKey == update.dedupKey)
        #expect(message.dedupKey == "message.deleted|1203@g.us|T")
    }

    @Test func whatWeDeleteForOurselvesIsAnotherDeletion() throws {
        let event = try one(
            envelope("messages.delete", #"{"keys": [{"remoteJid": "1203@g.us", "id": "T", "fromMe": false}]}"#))
        #expect(event.type == .messageDeleted)
        #expect(event.payload["deletedFor"] == "me")
        #expect(event.dedupKey == "message.deleted|1203@g.us|T|me")
        let all = try one(envelope("messages.delete", #"{"jid": "1203@g.us", "all": true}"#))
        #expect(all.payload["all"] == true)
        #expect(all.payload["messageId"] == .null)
        #expect(all.chat == chat)
    }

    /// One of the two reports may identify the chat by its hidden identity; both are still the same change.
    @Test(arguments: [
        #""remoteJid": "7@lid", "remoteJidAlt": "5511999999001@s.whatsapp.net""#,
        #""remoteJid": "5511999999001@s.whatsapp.net", "remoteJidAlt": "7@lid""#,
        #""remoteJid": "5511999999001@s.whatsapp.net""#,
    ])
    func oneChangeHasOneKeyWhateverTheChatIsCalled(_ chat: String) throws {
        let node = { (type: Int, more: String) in
            #"{"protocolMessage": {"key": {"id": "T"}, "type": \#(type), "timestampMs": 1767366770998\#(more)}}"#
        }
        let update = { (update: String) in
            try one(envelope("messages.update", #"[{"key": {"id": "T", \#(chat)}, "update": \#(update)}]"#)).dedupKey
        }
        let edited = #"{"conversation": "corrected"}"#
        let edit = try one(upsert(message(node(14, #", "editedMessage": \#(edited)"#))))
        #expect(
            try update(#"{"message": {"editedMessage": {"message": \#(edited)}}, "messageTimestamp": 1767366770}"#)
                == edit.dedupKey
        )
        let deletion = try one(upsert(message(node(0, ""))))
        let revoker = #"{"id": "R", \#(chat)}"#
        #expect(
            try update(#"{"message": null, "messageStubType": 1, "key": \#(revoker)}"#) == deletion.dedupKey)
    }

    /// An id is unique only within its chat: a message to a broadcast list has the same id in each receiver's chat.
    @Test(arguments: [
        #"{"protocolMessage": {"key": {"id": "T"}, "type": 0}}"#,
        #"{"protocolMessage": {"key": {"id": "T"}, "type": 14, "editedMessage": {"conversation": "x"}}}"#,
        #"{"reactionMessage": {"key": {"id": "T"}, "text": "x"}}"#,
    ])
    func theSameIDInTwoChatsIsTwoChanges(_ content: String) throws {
        let keys = try ["5511999999001@s.whatsapp.net", "5511999999002@s.whatsapp.net"].map { chat in
            try one(
                envelope(
                    "messages.upsert",
                    #"{"type": "notify", "messages": [{"key": {"remoteJid": "\#(chat)", "fromMe": true, "id": "R"}, "message": \#(content)}]}"#
                )
            ).dedupKey
        }
        #expect(keys[0] != keys[1])
    }

    @Test(arguments: [
        #""remoteJid": "7@lid", "#, #""remoteJid": "7@lid", "remoteJidAlt": "5511999999001@s.whatsapp.net", "#, "",
    ])
    func oneReactionHasOneKeyWhateverTheChatIsCalled(_ chat: String) throws {
        let message = try one(upsert(message(#"{"reactionMessage": {"key": {"id": "T"}, "text": "x"}}"#)))
        let event = try one(
            envelope(
                "messages.reaction",
                #"[{"key": {"remoteJid": "5511999999001@s.whatsapp.net", "id": "T"},"#
                    + #" "reaction": {"key": {\#(chat)"id": "3EB0A1"}, "text": "x"}}]"#
            )
        )
        #expect(event.dedupKey == message.dedupKey)
        // The phone number is known, if only from the key of the target.
        #expect(event.chat == "5511999999001@s.whatsapp.net")
    }

    @Test(arguments: [
        #"{"protocolMessage": {"type": 0}}"#, #"{"protocolMessage": {"key": {"id": "T"}}}"#,
        #"{"protocolMessage": {"key": {"id": "T"}, "type": 14}}"#, #"{"reactionMessage": {"text": "x"}}"#,
    ])
    func aChangeOfNothingIsNone(_ content: String) throws {
        #expect(try read(upserted(content)).isEmpty)
    }
}
