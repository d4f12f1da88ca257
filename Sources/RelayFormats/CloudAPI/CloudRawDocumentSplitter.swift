internal import RelayCore
internal import RelayJSON

/// Attaches to each event the document that it comes from.
///
/// A document with a single message, status or call is kept byte for byte, so that its signature stays valid. From a
/// document with several, each one gets a document of the same shape that contains only itself, because Chatwoot reads
/// only the first (reference chatwoot.md, 4).
struct CloudRawDocumentSplitter {
    private let root: JSON
    private let bytes: [UInt8]
    private let isAboutOne: Bool

    init(of root: JSON, _ bytes: [UInt8]) {
        self.root = root
        self.bytes = bytes
        let changes = root["entry"]?.array?.map { $0["changes"]?.array ?? [] } ?? []
        let value = changes.first?.first?["value"]
        let things = CloudReader.members.reduce(0) { $0 + (value?[$1]?.array?.count ?? 0) }
        isAboutOne = changes.map(\.count) == [1] && things == 1
    }

    /// Attaches the document to the first event of each message, status or call, so that it is forwarded once.
    func attach(to findings: inout CloudReadResult) {
        var seen: Set<CloudElementPointer> = []
        for (pointer, event) in findings.origins {
            guard let place = CloudElementPointer(pointer), seen.insert(place).inserted, let bytes = document(of: place)
            else {
                continue
            }
            findings.events[event].raw = RawGatewayDocument(bytes: bytes)
        }
    }

    private func document(of place: CloudElementPointer) -> [UInt8]? {
        if isAboutOne { return bytes }
        let envelope = place.envelope.flatMap { root[$0] } ?? root
        guard let entry = envelope["entry"]?[place.entry]?.object,
            let change = entry["changes"]?[place.change]?.object,
            let value = change["value"]?.object,
            let thing = value[place.member]?[place.index],
            var document = envelope.object
        else { return nil }
        var (only, around, about) = (value, change, entry)
        for member in CloudReader.members { only[member] = member == place.member ? [thing] : nil }
        if let person = contact(of: thing, in: value) { only["contacts"] = [person] }
        around["value"] = .object(only)
        about["changes"] = [.object(around)]
        document["entry"] = [.object(about)]
        return JSON.object(document).bytes
    }

    /// The contact that a message or a status is about. Receivers read the first of `contacts`, whoever that is.
    private func contact(of thing: JSON, in value: JSONObject) -> JSON? {
        let names = ["from", "recipient_id", "from_user_id", "recipient_user_id"].compactMap { thing[$0]?.string }
        return value["contacts"]?.array?.first { contact in
            ["wa_id", "user_id"].contains { contact[$0]?.string.map(names.contains) ?? false }
        }
    }
}

/// The position of one element in a list of a change's value.
private struct CloudElementPointer: Hashable {
    let envelope: Int?
    let entry: Int
    let change: Int
    let member: String
    let index: Int

    /// Parses `/entry/0/changes/0/value/messages/1`, with an optional envelope index before it and any suffix after it.
    init?(_ pointer: String) {
        var parts = pointer.split(separator: "/")[...]
        envelope = parts.first.flatMap { Int($0) }
        if envelope != nil { parts.removeFirst() }
        let words = Array(parts.prefix(7))
        guard words.count == 7, let entry = Int(words[1]), let change = Int(words[3]), let index = Int(words[6]) else {
            return nil
        }
        (self.entry, self.change, self.index) = (entry, change, index)
        member = String(words[5])
    }
}
