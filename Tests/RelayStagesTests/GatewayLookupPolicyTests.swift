import RelayCore
import RelayJSON
import RelayTesting
import Testing

/// When `enrich` sends a request to a gateway, and how it uses the response.
struct GatewayLookupPolicyTests {
    @Test func aGroupHasItsNameAndPictureAtTheFirstMessageAndTheSecondAsksNobody() async throws {
        let fixture = try EnrichFixture()
        let picture = fixture.clock.picture(for: .seconds(86_400))
        fixture.answers(DirectoryLookupAnswer(name: "Vendas", imageURL: picture))
        for _ in 1...2 {
            let payload = try await fixture.enriched(message(in: group))
            #expect(payload["groupName"] == "Vendas")
            #expect(payload["chatName"] == "Vendas")
            #expect(payload["groupImageUrl"] == .string(picture))
            #expect(payload["chatImageUrl"] == .string(picture))
            let expiry = JSON.int((fixture.clock.now + .seconds(86_400)).seconds)
            #expect(payload["groupImageExpiresAt"] == expiry)
            #expect(payload["chatImageExpiresAt"] == expiry)
            #expect(payload["contactImageExpiresAt"] == nil)
        }
        #expect(fixture.asked == [group])
    }

    @Test func withoutAGatewayItIsAsWithoutALookup() async throws {
        let fixture = try EnrichFixture()
        let payload = try await fixture.enriched(message(in: group), asking: false)
        #expect(payload["groupName"] == .null)
        #expect(fixture.asked.isEmpty)
        #expect(try EnrichFixture("enrich").waits == false)
        #expect(fixture.waits)
    }

    @Test func whatTheGatewayDoesNotKnowIsAskedForAgainAfterTheNegativeCache() async throws {
        let fixture = try EnrichFixture()
        fixture.answers(DirectoryLookupAnswer(imageURL: ""))
        _ = try await fixture.enriched(message(in: group))
        fixture.clock.advance(by: .seconds(3599))
        _ = try await fixture.enriched(message(in: group))
        #expect(fixture.asked.count == 1)
        fixture.clock.advance(by: .seconds(1))
        fixture.answers(DirectoryLookupAnswer(name: "Vendas", imageURL: ""))
        #expect(try await fixture.enriched(message(in: group))["groupName"] == "Vendas")
        #expect(fixture.asked.count == 2)
    }

    @Test func whatIsKnownIsAskedForAgainAfterTheCache() async throws {
        let fixture = try EnrichFixture()
        fixture.answers(DirectoryLookupAnswer(name: "Vendas", imageURL: "https://x.example/p.jpg"))
        _ = try await fixture.enriched(message(in: group))
        fixture.clock.advance(by: .seconds(86_399))
        _ = try await fixture.enriched(message(in: group))
        #expect(fixture.asked.count == 1)
        fixture.clock.advance(by: .seconds(1))
        fixture.answers(DirectoryLookupAnswer(name: "Vendas SP", imageURL: "https://x.example/q.jpg"))
        let payload = try await fixture.enriched(message(in: group))
        #expect(payload["groupName"] == "Vendas SP")
        #expect(payload["groupImageUrl"] == "https://x.example/q.jpg")
        #expect(payload["groupImageExpiresAt"] == nil, "the address does not tell")
    }

    @Test func aGatewayThatDoesNotAnswerLeavesWhatIsKnown() async throws {
        let fixture = try EnrichFixture()
        fixture.answers(DirectoryLookupAnswer(name: "Vendas", imageURL: "https://x.example/p.jpg"))
        _ = try await fixture.enriched(message(in: group))
        fixture.clock.advance(by: .seconds(90_000))
        fixture.answers(nil)
        for _ in 1...2 {
            let payload = try await fixture.enriched(message(in: group))
            #expect(payload["groupName"] == "Vendas")
            #expect(payload["groupImageUrl"] == "https://x.example/p.jpg")
        }
        #expect(fixture.asked.count == 3, "a lookup in vain is no check")
        fixture.isAvailable(false)
        #expect(try await fixture.enriched(message(in: group))["groupName"] == "Vendas")
        #expect(fixture.asked.count == 3, "a gateway that is left alone is not waited for")
    }

    @Test func anExpiredPictureIsNeverHandedOut() async throws {
        let fixture = try EnrichFixture()
        fixture.answers(DirectoryLookupAnswer(name: "Vendas", imageURL: fixture.clock.picture(for: .seconds(7200))))
        _ = try await fixture.enriched(message(in: group))
        fixture.clock.advance(by: .seconds(7200))
        fixture.answers(nil)
        #expect(try await fixture.enriched(message(in: group))["groupImageUrl"] == .null)
        let fresh = fixture.clock.picture("fresh", for: .seconds(7200))
        fixture.answers(DirectoryLookupAnswer(name: "Vendas", imageURL: fresh))
        #expect(try await fixture.enriched(message(in: group))["groupImageUrl"] == .string(fresh))
    }

    @Test func aPictureThatTheGatewayHandsOutExpiredIsNone() async throws {
        let fixture = try EnrichFixture()
        fixture.answers(DirectoryLookupAnswer(name: "Vendas", imageURL: fixture.clock.picture(for: .seconds(-1))))
        #expect(try await fixture.enriched(message(in: group))["groupImageUrl"] == .null)
        #expect(try await fixture.enriched(message(in: group))["groupImageUrl"] == .null)
        #expect(fixture.asked.count == 1)
    }

    @Test func theExpiryIsJudgedByTheWallClock() async throws {
        let fixture = try EnrichFixture()
        fixture.answers(DirectoryLookupAnswer(name: "Vendas", imageURL: fixture.clock.picture(for: .seconds(60))))
        fixture.clock.stepWall(by: .seconds(61))
        #expect(try await fixture.enriched(message(in: group))["groupImageUrl"] == .null)
    }

    @Test func aPictureThatWasReplacedIsAskedForAtOnce() async throws {
        let fixture = try EnrichFixture()
        fixture.answers(DirectoryLookupAnswer(name: "Vendas", imageURL: "https://x.example/old.jpg"))
        _ = try await fixture.enriched(message(in: group))
        fixture.knows(.pictureChanged(DirectoryEntryKey(session: "main", id: group)))
        fixture.answers(DirectoryLookupAnswer(name: "Vendas", imageURL: "https://x.example/new.jpg"))
        #expect(try await fixture.enriched(message(in: group))["groupImageUrl"] == "https://x.example/new.jpg")
    }

    @Test func anEventThatSaysThereIsNoPictureIsBelieved() async throws {
        let fixture = try EnrichFixture()
        let now = fixture.clock.now
        fixture.knows(.group(Group(session: "main", id: group, name: "Vendas", imageURL: "", updatedAt: now)))
        _ = try await fixture.enriched(message(in: group))
        #expect(fixture.asked.isEmpty)
    }

    @Test func aRenamedGroupHasItsNewNameWithoutALookup() async throws {
        let fixture = try EnrichFixture()
        fixture.answers(DirectoryLookupAnswer(name: "Vendas", imageURL: "https://x.example/p.jpg"))
        _ = try await fixture.enriched(message(in: group))
        fixture.knows(.group(Group(session: "main", id: group, name: "Vendas SP", updatedAt: fixture.clock.now)))
        #expect(try await fixture.enriched(message(in: group))["groupName"] == "Vendas SP")
        #expect(fixture.asked.count == 1)
    }

    @Test func whatOthersLearnedMeanwhileIsKeptWithTheAnswer() async throws {
        let fixture = try EnrichFixture()
        fixture.answers(DirectoryLookupAnswer(imageURL: "https://x.example/p.jpg"))
        let payload = try await fixture.enriched(message(in: ana)) {
            fixture.knows(.contact(Contact(session: "main", id: ana, name: "Ana Lima", updatedAt: fixture.clock.now)))
        }
        #expect(payload["contactName"] == "Ana Lima")
        #expect(payload["contactImageUrl"] == "https://x.example/p.jpg")
        #expect(fixture.contact(ana, session: "main")?.name == "Ana Lima")
    }

    @Test func theSavedNameOfAnAnswerWinsOverTheEventsAndTheChosenOneDoesNot() async throws {
        let fixture = try EnrichFixture()
        fixture.answers(DirectoryLookupAnswer(pushName: "ana", imageURL: ""))
        var payload = try await fixture.enriched(message(in: ana, ["contactName": "Ana 🌸"]))
        #expect(payload["contactName"] == "Ana 🌸")
        fixture.clock.advance(by: .seconds(3600))
        fixture.answers(DirectoryLookupAnswer(name: "Ana (cliente)", pushName: "ana", imageURL: ""))
        payload = try await fixture.enriched(message(in: ana, ["contactName": "Ana 🌸"]))
        #expect(payload["contactName"] == "Ana (cliente)")
        #expect(payload["chatName"] == "Ana (cliente)")
    }

    @Test func whatIsNotWantedOrKnownFromTheEventIsNoReasonToAsk() async throws {
        let names = try EnrichFixture("enrich: { with: [contact_name], lookup: { preset: waha, url: \"http://w\" } }")
        _ = try await names.enriched(message(in: ana, ["contactName": "Ana"]))
        #expect(names.asked.isEmpty, "the event tells the name, and pictures are not wanted")
        _ = try await names.enriched(message(in: ana))
        #expect(names.asked == [ana])
    }

    @Test(arguments: ["status@broadcast", "123@newsletter", "5511@broadcast"])
    func nobodyIsAskedAboutWhatIsNeitherAGroupNorAPerson(chat: String) async throws {
        let fixture = try EnrichFixture()
        _ = try await fixture.enriched(message(in: chat))
        #expect(fixture.asked.isEmpty)
    }

    @Test func receiptsAndHistoryAskNobody() async throws {
        let fixture = try EnrichFixture()
        _ = try await fixture.enriched(draft(.messageRead, chat: group, ["messageId": "1", "chatId": .string(group)]))
        _ = try await fixture.enriched(message(in: group, ["history": true]))
        #expect(fixture.asked.isEmpty)
    }

    @Test func aHiddenIdentitysPhoneIsLinkedForTheNextEvent() async throws {
        let fixture = try EnrichFixture()
        fixture.answers(
            DirectoryLookupAnswer(pushName: "Ana", imageURL: "https://x.example/p.jpg", phone: JID(ana)))
        let payload = try await fixture.enriched(message(in: hidden))
        #expect(payload["chatId"] == .string(hidden), "this event stays as it was accepted")
        #expect(payload["contactName"] == "Ana")
        let contact = try #require(fixture.contact(ana, session: "main"))
        #expect(contact.lid == hidden)
        #expect(contact.pushName == "Ana")
        #expect(contact.checkedAt == fixture.clock.now)
        #expect(fixture.contact(hidden, session: "main") == nil)
    }

    @Test func whatIsNotToldOfAHiddenIdentityIsAskedOfThePhone() async throws {
        let fixture = try EnrichFixture()
        fixture.answers(DirectoryLookupAnswer(imageURL: "", phone: JID(ana)))
        _ = try await fixture.enriched(message(in: hidden))
        #expect(fixture.contact(ana, session: "main")?.checkedAt == nil)
        _ = try await fixture.enriched(message(in: ana))
        #expect(fixture.asked == [hidden, ana])
    }

    @Test func aHiddenIdentityWithoutAPhoneIsNotAskedForAllTheTime() async throws {
        let fixture = try EnrichFixture()
        fixture.answers(DirectoryLookupAnswer(name: "Ana", imageURL: "https://x.example/p.jpg"))
        for _ in 1...3 { _ = try await fixture.enriched(message(in: hidden)) }
        #expect(fixture.asked == [hidden])
    }
}
