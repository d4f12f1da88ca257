import RelayCore
import RelayFormats
import RelayJSON
import Testing

struct BaileysStatusTests {
    private let chat = "5511999999001@s.whatsapp.net"

    private func update(_ update: String, fromMe: Bool = true) -> String {
        envelope(
            "messages.update",
            #"[{"key": {"remoteJid": "\#(chat)", "id": "A", "fromMe": \#(fromMe)}, "update": \#(update)}]"#)
    }

    @Test(arguments: [
        ("2", EventType.messageSent, "sent", 1), ("3", .messageDelivered, "delivered", 3),
        ("4", .messageRead, "read", 4), ("5", .messageRead, "played", 5), (#""READ""#, .messageRead, "read", 4),
        (#""3""#, .messageDelivered, "delivered", 3),
    ])
    func receiptsOfOurOwnMessages(_ status: String, _ type: EventType, _ name: String, _ rank: Int) throws {
        let event = try one(update(#"{"status": \#(status), "messageTimestamp": 1750168530}"#))
        #expect(event.type == type)
        #expect(event.chat == chat)
        // One key for all statuses, and a rank, because statuses only rise.
        #expect(event.dedupKey == "status|\(chat)|A|")
        #expect(event.rank == rank)
        #expect(event.payload["messageId"] == "A")
        #expect(event.payload["wa_message_id"] == "A")
        #expect(event.payload["timestamp"] == 1_750_168_530)
        #expect(event.payload["status"]?.string == name)
    }

    /// B-R2: the message was read on another device of the account.
    @Test(arguments: ["3", "4", "5"])
    func statusesOfOthersMessagesAreOurOwnReading(_ status: String) throws {
        #expect(try read(update(#"{"status": \#(status)}"#, fromMe: false)).isEmpty)
    }

    /// B-R3.
    @Test(arguments: ["1", "6", "-1", "99999999999999999999", #""LATER""#, "null", "{}", "true"])
    func statusesThatSayNothing(_ status: String) throws {
        #expect(try read(update(#"{"status": \#(status)}"#)).isEmpty)
    }

    @Test func aFailureTellsItsReason() throws {
        let event = try one(update(#"{"status": 0, "messageStubParameters": ["463"]}"#))
        #expect(event.type == .messageFailed)
        #expect(event.payload["error"] == "463")
        #expect(event.payload["attempts"] == .null)
        #expect(try one(update(#"{"status": 0}"#)).payload["error"] == "unknown")
        let bare = envelope("messages.update", #"[{"key": {"id": "A"}, "update": {"status": 0}}]"#)
        #expect(try one(bare).type == .messageFailed)
        #expect(try read(update(#"{"status": 0}"#, fromMe: false)).isEmpty)
    }

    private func receipt(_ receipt: String, session: String = "demo", fromMe: Bool = true) throws -> [ParsedEvent] {
        let data = #"[{"key": {"remoteJid": "1203@g.us", "id": "A", "fromMe": \#(fromMe)}, "receipt": \#(receipt)}]"#
        return try read(envelope("message-receipt.update", data), session: session)
    }

    /// B-R1: in groups, each member has its own receipts.
    @Test func receiptsInGroupsAreEachMembers() throws {
        let delivered = try receipt(#"{"userJid": "5511999999002@s.whatsapp.net", "receiptTimestamp": 1750168530}"#)
        #expect(delivered.map(\.type) == [.messageDelivered])
        #expect(delivered.first?.payload["participant"] == "5511999999002@s.whatsapp.net")
        #expect(delivered.first?.dedupKey == "status|1203@g.us|A|5511999999002@s.whatsapp.net")
        let other = try receipt(#"{"userJid": "5511999999003@s.whatsapp.net", "receiptTimestamp": 1750168530}"#)
        #expect(other.first?.dedupKey != delivered.first?.dedupKey)
        let read = try receipt(#"{"userJid": "5511999999002@s.whatsapp.net", "readTimestamp": "1750168540"}"#)
        #expect(read.map(\.type) == [.messageRead])
    }

    @Test func ourOwnDevicesReadNothing() throws {
        let own = #"{"userJid": "5511999999009:2@s.whatsapp.net", "readTimestamp": 1750168540}"#
        #expect(try receipt(own, session: "+5511999999009").isEmpty)
        #expect(try receipt(own, session: "demo").count == 1)
        let data = #"[{"key": {"remoteJid": "1203@g.us", "id": "A", "fromMe": true}, "receipt": \#(own)}]"#
        let told =
            #"{"event": "message-receipt.update", "me": {"id": "5511999999009:7@s.whatsapp.net"}, "data": \#(data)}"#
        #expect(try read(told).isEmpty)
        #expect(try receipt(#"{"userJid": "5511999999002@s.whatsapp.net", "readTimestamp": 1}"#, fromMe: false).isEmpty)
    }

    @Test func aMessageThatComesLateIsTheMessage() throws {
        let late = try one(
            update(#"{"message": {"conversation": "Hi"}, "messageTimestamp": 1750168528}"#, fromMe: false))
        let live = try one(
            upsert(
                #"{"key": {"remoteJid": "\#(chat)", "id": "A", "fromMe": false}, "message": {"conversation": "Hi"}, "messageTimestamp": 1750168528}"#
            )
        )
        #expect(late == live)
    }
}
