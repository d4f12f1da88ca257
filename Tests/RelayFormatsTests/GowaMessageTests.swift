import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// An envelope of gowa's device 628987654321.
func gowa(_ event: String, _ payload: String, more: String = #""timestamp": "2026-01-22T12:00:00Z""#) -> String {
    #"{"event": "\#(event)", "device_id": "628987654321@s.whatsapp.net", \#(more), "payload": \#(payload)}"#
}

struct GowaMessageTests {
    /// A message in the chat with 628123456789.
    private func message(_ fields: String, event: String = "message") throws -> ParsedEvent {
        try one(
            gowa(
                event,
                #"""
                {"id": "3EB0A1", "chat_id": "628123456789@s.whatsapp.net", "from": "628123456789@s.whatsapp.net",
                 "from_name": "John", "timestamp": "2023-10-15T10:30:00Z", \#(fields)}
                """#
            ),
            as: GowaFormat()
        )
    }

    @Test func bothAddressesAreKept() throws {
        let event = try one(
            gowa(
                "message",
                #"""
                {"id": "3EB0A1", "chat_id": "628123456789@s.whatsapp.net", "chat_lid": "251556368777322@lid",
                 "from": "628123456789@s.whatsapp.net", "from_lid": "251556368777322@lid", "is_from_me": false,
                 "timestamp": "2023-10-15T10:30:00Z", "body": "Hello"}
                """#
            ),
            as: GowaFormat()
        )
        #expect(event.chat == "628123456789@s.whatsapp.net")
        #expect(event.payload["chatLid"] == "251556368777322@lid")
        #expect(event.payload["from"] == "628123456789@s.whatsapp.net")
        #expect(event.payload["content"] == ["text": "Hello"])
    }

    @Test func anUnknownPhoneIsNotMadeUp() throws {
        let event = try one(
            gowa(
                "message",
                #"{"id": "3EB0A1", "chat_id": "25@lid", "chat_lid": "25@lid", "from": "25@lid", "body": "x"}"#),
            as: GowaFormat()
        )
        #expect(event.chat == "25@lid")
        #expect(event.payload["timestampSource"] == nil)
        #expect(event.payload["timestamp"] == 1_769_083_200)
    }

    @Test func ourOwnMessagesSayWhoWeAre() throws {
        let event = try one(
            gowa(
                "message",
                #"""
                {"id": "3EB0A1", "chat_id": "628123456789@s.whatsapp.net", "from": "628987654321@s.whatsapp.net",
                 "from_name": "Shop", "sender_display_name": "Shop", "is_from_me": true, "body": "Hi"}
                """#
            ),
            as: GowaFormat()
        )
        #expect(event.type == .messageSent)
        #expect(event.payload["from"] == "628987654321@s.whatsapp.net")
        #expect(event.payload["to"] == "628123456789@s.whatsapp.net")
        #expect(event.payload["contactName"] == .null)
    }

    @Test func inAGroupTheSenderIsTheParticipant() throws {
        let fields = #""id": "3EB0A1", "from_name": "John", "body": "x""#
        let now = try one(
            gowa(
                "message",
                #"{"chat_id": "1203@g.us", "from": "628123456789@s.whatsapp.net", "from_lid": "25@lid", \#(fields)}"#),
            as: GowaFormat()
        )
        #expect(now.payload["participant"] == "628123456789@s.whatsapp.net")
        #expect(now.payload["participantLid"] == "25@lid")
        #expect(now.payload["participantName"] == "John")
        #expect(now.payload["groupId"] == "1203@g.us")
        // Older versions wrote both into one field, and the chat without its server.
        let before = try one(
            gowa(
                "message",
                #"{"chat_id": "1203", "from": "628123456789:12@s.whatsapp.net in 1203@g.us", "from_lid": "25@lid", \#(fields)}"#
            ),
            as: GowaFormat()
        )
        #expect(before == now)
        let direct = try one(
            gowa("message", #"{"chat_id": "628123456789", "from": "628123456789@s.whatsapp.net", \#(fields)}"#),
            as: GowaFormat())
        #expect(direct.chat == "628123456789@s.whatsapp.net")
    }

    @Test func theSavedNameComesFirst() throws {
        let saved = try message(#""sender_display_name": "John from work", "body": "x""#)
        #expect(saved.payload["contactName"] == "John from work")
        #expect(saved.payload["pushName"] == "John")
        // Without a name, gowa sends the digits of the JID.
        let digits = try message(#""sender_display_name": "628123456789", "body": "x""#)
        #expect(digits.payload["contactName"] == "John")
    }

    @Test func aReplyNamesWhatItAnswers() throws {
        let event = try message(#""body": "Fine", "replied_to_id": "3EB0Q", "quoted_body": "How are you?""#)
        #expect(
            event.payload["quoted"] == [
                "messageId": "3EB0Q", "participant": .null, "type": .null, "text": "How are you?",
            ]
        )
    }

    @Test func mediaInAllItsForms() throws {
        let plain = try message(#""image": "statics/media/1.jpeg""#)
        #expect(plain.payload["raw_media"]?["url"] == "statics/media/1.jpeg")
        #expect(plain.payload["raw_media"]?["scheme"] == "url")
        let note = try message(#""video_note": {"path": "statics/media/2.mp4", "mime_type": "video/mp4"}"#)
        #expect(note.payload["type"] == "video")
        #expect(note.payload["content"] == ["caption": .null, "mimetype": "video/mp4", "ptv": true])
        let document = try message(
            #""document": {"url": "https://files.example.com/r.pdf", "filename": "report.pdf"}, "body": "Report""#)
        #expect(document.payload["content"]?["fileName"] == "report.pdf")
        #expect(document.payload["content"]?["caption"] == "Report")
        #expect(document.payload["raw_media"]?["url"] == "https://files.example.com/r.pdf")
        let song = try message(#""audio": "statics/media/3.mp3""#)
        #expect(song.payload["content"]?["ptt"] == false)
    }

    @Test func whatGowaDidNotDownloadIsNotTakenForTheFile() throws {
        let event = try message(#""image": {"url": "https://mmg.whatsapp.net/v/x.enc?oe=1", "caption": "look"}"#)
        #expect(event.payload["type"] == "image")
        #expect(event.payload["content"]?["caption"] == "look")
        // Encrypted and without the key, so the file would be useless to a receiver.
        #expect(event.payload["raw_media"]?["scheme"] == nil)
        #expect(event.payload["raw_media"]?["mediaKey"] == .null)
        #expect(event.payload["raw_media"]?["url"] == "https://mmg.whatsapp.net/v/x.enc?oe=1")
    }

    @Test func whatMayBeSeenOnceOnThePhoneOnly() throws {
        let event = try message(#""view_once": true, "unavailable": true"#)
        #expect(event.payload["content"] == ["reason": "view_once_unavailable"])
        #expect(event.payload["viewOnce"] == true)
        let real = try message(#""view_once": true, "image": "statics/media/1.jpeg""#)
        #expect(real.dedupKey != event.dedupKey)
    }

    @Test func pollsAndChoices() throws {
        let poll = try message(
            #"""
            "body": "Poll: Lunch?", "poll": {"type": "creation", "poll_id": "3EB0A1", "question": "Lunch?",
            "options": [{"name": "Pizza", "hash": "aa"}, {"name": "Sushi", "hash": "bb"}], "selectable_options_count": 1}
            """#
        )
        #expect(poll.payload["content"] == ["name": "Lunch?", "options": ["Pizza", "Sushi"], "selectableCount": 1])
        let vote = try message(
            #"""
            "body": "Poll vote: Pizza", "poll": {"type": "vote", "poll_id": "3EB0P", "question": "Lunch?",
            "selected_options": ["Pizza"], "resolution_status": "resolved"}
            """#
        )
        #expect(vote.payload["type"] == "poll_vote")
        #expect(vote.payload["content"] == ["targetMessageId": "3EB0P", "selectedOptions": ["Pizza"]])
        let closed = try message(
            #""poll": {"type": "vote", "poll_id": "3EB0P", "resolution_status": "decrypt_failed"}"#)
        #expect(
            closed.payload["content"] == [
                "targetMessageId": "3EB0P", "selectedOptions": .null, "reason": "decrypt_failed",
            ]
        )
        let edited = try message(
            #""poll": {"type": "edit", "poll_id": "3EB0P", "question": "Dinner?", "options": [{"name": "Pizza"}]}"#)
        #expect(edited.type == .messageUpdated)
        #expect(edited.payload["messageId"] == "3EB0P")
        let row = try message(#""selection": {"kind": "list", "text": "Pizza", "selected_id": "r1"}"#)
        #expect(row.payload["content"] == ["id": "r1", "text": "Pizza", "description": .null])
        let button = try message(#""selection": {"kind": "buttons", "text": "Yes", "selected_id": "b1"}"#)
        #expect(button.payload["content"] == ["id": "b1", "text": "Yes"])
    }

    @Test func menusAndOrders() throws {
        let menu = try message(
            #"""
            "template": {"title": "Sale", "body": "Today only", "footer": "Bye", "buttons":
            [{"type": "quick_reply", "text": "Buy", "id": "b1"}, {"type": "url", "text": "Site", "url": "https://x.example"}]}
            """#
        )
        #expect(
            menu.payload["content"] == [
                "text": "Today only", "title": "Sale", "footer": "Bye",
                "choices": [
                    ["id": "b1", "text": "Buy"], ["id": .null, "text": "Site", "url": "https://x.example"],
                ],
            ]
        )
        let list = try message(
            #""list": {"title": "Menu", "description": "Choose", "sections": [{"rows": [{"title": "Pizza", "rowID": "r1"}]}]}"#
        )
        #expect(list.payload["content"]?["choices"] == [["id": "r1", "text": "Pizza"]])
        let order = try message(#""order": {"orderID": "9", "itemCount": 2, "totalAmount1000": 5000}"#)
        #expect(order.payload["type"] == "order")
        #expect(order.payload["content"]?["orderId"] == "9")
        #expect(try message(#""interactive": "Visit us""#).payload["content"] == ["text": "Visit us"])
    }

    @Test func whatHasNoMappingIsKept() throws {
        let strange = try message(#""product": {"title": "Shoe", "price_amount_1000": 9000}"#)
        #expect(strange.payload["type"] == "unsupported")
        #expect(strange.payload["content"]?["raw"]?["product"]?["title"] == "Shoe")
        // Older versions do not report votes, or media that they could not download.
        let nothing = try message(#""is_from_me": false"#)
        #expect(nothing.payload["content"] == ["reason": "no_content"])
        let place = try message(#""location": {"degreesLatitude": "far away"}"#)
        #expect(place.payload["type"] == "unsupported")
    }
}
