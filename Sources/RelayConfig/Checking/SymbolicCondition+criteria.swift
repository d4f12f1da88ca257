internal import RelayCore

extension SymbolicConditionBuilder {
    /// Criteria as a condition.
    func condition(_ criteria: EventCriteria) -> SymbolicCondition {
        var parts: [SymbolicCondition] = []
        if let chats = criteria.chats {
            let chat = payload("chatId")
            let kinds = chats.reduce(SymbolicCondition.never) { .either($0, Self.isOf($1, chat)) }
            parts.append(.either(SymbolicCondition.isTrue(chat).negated, kinds))
        }
        if let fromMe = criteria.fromMe {
            let isOwn = SymbolicCondition.equals(payload("fromMe"), .bool(!fromMe))
            parts.append(SymbolicCondition.both(isOne(of: EventCriteria.messages), isOwn).negated)
        }
        if let types = criteria.types {
            let type = payload("type")
            let allowed = types.reduce(SymbolicCondition.isTrue(type).negated) {
                .either($0, .equals(type, .string($1)))
            }
            parts.append(.either(isOne(of: EventCriteria.typed).negated, allowed))
        }
        if !criteria.history { parts.append(SymbolicCondition.equals(payload("history"), .bool(true)).negated) }
        // Two criteria with the same age have the same result, and any other text would do.
        if let age = criteria.maxAge { parts.append(.opaque(String(describing: age))) }
        return parts.reduce(.always) { .both($0, $1) }
    }

    private func payload(_ name: String) -> SymbolicCondition.SymbolicValue { subject(["payload", name]) }

    private func isOne(of types: [EventType]) -> SymbolicCondition {
        types.reduce(.never) { .either($0, .equals(subject(["event"]), .string($1.name))) }
    }

    private static func isOf(_ kind: EventCriteria.Chat, _ chat: SymbolicCondition.SymbolicValue) -> SymbolicCondition {
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
