/// The name of a lane within its destination: the session and the chat in its canonical spelling.
package enum DeliveryLaneName {
    package static func text(session: String, chat: String?) -> String {
        String(concatenating: session, "/", chat.map(ChatIDRules.canonical) ?? "")
    }
}
