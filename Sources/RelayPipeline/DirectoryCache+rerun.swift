internal import RelayCore

extension DirectoryCache {
    /// What an event that runs again has to add: it tells of the past, so what is known by now stays. Gateways' answers
    /// are of now.
    func additions(in records: [HistoryRecord]) -> [HistoryRecord] {
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
