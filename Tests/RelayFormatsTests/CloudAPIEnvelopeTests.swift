import RelayCore
import RelayFormats
import RelayJSON
import Testing

struct CloudAPIEnvelopeTests {
    private let hello = #""type": "text", "text": {"body": "Hi"}"#

    private func message(_ id: String) -> String {
        #"{"from": "16505551234", "id": "\#(id)", "timestamp": "1", \#(hello)}"#
    }

    @Test func allDocumentsOfTheCorpusHaveExpectations() {
        #expect(CorpusDocument.all.filter { $0.name.hasPrefix("cloudapi/") }.count == 66)
    }

    @Test func thePhoneNumbersIDIsTheSession() throws {
        #expect(try oneCloud(cloudMessage(hello)).session == "1122334455667")
        #expect(try oneCloud(cloudMessage(hello), session: "shop").session == "shop")
    }

    @Test func oneDocumentHoldsManyEventsOfSeveralNumbers() throws {
        let first = value(#""messages": [\#(message("A")), \#(message("B"))]"#, number: "111")
        let second = value(
            #""statuses": [{"id": "C", "status": "sent", "timestamp": "1", "recipient_id": "16505551234"}]"#,
            number: "222")
        let one = webhook(first, second)
        let two = webhook(value(#""messages": [\#(message("D"))]"#, number: "333"))
        let entries = try [one, two].flatMap { try #require(try json($0)["entry"]?.array) }
        let whole: JSON = ["object": "whatsapp_business_account", "entry": .array(entries)]
        let events = try read(whole.text, as: CloudAPIFormat(), session: nil)
        #expect(events.map(\.session) == ["111", "111", "222", "333"])
        #expect(events.compactMap { $0.payload["messageId"]?.string } == ["A", "B", "C", "D"])
        #expect(events.map { $0.payload["phoneNumberId"]?.string } == ["111", "111", "222", "333"])
        // With the session from the URL, the number is still reported.
        let named = try read(whole.text, as: CloudAPIFormat(), session: "shop")
        #expect(Set(named.map(\.session)) == ["shop"])
        #expect(named.map { $0.payload["phoneNumberId"]?.string } == ["111", "111", "222", "333"])
        #expect(try read("[\(one), \(two)]", as: CloudAPIFormat(), session: nil) == events)
    }

    @Test func theNumbersIDMayBeANumber() throws {
        let document = webhook(#"{"metadata": {"phone_number_id": 111}, "messages": [\#(message("A"))]}"#)
        #expect(try oneCloud(document).session == "111")
    }

    @Test func withoutASessionItIsRefusedAndADefaultMayStandIn() throws {
        let document = webhook(#"{"messages": [\#(message("A"))]}"#)
        let error = refusal(document, as: CloudAPIFormat(), session: nil)
        #expect(error?.code == .missingSession)
        #expect(error?.pointer == "/entry/0/changes/0/value/metadata/phone_number_id")
        let context = FormatReadContext(defaultSession: "main", receivedAt: Timestamp(seconds: 1_763_000_100))
        let events = try CloudAPIFormat().read(Array(document.utf8), context: context).events
        #expect(events.map(\.session) == ["main"])
    }

    @Test func anIDThatIsNoSessionIsNamed() {
        let error = refusal(
            webhook(value(#""messages": [\#(message("A"))]"#, number: "a/b")), as: CloudAPIFormat(), session: nil)
        #expect(error?.code == .missingSession)
        #expect(error?.pointer == "/entry/0/changes/0/value/metadata/phone_number_id")
    }

    @Test func aChangeWithoutASessionDoesNotHoldUpTheOthers() throws {
        let document = webhook(#"{"messages": [\#(message("A"))]}"#, value(#""messages": [\#(message("B"))]"#))
        #expect(try oneCloud(document).payload["messageId"] == "B")
    }

    @Test(arguments: [
        (#"{}"#, "/object"), (#"{"object": "page", "entry": []}"#, "/object"),
        (#"{"object": "whatsapp_business_account"}"#, "/entry"),
        (#"{"object": "whatsapp_business_account", "entry": {}}"#, "/entry"),
        (#"{"object": "whatsapp_business_account", "entry": [7]}"#, "/entry/0"),
        (#"{"object": "whatsapp_business_account", "entry": [{"id": "1"}]}"#, "/entry/0/changes"),
        (#"{"object": "whatsapp_business_account", "entry": [{"changes": [[]]}]}"#, "/entry/0/changes/0"),
        (
            #"{"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages"}]}]}"#,
            "/entry/0/changes/0/value"
        ),
        ("7", ""), (#"[{"object": "whatsapp_business_account"}]"#, "/0/entry"),
    ])
    func whatIsNoWebhookIsRefusedWhereItIsWrong(_ document: String, _ pointer: String) {
        let error = refusal(document, as: CloudAPIFormat())
        #expect(error?.code == .notAnEvent)
        #expect(error?.pointer == pointer)
    }

    @Test(arguments: [
        (#""messages": {}"#, "messages"), (#""messages": [7]"#, "messages/0"),
        (#""messages": [{"from": "16505551234", "type": "text"}]"#, "messages/0/id"),
        (#""messages": [{"id": "A", "type": "text"}]"#, "messages/0/from"),
        (#""message_echoes": [{"id": "A", "type": "text"}]"#, "message_echoes/0/to"),
        (#""statuses": [{"status": "read"}]"#, "statuses/0/id"), (#""statuses": [{"id": "A"}]"#, "statuses/0/status"),
        (#""calls": [{"id": "A", "from": "16505551234"}]"#, "calls/0/event"),
        (#""calls": [{"id": "A", "event": "connect"}]"#, "calls/0"),
        (#""state_sync": [{"type": "contact"}]"#, "state_sync/0/contact"),
        (#""state_sync": [{"contact": {}}]"#, "state_sync/0/contact/phone_number"),
        (#""groups": [{"type": "group_create"}]"#, "groups/0/group_id"),
        (#""history": [{"threads": [{"messages": [{"type": "text"}]}]}]"#, "history/0/threads/0/messages/0/id"),
    ])
    func aPartThatCannotBeUsedIsNamedWhenThereIsNothingElse(_ members: String, _ pointer: String) throws {
        let error = refusal(webhook(value(members)), as: CloudAPIFormat())
        #expect(error?.code == .notAnEvent)
        #expect(error?.pointer == "/entry/0/changes/0/value/" + pointer)
        // Next to a valid part, it is ignored.
        let good = value(#""messages": [\#(message("B"))]"#)
        #expect(try oneCloud(webhook(value(members), good)).payload["messageId"] == "B")
        #expect(try oneCloud(webhook(good, value(members))).payload["messageId"] == "B")
    }

    @Test func aBrokenMessageDoesNotHoldUpItsNeighbours() throws {
        let document = webhook(value(#""messages": [\#(message("A")), {"id": 7}, \#(message("B"))]"#))
        let events = try read(document, as: CloudAPIFormat())
        #expect(events.compactMap { $0.payload["messageId"]?.string } == ["A", "B"])
    }

    @Test(arguments: [
        (#"{"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}}"#, "account_update"),
        (#"{"event": "APPROVED", "message_template_id": 1}"#, "message_template_status_update"),
        (#"{"display_phone_number": "1", "current_limit": "TIER_1K"}"#, "phone_number_quality_update"),
        (#"{"metadata": {}, "messages": [], "statuses": null}"#, "messages"),
        (#"{"errors": [{"code": 130429, "title": "Rate limit hit"}]}"#, "messages"),
        (#"{"user_id_update": [{"wa_id": "1"}]}"#, "user_id_update"), ("{}", "some_new_field"),
    ])
    func whatIsNoEventIsUnderstoodWithoutASession(_ value: String, _ field: String) throws {
        #expect(try read(webhook(field: field, value), as: CloudAPIFormat(), session: nil).isEmpty)
    }

    @Test(arguments: ["", "hello", "[1, 2", "null"])
    func whatIsNoDocumentIsRefused(_ body: String) {
        #expect(refusal(body, as: CloudAPIFormat()) != nil)
    }

    @Test func complaintsTellNothingOfTheMessage() {
        let error = refusal(
            webhook(value(#""messages": [{"from": "16505551234", "text": {"body": "secret"}}]"#)), as: CloudAPIFormat())
        #expect(error?.message.contains("secret") == false)
        #expect(error?.message.contains("16505551234") == false)
    }
}
