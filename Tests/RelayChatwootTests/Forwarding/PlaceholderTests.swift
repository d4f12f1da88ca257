import RelayChatwoot
import RelayCore
import RelayJSON
import RelayTesting
import Testing

/// A message that has not arrived yet says so in Chatwoot, and the message itself takes its place.
@Suite(.limitedConcurrency)
struct PlaceholderTests {
    private static let waiting = "⏳ A message that has not arrived yet: look at it on the phone"

    private func placeholder(_ fixture: ForwardingFixture, reason: String = "undecryptable") -> JSON {
        fixture.text(
            "A1", "",
            ["type": "unsupported", "content": ["reason": .string(reason), "detail": "Message absent from node"]])
    }

    /// The texts of the messages that are not deleted.
    private func shown(_ fixture: ForwardingFixture) -> [String] {
        fixture.chatwoot.messages.filter { $0.contentAttributes["deleted"] != true && $0.kind != .activity }
            .map { $0.content ?? "" }
    }

    @Test func theMessageStandsInThePlaceOfItsPlaceholder() async throws {
        try await withForwarding { fixture in
            try await fixture.take("message.received", placeholder(fixture))
            #expect(shown(fixture) == [Self.waiting])
            try await fixture.take("message.received", fixture.text("A1", "Vi o anuncio"))
            #expect(shown(fixture) == ["Vi o anuncio"])
            #expect(fixture.chatwoot.messages.last?.sourceID == "WAID:A1")
            #expect(fixture.chatwoot.conversations.count == 1)
            // Told again in any order, after a restart as well, nothing changes.
            for payload in [placeholder(fixture), fixture.text("A1", "Vi o anuncio"), placeholder(fixture)] {
                try await fixture.take("message.received", payload)
                try await fixture.restarted().take("message.received", payload)
            }
            #expect(shown(fixture) == ["Vi o anuncio"])
            #expect(fixture.chatwoot.messages.count == 2)
        }
    }

    @Test func aPlaceholderThatComesLateIsNotShown() async throws {
        try await withForwarding { fixture in
            try await fixture.take("message.received", fixture.text("A1", "oi"))
            try await fixture.take("message.received", placeholder(fixture))
            #expect(fixture.chatwoot.messages.map(\.content) == ["oi"])
        }
    }

    @Test(arguments: [ChatwootDouble.Fault.status(500), .commitThen500, .reset])
    func aDeletionThatFailsIsTriedAgain(_ fault: ChatwootDouble.Fault) async throws {
        try await withForwarding { fixture in
            try await fixture.take("message.received", placeholder(fixture))
            fixture.chatwoot.next(1, .messageDelete, fault)
            let first = await fixture.send("message.received", fixture.text("A1", "oi"))
            #expect(!first.isDelivered)
            try await fixture.take("message.received", fixture.text("A1", "oi"), attempt: 2)
            #expect(shown(fixture) == ["oi"])
            #expect(fixture.chatwoot.messages(sourceID: "WAID:A1").count == 1)
        }
    }

    @Test func aDeletionThatIsRefusedDoesNotCostTheMessage() async throws {
        try await withForwarding { fixture in
            try await fixture.take("message.received", placeholder(fixture))
            fixture.chatwoot.next(1, .messageDelete, .status(403))
            try await fixture.take("message.received", fixture.text("A1", "oi"))
            #expect(shown(fixture) == [Self.waiting, "oi"])
        }
    }

    @Test func aMessageHiddenOnLinkedDevicesSaysWhy() async throws {
        try await withForwarding("language: pt-BR") { fixture in
            try await fixture.take("message.received", placeholder(fixture, reason: "hidden_on_linked_devices"))
            let text = "🔒 O remetente oculta esta mensagem em dispositivos conectados: só pode ser lida no celular"
            #expect(shown(fixture) == [text])
        }
    }
}
