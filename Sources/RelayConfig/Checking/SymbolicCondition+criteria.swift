internal import RelayCore

/// One criterion as a condition.
struct SymbolicCriterion {
    /// Its option: `chats`.
    var name: String
    /// What it asks of an event.
    var condition: SymbolicCondition
    /// The events that it speaks of; other events pass. Nil for a criterion whose result the text does not tell.
    var scope: Scope?

    /// The events that a criterion speaks of.
    struct Scope {
        var condition: SymbolicCondition
        /// How they are called in warnings, after `every`: `message`.
        var noun: String
    }
}

extension SymbolicConditionBuilder {
    /// Criteria as conditions, one for each.
    /// - Parameter isOpen: whether a source may report `fromMe` in contradiction to the type of the event.
    func criteria(_ criteria: EventCriteria, isOpen: Bool) -> [SymbolicCriterion] {
        var parts: [SymbolicCriterion] = []
        if let chats = criteria.chats {
            let hasChat = SymbolicCondition.either(.isTrue(payload("chatKind")), .isTrue(payload("chatId")))
            let kinds = chats.reduce(SymbolicCondition.never) { .either($0, isOf($1, isOpen: isOpen)) }
            parts.append(
                SymbolicCriterion(
                    name: "chats",
                    condition: .either(hasChat.negated, kinds),
                    scope: .init(condition: hasChat, noun: "event of a chat")))
        }
        if let fromMe = criteria.fromMe {
            let isOwn = SymbolicCondition.equals(payload("fromMe"), .bool(!fromMe))
            let messages = isOne(of: EventCriteria.messages)
            parts.append(
                SymbolicCriterion(
                    name: "from_me",
                    condition: SymbolicCondition.both(messages, isOwn).negated,
                    scope: .init(condition: .both(messages, author(isOpen: isOpen)), noun: "message")))
        }
        if let types = criteria.types {
            let type = payload("type")
            let typed = isOne(of: EventCriteria.typed)
            let allowed = types.reduce(SymbolicCondition.isTrue(type).negated) {
                .either($0, .equals(type, .string($1)))
            }
            parts.append(
                SymbolicCriterion(
                    name: "types",
                    condition: .either(typed.negated, allowed),
                    scope: .init(condition: .both(typed, .isTrue(type)), noun: "message")))
        }
        if !criteria.history {
            let isOld = SymbolicCondition.equals(payload("history"), .bool(true))
            parts.append(SymbolicCriterion(name: "history", condition: isOld.negated))
        }
        // Two criteria with the same age have the same result, and any other text would do.
        if let age = criteria.maxAge {
            parts.append(SymbolicCriterion(name: "max_age", condition: .opaque(String(describing: age))))
        }
        return parts
    }

    /// That the author of a message is known. Formats make a message of the account itself `message.sent`, and any
    /// other `message.received`.
    private func author(isOpen: Bool) -> SymbolicCondition {
        let isOwn = SymbolicCondition.equals(payload("fromMe"), .bool(true))
        let isOthers = SymbolicCondition.equals(payload("fromMe"), .bool(false))
        guard !isOpen else { return .either(isOwn, isOthers) }
        return .either(
            .both(isOwn, isOne(of: [.messageReceived]).negated),
            .both(isOthers, isOne(of: [.messageSent]).negated))
    }

    private func payload(_ name: String) -> SymbolicCondition.SymbolicValue { subject(["payload", name]) }

    private func isOne(of types: [EventType]) -> SymbolicCondition {
        types.reduce(.never) { .either($0, .equals(subject(["event"]), .string($1.name))) }
    }

    /// That the chat is of a kind. The event names the kind, or the chat's id tells it.
    private func isOf(_ kind: EventCriteria.Chat, isOpen: Bool) -> SymbolicCondition {
        let named = ChatKind.allCases.filter { EventCriteria.Chat($0) == kind }
            .reduce(SymbolicCondition.never) { .either($0, .equals(payload("chatKind"), .string($1.rawValue))) }
        let isUnnamed = SymbolicCondition.isTrue(payload("chatKind")).negated
        let byID = Self.hasID(of: kind, payload("chatId"))
        guard !isOpen else { return .either(named, .both(isUnnamed, byID)) }
        // In the events of formats the id, the kind and `isGroup` never contradict each other; `isGroup` of a call is
        // about the call.
        let isGroup = payload("isGroup")
        let isOther = kind == .group ? SymbolicCondition.equals(isGroup, .bool(false)) : .isTrue(isGroup)
        let contradiction = SymbolicCondition.both(isOne(of: [.callReceived]).negated, isOther)
        return .both(.both(.either(named, isUnnamed), byID), contradiction.negated)
    }

    private static func hasID(of kind: EventCriteria.Chat, _ chat: SymbolicCondition.SymbolicValue)
        -> SymbolicCondition
    {
        let status = SymbolicCondition.equals(chat, .string("status@broadcast"))
        switch kind {
        case .group: return .ends(chat, "@g.us")
        case .channel: return .ends(chat, "@newsletter")
        case .status: return status
        case .broadcast: return .both(.ends(chat, "@broadcast"), status.negated)
        case .private:
            return ["@g.us", "@newsletter", "@broadcast"].reduce(.always) {
                .both($0, SymbolicCondition.ends(chat, $1).negated)
            }
        }
    }
}
