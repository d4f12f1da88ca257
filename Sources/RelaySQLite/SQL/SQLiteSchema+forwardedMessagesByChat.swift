extension SQLiteSchema {
    /// `forwarded messages by chat`: a message id is unique only within its chat, so the chat becomes part of the key.
    /// What the ledger has stays. `forwarded_chats.contact_unwritten` is
    /// ``ForwardedChatMapping/hasUnwrittenContact``.
    static let forwardedMessagesByChat = """
        DROP INDEX forwarded_messages_remote;
        DROP INDEX forwarded_messages_open;
        DROP INDEX forwarded_messages_age;
        ALTER TABLE forwarded_messages RENAME TO old_forwarded_messages;
        CREATE TABLE forwarded_messages (
            number INTEGER PRIMARY KEY,
            destination TEXT NOT NULL,
            session TEXT NOT NULL,
            chat TEXT NOT NULL,
            message TEXT NOT NULL,
            part TEXT NOT NULL,
            direction INTEGER NOT NULL,
            state INTEGER NOT NULL,
            conversation INTEGER,
            remote INTEGER,
            after INTEGER,
            status INTEGER,
            updated_at INTEGER NOT NULL,
            UNIQUE (destination, session, chat, message, part)
        ) STRICT;
        INSERT INTO forwarded_messages
            (number, destination, session, chat, message, part, direction, state, conversation, remote, after, status,
            updated_at)
            SELECT number, destination, session, chat, message, part, direction, state, conversation, remote, after,
                status, updated_at
            FROM old_forwarded_messages ORDER BY number;
        DROP TABLE old_forwarded_messages;
        CREATE INDEX forwarded_messages_remote ON forwarded_messages (destination, remote) WHERE remote IS NOT NULL;
        CREATE INDEX forwarded_messages_open ON forwarded_messages (destination, session, chat) WHERE state <> 1;
        CREATE INDEX forwarded_messages_age ON forwarded_messages (updated_at);
        ALTER TABLE forwarded_chats ADD COLUMN contact_unwritten INTEGER NOT NULL DEFAULT 0;
        """
}
