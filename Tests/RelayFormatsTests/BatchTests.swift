import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// One document of a batch that cannot be read does not refuse its neighbours, in every format and every kind of batch.
struct BatchTests {
    struct Batch: Sendable, CustomTestStringConvertible {
        let name: String
        let format: any SourceFormat
        /// The batch, with the documents in place of `$`.
        let frame: String
        /// Two documents that can be read.
        let good: (String, String)
        let bad: String
        /// The pointer of the array.
        let place: String
        /// What is wrong, after the pointer of the bad document.
        let fault: String

        var testDescription: String { name }

        func document(_ elements: String...) -> String {
            frame.replacing("$", with: "[\(elements.joined(separator: ", "))]")
        }
    }

    private static let jid = "5511999999001@s.whatsapp.net"

    private static func baileysMessage(_ id: String, jid: String? = jid) -> String {
        #"{"key": {"id": "\#(id)"\#(jid.map { #", "remoteJid": "\#($0)""# } ?? "")}, "message": {"conversation": "oi"}}"#
    }

    private static func cloudMessage(_ id: String, from: String = #""from": "5511999999001", "#) -> String {
        #"{"id": "\#(id)", \#(from)"type": "text", "text": {"body": "oi"}}"#
    }

    private static func cloudChange(_ messages: String) -> String {
        #"{"field": "messages", "value": {"metadata": {"phone_number_id": "77"}, "messages": \#(messages)}}"#
    }

    private static func batch(
        _ name: String, _ format: any SourceFormat, _ frame: String, good: (String, String), bad: String, place: String,
        fault: String
    ) -> Batch {
        Batch(name: name, format: format, frame: frame, good: good, bad: bad, place: place, fault: fault)
    }

    static let batches: [Batch] = [
        batch(
            "baileys messages.upsert", BaileysFormat(),
            #"{"event": "messages.upsert", "data": {"messages": $, "type": "notify"}}"#,
            good: (baileysMessage("A"), baileysMessage("B")), bad: baileysMessage("C", jid: nil),
            place: "/data/messages", fault: "/key/remoteJid"),
        batch(
            "baileys array of envelopes", BaileysFormat(), "$",
            good: (
                #"{"event": "messages.upsert", "data": {"messages": [\#(baileysMessage("A"))]}}"#,
                #"{"event": "messages.upsert", "data": {"messages": [\#(baileysMessage("B"))]}}"#
            ), bad: #"{"event": "messages.upsert", "data": {"messages": 7}}"#, place: "", fault: "/data/messages"),
        batch(
            "baileys messages.update", BaileysFormat(), #"{"event": "messages.update", "data": $}"#,
            good: (
                #"{"key": {"id": "A", "remoteJid": "\#(jid)", "fromMe": true}, "update": {"status": 3}}"#,
                #"{"key": {"id": "B", "remoteJid": "\#(jid)", "fromMe": true}, "update": {"status": 4}}"#
            ), bad: #"{"key": {"id": "C", "remoteJid": "\#(jid)", "fromMe": true}}"#, place: "/data", fault: "/update"),
        batch(
            "baileys history", BaileysFormat(), #"{"event": "messaging-history.set", "data": {"contacts": $}}"#,
            good: (#"{"id": "\#(jid)", "notify": "Ana"}"#, #"{"id": "5511999999002@s.whatsapp.net", "notify": "Bia"}"#),
            bad: #"{"notify": "Rui"}"#, place: "/data/contacts", fault: "/id"),
        batch(
            "baileys messages.delete", BaileysFormat(), #"{"event": "messages.delete", "data": {"keys": $}}"#,
            good: (#"{"id": "A", "remoteJid": "\#(jid)"}"#, #"{"id": "B", "remoteJid": "\#(jid)"}"#),
            bad: #"{"remoteJid": "\#(jid)"}"#, place: "/data/keys", fault: "/id"),
        batch(
            "evolution messages.upsert", EvolutionFormat(),
            #"{"event": "messages.upsert", "instance": "shop", "apikey": "s3cret", "data": $}"#,
            good: (baileysMessage("A"), baileysMessage("B")), bad: baileysMessage("C", jid: nil), place: "/data",
            fault: "/key/remoteJid"),
        batch(
            "evolution data.messages", EvolutionFormat(),
            #"{"event": "messages.set", "instance": "shop", "data": {"messages": $}}"#,
            good: (baileysMessage("A"), baileysMessage("B")), bad: #"{"message": {"conversation": "oi"}}"#,
            place: "/data/messages", fault: "/key"),
        batch(
            "evolution contacts", EvolutionFormat(),
            #"{"event": "contacts.upsert", "instance": "shop", "data": $}"#,
            good: (
                #"{"remoteJid": "\#(jid)", "pushName": "Ana"}"#,
                #"{"remoteJid": "5511999999002@s.whatsapp.net", "pushName": "Bia"}"#
            ), bad: "7", place: "/data", fault: ""),
        batch(
            "evolution_go array of envelopes", EvolutionGoFormat(), "$",
            good: (
                #"{"event": "PushName", "data": {"JID": "\#(jid)", "NewPushName": "Ana"}}"#,
                #"{"event": "PushName", "data": {"JID": "5511999999002@s.whatsapp.net", "NewPushName": "Bia"}}"#
            ), bad: #"{"event": "PushName", "data": {}}"#, place: "", fault: "/data/JID"),
        batch(
            "evolution_go wiki messages", EvolutionGoFormat(), #"{"event": "MESSAGE", "data": {"messages": $}}"#,
            good: (baileysMessage("A"), baileysMessage("B")), bad: baileysMessage("C", jid: nil),
            place: "/data/messages", fault: "/key/remoteJid"),
        batch(
            "waha array of envelopes", WAHAFormat(), "$",
            good: (
                #"{"event": "message", "session": "s", "payload": {"id": "false_5511999999001@c.us_A", "body": "oi"}}"#,
                #"{"event": "message", "session": "s", "payload": {"id": "false_5511999999001@c.us_B", "body": "oi"}}"#
            ), bad: #"{"event": "message", "session": "s", "payload": {"id": "C"}}"#, place: "", fault: "/payload/id"),
        batch(
            "gowa array of envelopes", GowaFormat(), "$",
            good: (
                #"{"event": "message", "device_id": "5511999999000@s.whatsapp.net", "payload": {"id": "A", "chat_id": "\#(jid)", "body": "oi"}}"#,
                #"{"event": "message", "device_id": "5511999999000@s.whatsapp.net", "payload": {"id": "B", "chat_id": "\#(jid)", "body": "oi"}}"#
            ), bad: #"{"event": "message", "device_id": "5511999999000@s.whatsapp.net", "payload": {"id": "C"}}"#,
            place: "", fault: "/payload/chat_id"),
        batch(
            "cloud_api messages", CloudAPIFormat(),
            #"{"object": "whatsapp_business_account", "entry": [{"id": "9", "changes": [\#(cloudChange("$"))]}]}"#,
            good: (cloudMessage("A"), cloudMessage("B")), bad: cloudMessage("C", from: ""),
            place: "/entry/0/changes/0/value/messages", fault: "/from"),
        batch(
            "cloud_api changes", CloudAPIFormat(),
            #"{"object": "whatsapp_business_account", "entry": [{"id": "9", "changes": $}]}"#,
            good: (cloudChange("[\(cloudMessage("A"))]"), cloudChange("[\(cloudMessage("B"))]")),
            bad: #"{"field": "messages", "value": 7}"#, place: "/entry/0/changes", fault: "/value"),
        batch(
            "cloud_api array of envelopes", CloudAPIFormat(), "$",
            good: (
                #"{"object": "whatsapp_business_account", "entry": [{"changes": [\#(cloudChange("[\(cloudMessage("A"))]"))]}]}"#,
                #"{"object": "whatsapp_business_account", "entry": [{"changes": [\#(cloudChange("[\(cloudMessage("B"))]"))]}]}"#
            ), bad: #"{"object": "page", "entry": []}"#, place: "", fault: "/object"),
        batch(
            "native array of envelopes", NativeFormat(), "$",
            good: (
                #"{"event": "message.received", "payload": {"messageId": "A"}}"#,
                #"{"event": "message.received", "payload": {"messageId": "B"}}"#
            ), bad: #"{"event": "message.received", "payload": []}"#, place: "", fault: "/payload"),
    ]

    private static func check(_ rejected: RejectedDocument?, of batch: Batch, index: Int, alone: JSON) throws {
        let rejected = try #require(rejected)
        #expect(rejected.index == index)
        #expect(rejected.pointer == "\(batch.place)/\(index)\(batch.fault)")
        #expect(!rejected.reason.isEmpty)
        #expect(rejected.excerpt == DocumentExcerpt.of(alone), "the document, alone in its envelope")
    }

    @Test(arguments: batches, [0, 1, 2])
    func aBadDocumentRefusesNoOther(_ batch: Batch, _ index: Int) throws {
        let (first, second) = batch.good
        let clean = try parsed(batch.document(first, second), as: batch.format)
        #expect(clean.events.count == 2)
        #expect(clean.rejected.isEmpty)
        var elements = [first, second]
        elements.insert(batch.bad, at: index)
        let mixed = try parsed(batch.document(elements[0], elements[1], elements[2]), as: batch.format)
        #expect(mixed.events.map(\.payload) == clean.events.map(\.payload))
        #expect(mixed.rejectedCount == 1)
        let alone = try json(batch.place.isEmpty ? batch.bad : batch.document(batch.bad))
        try Self.check(mixed.rejected.first, of: batch, index: index, alone: alone)
    }

    @Test(arguments: batches)
    func aBatchWithoutAGoodDocumentIsRefusedWithEveryPosition(_ batch: Batch) throws {
        let error = try #require(refusal(batch.document(batch.bad, batch.bad), as: batch.format))
        #expect(error.code == .notAnEvent)
        #expect(error.pointer == "\(batch.place)/0\(batch.fault)")
        #expect(error.rejected.map(\.pointer) == [0, 1].map { "\(batch.place)/\($0)\(batch.fault)" })
    }

    @Test func whatMakesNoEventIsReadAllTheSame() throws {
        // The account read a message on another device: valid, and no event.
        let read = #"{"key": {"id": "A", "remoteJid": "\#(Self.jid)", "fromMe": false}, "update": {"status": 4}}"#
        let result = try parsed(envelope("messages.update", "[\(read), 7]"))
        #expect(result.events.isEmpty)
        #expect(result.rejected.map(\.pointer) == ["/data/1"])
    }

    @Test func aBatchInABatchIsRejectedByItsDocuments() throws {
        let inner = upsert(Self.baileysMessage("C", jid: nil))
        let good = upsert(Self.baileysMessage("A"))
        let result = try parsed("[\(inner), \(good), 7]")
        #expect(result.events.count == 1)
        #expect(result.rejected.map(\.pointer) == ["/0/data/messages/0/key/remoteJid", "/2"])
        #expect(result.rejected.map(\.index) == [0, 2])
        #expect(refusal("[\(inner)]")?.rejected.count == 1)
        // An envelope that fails as a whole is rejected once, whatever was read in it.
        let history = envelope(
            "messaging-history.set", #"{"contacts": [{"id": "\#(Self.jid)", "notify": "Ana"}, 7], "messages": 7}"#)
        let whole = try parsed("[\(history), \(good)]")
        #expect(whole.events.count == 1)
        #expect(whole.rejected.map(\.pointer) == ["/0/data/messages"])
        #expect(refusal("[\(history)]")?.rejected.map(\.pointer) == ["/0/data/messages"])
    }

    @Test func longListsAreCountedAndNotListed() throws {
        let many = Array(repeating: "7", count: 5000).joined(separator: ",")
        let result = try parsed(envelope("contacts.update", #"[{"id": "\#(Self.jid)", "notify": "Ana"},\#(many)]"#))
        #expect(result.events.count == 1)
        #expect(result.rejectedCount == 5000)
        #expect(result.rejected.count == RejectedDocument.maximumListed)
        #expect(refusal(envelope("contacts.update", "[\(many)]"))?.rejected.count == RejectedDocument.maximumListed)
    }

    @Test func anExcerptHasNoSecretsAndNoLongTexts() throws {
        let picture = String(repeating: "QUJD", count: 2000)
        let bad =
            #"{"key": {"id": "C"}, "message": {"imageMessage": {"mediaKey": "a2V5", "jpegThumbnail": "\#(picture)"}}}"#
        let document = evolution("messages.upsert", "[\(Self.baileysMessage("A")), \(bad)]")
        let excerpt = try #require(try parsed(document, as: EvolutionFormat()).rejected.first?.excerpt)
        #expect(excerpt["apikey"] == "***")
        #expect(excerpt["data"]?[0]?["message"]?["imageMessage"]?["mediaKey"] == "***")
        #expect(excerpt.text.contains("… (8000 bytes)"))
        #expect(excerpt.bytes.count < 1000)
        #expect(!excerpt.text.contains("s3cret-key") && !excerpt.text.contains("a2V5"))
        let wide = (0..<2000).map { #""member\#($0)": "\#(String(repeating: "x", count: 50))""# }.joined(separator: ",")
        let large = try parsed(envelope("contacts.update", #"[{"id": "\#(Self.jid)"}, {\#(wide)}]"#))
        #expect(large.rejected.map(\.excerpt) == [nil], "too large to be kept")
        #expect((large.rejected.first?.size ?? 0) > DocumentExcerpt.maximumSize)
    }
}
