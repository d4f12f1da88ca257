import RelayCore
import RelayJSON
import Testing

/// Names without the characters that receivers cannot use.
struct DisplayNameTests {
    @Test(arguments: [
        ("Maria Silva", "Maria Silva"), ("", ""), ("José  da  Silva", "José  da  Silva"),
        ("Ma\u{0}ria\u{7}", "Maria"), ("exe.\u{202E}gpj.pdf", "exe.gpj.pdf"), ("\u{2066}Ana\u{2069}", "Ana"),
        ("Maria\nSilva", "Maria Silva"), ("Maria\r\n\t Silva\n", "Maria Silva"),
        ("a\u{85}b\u{2028}c\u{2029}d", "a b c d"),
        ("\u{9B}31mred", "31mred"), ("\u{1B}[31mred", "[31mred"), ("\u{0}\u{7}\n", ""),
        // These are needed: joiners of emoji and of scripts, directional marks, soft hyphens, flags.
        ("👩‍👩‍👧 نام‌ها \u{200F}שם\u{200E}", "👩‍👩‍👧 نام‌ها \u{200F}שם\u{200E}"), ("🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤️"),
        ("Ünï ©", "Ünï ©"), ("…–€", "…–€"),
    ])
    func namesAreCleaned(_ name: String, _ clean: String) {
        #expect(Array(DisplayName.cleaned(name).utf8) == Array(clean.utf8))
        #expect(DisplayName.cleaned(clean) == clean)
        #expect(DisplayName.orNil(name) == (clean.isEmpty && !name.isEmpty ? nil : clean))
    }

    @Test func noControlCharacterIsLeft() {
        let all = (0...0x2070).compactMap(Unicode.Scalar.init)
        let clean = DisplayName.cleaned(String(String.UnicodeScalarView(all)))
        #expect(!clean.unicodeScalars.contains { $0.properties.generalCategory == .control })
        #expect(!clean.unicodeScalars.contains { (0x202A...0x202E).contains($0.value) })
    }

    /// Also what was stored by a release that did not clean names.
    @Test func theDirectoryHasCleanNames() {
        let now = Timestamp(seconds: 0)
        let contact = Contact(
            session: "s", id: "c", name: "A\u{0}", pushName: "\u{202E}B", verifiedName: "\u{0}", updatedAt: now)
        #expect([contact.name, contact.pushName, contact.verifiedName] == ["A", "B", nil])
        #expect(Group(session: "s", id: "g", name: "G\u{7}", updatedAt: now).name == "G")
    }

    // MARK: - Events

    private static let dirty = "A\u{0}b\u{202E}c\nd\u{7}"
    private static let clean = "Abc d"

    /// A value of a declared type, with dirty names, and what must become of it.
    private func value(_ type: EventFieldType) -> (before: JSON, after: JSON) {
        switch type {
        case .name: return (.string(Self.dirty), .string(Self.clean))
        case .object(let fields):
            let (before, after) = object(fields)
            return (.object(before), .object(after))
        case .list(let element):
            let (before, after) = value(element)
            return (["x", before], ["x", after])
        default: return (.string(Self.dirty), .string(Self.dirty))
        }
    }

    private func object(_ fields: [EventField]) -> (before: JSONObject, after: JSONObject) {
        var (before, after) = (JSONObject(), JSONObject())
        for field in fields { (before[field.name], after[field.name]) = value(field.type) }
        return (before, after)
    }

    @Test func everyNameOfEveryEventIsCleanedAndNothingElse() {
        var names = 0
        for event in EventCatalogue.events {
            for form in event.forms {
                let contents = form.fields.contains { $0.type == .content } ? EventCatalogue.contents : []
                for content in contents.map(Optional.some) + [nil] {
                    var (before, after) = object(form.fields.filter { $0.type != .content })
                    if let content {
                        before["type"] = .string(content.name)
                        after["type"] = .string(content.name)
                        let (dirty, clean) = object(content.forms.flatMap(\.fields))
                        before["content"] = .object(dirty)
                        after["content"] = .object(clean)
                    }
                    var parsed = ParsedEvent(type: event.type, session: "s", payload: before)
                    EventNameCleaner.clean(&parsed)
                    #expect(parsed.payload == after, "\(event.type) \(content?.name ?? "")")
                    if before != after { names += 1 }
                }
            }
        }
        #expect(names > 40)
    }

    @Test func aNameOfWhichNothingRemainsIsNull() {
        var event = ParsedEvent(
            type: .messageReceived, session: "s", payload: ["chatName": "\u{0}", "pushName": "\u{0}", "text": "\u{0}"])
        EventNameCleaner.clean(&event)
        #expect(event.payload == ["chatName": nil, "pushName": "", "text": "\u{0}"])
    }
}
