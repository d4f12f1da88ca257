public import RelayCore
internal import RelayJSON
internal import Synchronization

/// The directory's entries that were needed lately, with what running pipelines have learned laid over them.
public final class DirectoryCache: DirectoryLookup {
    private struct State: Sendable {
        var contacts: Generations<Contact?>
        var groups: Generations<Group?>
        var isStale = false
    }

    private let state: Mutex<State>

    /// - Parameter capacity: entries of each kind; about twice as many are held at most.
    public init(capacity: Int = 20_000) {
        state = Mutex(State(contacts: Generations(capacity: capacity), groups: Generations(capacity: capacity)))
    }

    public func contact(_ id: String, session: String) -> Contact? {
        state.withLock { $0.contacts[DirectoryKey(session: session, id: id)] ?? nil }
    }

    public func group(_ id: String, session: String) -> Group? {
        state.withLock { $0.groups[DirectoryKey(session: session, id: id)] ?? nil }
    }

    /// Sees to it that what the events' stages look up is at hand; what the store does not know is remembered as such.
    public func load(for events: [Event], from history: any History) async throws(StoreError) {
        let (contacts, groups) = missing(for: events)
        if !contacts.isEmpty {
            let found = try await history.contacts(contacts)
            state.withLock { state in
                for key in contacts { state.contacts[key] = .some(nil) }
                for contact in found {
                    state.contacts[DirectoryKey(session: contact.session, id: contact.id)] = contact
                }
            }
        }
        if !groups.isEmpty {
            let found = try await history.groups(groups)
            state.withLock { state in
                for key in groups { state.groups[key] = .some(nil) }
                for group in found { state.groups[DirectoryKey(session: group.session, id: group.id)] = group }
            }
        }
    }

    /// Takes it that the store knows nothing of what the events' stages look up, so that only what is learned shows.
    public func expect(_ events: [Event]) {
        let (contacts, groups) = missing(for: events)
        state.withLock { state in
            for key in contacts { state.contacts[key] = .some(nil) }
            for key in groups { state.groups[key] = .some(nil) }
        }
    }

    /// What the events' stages look up and is not at hand.
    private func missing(for events: [Event]) -> (contacts: Set<DirectoryKey>, groups: Set<DirectoryKey>) {
        var contacts: Set<DirectoryKey> = []
        var groups: Set<DirectoryKey> = []
        state.withLock { state in
            if state.isStale {
                state.contacts.removeAll()
                state.groups.removeAll()
                state.isStale = false
            }
            for event in events {
                for id in [event.chat, event.payload["participant"]?.string] {
                    guard let id else { continue }
                    let key = DirectoryKey(session: event.session, id: id)
                    if id.hasSuffix("@g.us") {
                        if state.groups[key] == nil { groups.insert(key) }
                    } else if state.contacts[key] == nil {
                        contacts.insert(key)
                    }
                }
            }
        }
        return (contacts, groups)
    }

    /// Lays over what a pipeline has just learned, so that the next event sees it before it is committed.
    /// - Returns: the records without those that say what is known: a sender's name comes with every message.
    @discardableResult
    public func learn(_ records: [HistoryRecord]) -> [HistoryRecord] {
        state.withLock { state in
            records.filter { record in
                switch record {
                case .contact(let contact):
                    let key = DirectoryKey(session: contact.session, id: contact.id)
                    // An entry that is not at hand is left to be loaded whole.
                    guard let present = state.contacts[key] else { return true }
                    let merged = present?.merged(with: contact) ?? contact
                    guard merged.says(more: present) else { return false }
                    state.contacts[key] = merged
                case .group(let group):
                    let key = DirectoryKey(session: group.session, id: group.id)
                    guard let present = state.groups[key] else { return true }
                    let merged = present?.merged(with: group) ?? group
                    guard merged.says(more: present) else { return false }
                    state.groups[key] = merged
                default:
                    break
                }
                return true
            }
        }
    }

    /// Forgets everything with the next batch, after data was deleted under it or could not be written. Not at once: the
    /// batch at hand was loaded for and goes on with what it has.
    public func forget() {
        state.withLock { $0.isStale = true }
    }
}

extension Contact {
    fileprivate func says(more old: Contact?) -> Bool {
        guard var old else { return true }
        old.updatedAt = updatedAt
        return self != old
    }
}

extension Group {
    fileprivate func says(more old: Group?) -> Bool {
        guard var old else { return true }
        old.updatedAt = updatedAt
        return self != old
    }
}

/// A bounded dictionary: when the young generation is full it becomes the old one, and what nobody asked for since then
/// goes with the one before.
struct Generations<Value: Sendable>: Sendable {
    private let capacity: Int
    private var young: [DirectoryKey: Value] = [:]
    private var old: [DirectoryKey: Value] = [:]

    init(capacity: Int) {
        self.capacity = capacity
    }

    subscript(key: DirectoryKey) -> Value? {
        mutating get {
            if let value = young[key] { return value }
            guard let value = old[key] else { return nil }
            insert(value, for: key)
            return value
        }
        set {
            guard let newValue else {
                young[key] = nil
                old[key] = nil
                return
            }
            insert(newValue, for: key)
        }
    }

    private mutating func insert(_ value: Value, for key: DirectoryKey) {
        if young.count >= capacity {
            old = young
            young = [:]
        }
        young[key] = value
    }

    mutating func removeAll() {
        young = [:]
        old = [:]
    }
}
