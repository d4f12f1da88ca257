internal import RelayCore

extension DirectoryCache {
    /// Loads what an event's stages look up, where waiting is not possible.
    func load(for event: Event, from stored: any StoredDirectory) throws {
        let events = CollectionOfOne(event)
        for key in missingLIDs(for: events) {
            if let phone = try stored.phone(ofLID: key) { insert(phone, ofLID: key) }
        }
        let (contacts, groups) = missing(for: events.map(identified))
        for key in contacts { insert(try stored.contact(key), for: key) }
        for key in groups { insert(try stored.group(key), for: key) }
    }
}
