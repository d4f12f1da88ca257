internal import RelayCore
internal import RelayJSON

/// Menus, payments and calendar events of WhatsApp Web.
extension WAHAMessageConverter {
    /// The message of a business with buttons, a list or an interactive part. Its file is the menu's header.
    func menu() -> Node? {
        let payload = raw["interactivePayload"]?.object
        let list = raw["list"]?.object
        let buttons = raw["dynamicReplyButtons"] ?? raw["buttons"]
        let hydrated = raw["hydratedButtons"]
        let hasButtons = [buttons, hydrated].contains { $0?.array?.isEmpty == false }
        guard payload != nil || list != nil || hasButtons else { return nil }
        var header = JSONObject()
        let title = raw["interactiveHeader"]?.object?.text("title") ?? list?.text("title") ?? raw.text("title")
        header.append("title", known: title)
        if let (name, media) = media() {
            var media = media
            // The body is the menu's text.
            media["caption"] = nil
            header.append(name, .object(media))
        }
        var node: JSONObject = ["header": .object(header)]
        let body = self.payload.text("body") ?? raw.text("caption") ?? list?.text("description")
        if let body { node.append("body", ["text": .string(body)]) }
        node.append("footerText", known: raw.text("footer") ?? list?.text("footerText"))
        node.append("buttons", buttons ?? .null)
        node.append("hydratedButtons", hydrated ?? .null)
        node.append("sections", list?["sections"] ?? .null)
        if let flow = payload?["buttons"] { node.append("nativeFlowMessage", ["buttons": flow]) }
        if let cards = payload?["cards"] { node.append("carouselMessage", ["cards": cards]) }
        return ("interactiveMessage", node)
    }

    func payment() -> Node? {
        guard type == "payment" else { return nil }
        var node = JSONObject()
        node.append("amount1000", raw["paymentAmount1000"] ?? .null)
        node.append("currencyCodeIso4217", known: raw.text("paymentCurrency"))
        node.append("note", known: raw["paymentNoteMsg"]?.object?.text("body") ?? self.payload.text("body"))
        return (raw.text("subtype") == "request" ? "requestPaymentMessage" : "sendPaymentMessage", node)
    }

    /// A calendar event.
    func event() -> Node? {
        guard raw.text("eventName") != nil || type == "event_creation" || type == "scheduled_event_creation" else {
            return nil
        }
        var node = JSONObject()
        node.append("name", known: raw.text("eventName") ?? self.payload.text("body"))
        node.append("description", known: raw.text("eventDescription"))
        node.append("location", raw["eventLocation"] ?? .null)
        node.append("joinLink", known: raw.text("eventJoinLink"))
        node.append("startTime", raw["eventStartTime"] ?? .null)
        node.append("endTime", raw["eventEndTime"] ?? .null)
        node.append("isCanceled", .bool(raw.flag("isEventCanceled") || raw.flag("isEventCaneled")))
        return ("eventMessage", node)
    }
}
