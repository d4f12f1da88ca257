import RelayCore
import RelayFormats
import RelayJSON

/// The value of a change: `metadata` of the number 1122334455667, and the given members.
func value(_ members: String, number: String = "1122334455667") -> String {
    #"{"messaging_product": "whatsapp", "metadata": {"display_phone_number": "+1 555-078-3881", "#
        + #""phone_number_id": "\#(number)"}, \#(members)}"#
}

/// A webhook with one change for each value.
func webhook(field: String = "messages", _ values: String...) -> String {
    let changes = values.map { #"{"field": "\#(field)", "value": \#($0)}"# }.joined(separator: ", ")
    return #"{"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [\#(changes)]}]}"#
}

/// A webhook with one message from 16505551234; members may replace the sender.
func cloudMessage(_ node: String, from: String = #""from": "16505551234""#, contacts: String = "[]") -> String {
    webhook(
        value(
            #""contacts": \#(contacts), "messages": [{\#(from.isEmpty ? "" : from + ", ")"id": "wamid.A", "#
                + #""timestamp": "1749416383", \#(node)}]"#))
}

/// A webhook with one status of the message wamid.A.
func cloudStatus(_ members: String, contacts: String = "[]") -> String {
    webhook(
        value(
            #""contacts": \#(contacts), "statuses": [{"id": "wamid.A", "timestamp": "1750030073", \#(members)}]"#))
}

/// The only event in a webhook.
func oneCloud(_ document: String, session: String? = nil) throws -> ParsedEvent {
    let events = try read(document, as: CloudAPIFormat(), session: session)
    guard events.count == 1, let event = events.first else { throw EventCountError(count: events.count) }
    return event
}
