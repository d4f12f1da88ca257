internal import GRDB
internal import RelayCore

/// The directory's rows, read through one connection.
struct DirectoryRows: StoredDirectory {
    let database: Database

    func contact(_ key: DirectoryEntryKey) throws -> Contact? {
        try database.prepared("SELECT \(SQLiteStore.contactColumns) FROM contacts WHERE session = ? AND id = ?")
            .first(.text(key.session), .text(ChatIDRules.canonical(key.id)), read: SQLiteStore.contact)
    }

    func group(_ key: DirectoryEntryKey) throws -> Group? {
        try database.prepared("SELECT \(SQLiteStore.groupColumns) FROM groups WHERE session = ? AND id = ?")
            .first(.text(key.session), .text(key.id), read: SQLiteStore.group)
    }

    func phone(ofLID key: DirectoryEntryKey) throws -> String? {
        try database.prepared("SELECT phone FROM identities WHERE session = ? AND lid = ? AND phone IS NOT NULL")
            .first(.text(key.session), .text(key.id)) { $0.text(0) }
    }
}
