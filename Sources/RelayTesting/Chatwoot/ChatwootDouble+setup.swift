package import RelayJSON

/// Sets up an installation without using the API.
extension ChatwootDouble {
    @discardableResult
    package func addAccount(_ name: String = "Acme") -> Account {
        withState { state in
            let account = Account(id: state.nextID(.account), name: name)
            state.accounts[account.id] = account
            return account
        }
    }

    package func suspendAccount(_ id: Int, _ isSuspended: Bool = true) {
        withState { $0.accounts[id]?.isSuspended = isSuspended }
    }

    /// Adds a user with a token. An agent sees only the given inboxes.
    @discardableResult
    package func addUser(
        _ name: String = "Relay",
        in account: Int,
        role: Role = .agent,
        inboxes: Set<Int> = []
    ) -> User {
        withState { state in
            let id = state.nextID(.user)
            let user = User(
                id: id,
                accountID: account,
                name: name,
                email: "user\(id)@example.com",
                role: role,
                inboxes: inboxes,
                token: state.nextToken()
            )
            state.users[id] = user
            state.actors[user.token] = .user(id)
            return user
        }
    }

    package func addMember(_ user: Int, to inbox: Int) {
        withState { _ = $0.users[user]?.inboxes.insert(inbox) }
    }

    package func removeMember(_ user: Int, from inbox: Int) {
        withState { _ = $0.users[user]?.inboxes.remove(inbox) }
    }

    @discardableResult
    package func addAgentBot(_ name: String = "Bot", in account: Int) -> AgentBot {
        withState { state in
            let bot = AgentBot(id: state.nextID(.bot), accountID: account, name: name, token: state.nextToken())
            state.bots[bot.id] = bot
            state.actors[bot.token] = .bot(bot.id)
            return bot
        }
    }

    /// Adds an inbox of the API channel or of another channel.
    @discardableResult
    package func addInbox(
        _ name: String = "WhatsApp",
        in account: Int,
        channel: Channel = .api,
        isLockedToSingleConversation: Bool = false,
        webhookURL: String? = nil,
        isHMACMandatory: Bool = false,
        additionalAttributes: JSONObject = [:]
    ) -> Inbox {
        withState { state in
            var inbox = state.newInbox(name, account: account, channel)
            inbox.isLockedToSingleConversation = isLockedToSingleConversation
            inbox.webhookURL = webhookURL
            inbox.isHMACMandatory = isHMACMandatory
            inbox.additionalAttributes = additionalAttributes
            state.inboxes[inbox.id] = inbox
            return inbox
        }
    }

    /// Changes an inbox; does nothing when it does not exist.
    package func updateInbox(_ id: Int, _ change: (inout Inbox) -> Void) {
        withState { state in
            guard var inbox = state.inboxes[id] else { return }
            change(&inbox)
            state.inboxes[id] = inbox
        }
    }

    package func deleteInbox(_ id: Int) {
        withState { $0.inboxes[id] = nil }
    }

    /// Defines a contact attribute: only defined ones can be used in filters.
    package func defineContactAttribute(_ key: String, in account: Int) {
        withState { _ = $0.attributeDefinitions[account, default: []].insert(key) }
    }

    package func blockContact(_ id: Int, _ isBlocked: Bool = true) {
        withState { state in
            guard var contact = state.contacts[id] else { return }
            contact.isBlocked = isBlocked
            state.contacts.put(contact)
        }
    }

    /// Deletes a contact with all its conversations, as an administrator can.
    package func deleteContact(_ id: Int) {
        withState { $0.destroyContact(id) }
    }

    /// Deletes a conversation, as an administrator can.
    package func deleteConversation(_ id: Int) {
        withState { state in
            for message in state.conversations.messageIDs[id] ?? [] { state.messages[message] = nil }
            state.conversations.remove(id)
        }
    }
}
