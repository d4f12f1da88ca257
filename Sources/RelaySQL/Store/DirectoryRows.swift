internal import RelayCore

/// The directory's rows, read through one connection.
struct DirectoryRows: StoredDirectory {
    let database: SQLConnection

    func contact(_ key: DirectoryEntryKey) throws -> Contact? {
        try database.prepared("SELECT \(SQLStore.contactColumns) FROM contacts WHERE session = ? AND id = ?")
            .first(.text(key.session), .text(ChatIDRules.canonical(key.id)), read: SQLStore.contact)
    }

    func group(_ key: DirectoryEntryKey) throws -> Group? {
        try database.prepared("SELECT \(SQLStore.groupColumns) FROM groups WHERE session = ? AND id = ?")
            .first(.text(key.session), .text(key.id), read: SQLStore.group)
    }

    func phone(ofLID key: DirectoryEntryKey) throws -> String? {
        try database.prepared("SELECT phone FROM identities WHERE session = ? AND lid = ? AND phone IS NOT NULL")
            .first(.text(key.session), .text(key.id)) { $0.text(0) }
    }
}
