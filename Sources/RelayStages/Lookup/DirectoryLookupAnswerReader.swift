internal import RelayCore
internal import RelayJQ
internal import RelayJSON

/// Reads names, pictures and phone numbers from a gateway's answer, by an expression or from the usual members.
struct DirectoryLookupAnswerReader: Sendable {
    enum PictureLocation: Sendable {
        /// The answer contains no picture.
        case no
        /// It contains the picture's URL among other data.
        case among
        /// It contains only the picture, so that a member `url` is the picture's URL.
        case alone
    }

    var names = false
    var pictures = PictureLocation.no
    var name: JQProgram?
    var picture: JQProgram?
    var phone: JQProgram?

    /// - Returns: nil when the bytes are not JSON.
    func read(_ bytes: [UInt8]?, about chat: JID) -> DirectoryLookupAnswer? {
        guard let bytes, bytes.contains(where: { $0 > 0x20 }) else { return answer(.null, about: chat) }
        guard let document = try? JSON(parsing: bytes) else { return nil }
        return answer(document, about: chat)
    }

    private func answer(_ document: JSON, about chat: JID) -> DirectoryLookupAnswer {
        let entry = GatewayChatRecord(document, about: chat)
        var answer = DirectoryLookupAnswer()
        if names {
            if let name {
                answer.name = name.text(document).flatMap { DirectoryLookupAnswerSanitizer.name($0, of: chat) }
            } else {
                answer.name = entry.name(in: Self.names)
                if !chat.isGroup {
                    answer.verifiedName = entry.name(in: Self.verifiedNames)
                    answer.pushName = entry.name(in: Self.pushNames)
                }
                // A gateway without a saved name returns the chosen one instead, which must not be stored as a saved
                // name.
                if answer.name == answer.pushName { answer.name = nil }
            }
        }
        if pictures != .no {
            let found = picture.map { $0.text(document) } ?? entry.picture(isAlone: pictures == .alone)
            answer.imageURL = found.flatMap(DirectoryLookupAnswerSanitizer.picture) ?? ""
        }
        if chat.isLID {
            let found = phone.map { $0.text(document) } ?? entry.phone
            answer.phone = found.flatMap { DirectoryLookupAnswerSanitizer.phone($0, of: chat) }
        }
        return answer
    }

    // The members that gateways use, by meaning (reference whatsapp.md, A and B.2).
    private static let names = ["name", "Name", "subject", "FullName", "formattedTitle", "formattedName"]
    private static let pushNames = ["pushName", "pushname", "PushName", "push_name", "notify"]
    private static let verifiedNames = ["verifiedName", "verifiedBizName", "VerifiedName", "BusinessName"]
}
