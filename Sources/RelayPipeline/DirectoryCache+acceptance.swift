internal import RelayCore

extension DirectoryCache {
    /// Loads what an event's stages look up, where waiting is not possible.
    /// - Returns: the event with hidden identities replaced by the phones that are known to be behind them.
    func load(for event: Event, from stored: any StoredDirectory) throws -> Event {
        for key in missingLIDs(for: CollectionOfOne(event)) {
            if let phone = try stored.phone(ofLID: key) { insert(phone, ofLID: key) }
        }
        let event = identified(event)
        let (contacts, groups) = missing(for: CollectionOfOne(event))
        for key in contacts { insert(try stored.contact(key), for: key) }
        for key in groups { insert(try stored.group(key), for: key) }
        return event
    }
}
