internal import RelayCore

extension DirectoryCache {
    /// The records of a rerun that may be stored. The event is old, so what is known by now stays; a gateway's answer
    /// is new.
    func additions(in records: [HistoryChange]) -> [HistoryChange] {
        records.compactMap { record in
            switch record {
            case .contact(let contact) where contact.checkedAt == nil:
                let known = self.contact(contact.id, session: contact.session)
                return .contact(known.map { contact.merged(with: $0) } ?? contact)
            case .group(let group) where group.checkedAt == nil:
                let known = self.group(group.id, session: group.session)
                return .group(known.map { group.merged(with: $0) } ?? group)
            case .pictureChanged: return nil
            default: return record
            }
        }
    }
}
