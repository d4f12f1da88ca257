/// Directory entries that were read lately: a ``TwoGenerationCache`` for each kind.
///
/// The generic type is specialized here, which it is not in other modules; there a look-up takes twice as long.
package struct DirectoryEntryCache: Sendable {
    private var contacts: TwoGenerationCache<DirectoryEntryKey, Contact?>
    private var groups: TwoGenerationCache<DirectoryEntryKey, Group?>
    private var phones: TwoGenerationCache<DirectoryEntryKey, String>

    /// - Parameter capacity: entries of each kind; at most about twice as many are held.
    package init(capacity: Int) {
        contacts = TwoGenerationCache(capacity: capacity)
        groups = TwoGenerationCache(capacity: capacity)
        phones = TwoGenerationCache(capacity: capacity)
    }

    /// A contact: nil when it is not in the cache, `.some(nil)` when the directory does not know it.
    package mutating func contact(_ key: DirectoryEntryKey) -> Contact?? { contacts[key] }

    package mutating func keep(_ contact: Contact?, for key: DirectoryEntryKey) { contacts[key] = .some(contact) }

    /// A group, in the form of ``contact(_:)``.
    package mutating func group(_ key: DirectoryEntryKey) -> Group?? { groups[key] }

    package mutating func keep(_ group: Group?, for key: DirectoryEntryKey) { groups[key] = .some(group) }

    /// The phone's JID of a hidden identity; nil when it is not in the cache.
    package mutating func phone(_ key: DirectoryEntryKey) -> String? { phones[key] }

    package mutating func keep(phone: String, for key: DirectoryEntryKey) { phones[key] = phone }

    package mutating func forgetContact(_ key: DirectoryEntryKey) { contacts[key] = nil }

    package mutating func forgetGroup(_ key: DirectoryEntryKey) { groups[key] = nil }

    package mutating func forgetPhone(_ key: DirectoryEntryKey) { phones[key] = nil }

    package mutating func removeAll() {
        contacts.removeAll()
        groups.removeAll()
        phones.removeAll()
    }
}
