import RelayCore
import RelayFormats
import RelayJSON
import Testing

@testable import RelaySources

struct IntakeTests {
    private let journal = MemoryJournal()

    private func accept(
        _ body: String,
        _ intake: Intake,
        session: String? = nil,
        headers: [String: String] = [:]
    ) async throws(IntakeError) -> [EventAcceptanceResult] {
        try await result(body, intake, session: session, headers: headers).accepted
    }

    private func result(
        _ body: String,
        _ intake: Intake,
        session: String? = nil,
        headers: [String: String] = [:]
    ) async throws(IntakeError) -> IntakeResult {
        try await intake.accept(Array(body.utf8), path: session.map { [$0] } ?? []) { headers[$0.lowercased()] }
    }

    private func refusal(_ body: String, _ intake: Intake, session: String? = nil, headers: [String: String] = [:])
        async -> IntakeError?
    {
        do {
            _ = try await accept(body, intake, session: session, headers: headers)
            return nil
        } catch {
            return error
        }
    }

    @Test func whatIsAcceptedIsInTheJournal() async throws {
        let intake = makeIntake(journal)
        let first = try await accept(#"{"id": ["1", "2"], "session": "demo"}"#, intake)
        #expect(first.map(\.isDuplicate) == [false, false])
        #expect(journal.calls.count == 1)
        let again = try await accept(#"{"id": "2", "session": "demo"}"#, intake)
        #expect(again.map(\.isDuplicate) == [true])
        #expect(again.first?.id == first.last?.id)
    }

    @Test func aByteOrderMarkIsNoPartOfTheDocument() async throws {
        let accepted = try await accept("\u{FEFF}" + #"{"id": "1", "session": "demo"}"#, makeIntake(journal))
        #expect(accepted.count == 1)
        let utf16: [UInt8] = [0xFF, 0xFE] + #"{"id": "2"}"#.utf8.flatMap { [$0, 0] }
        await #expect(throws: IntakeError.self) { try await makeIntake(journal).accept(utf16, session: "demo") }
        #expect(journal.rejectedDocuments.documents.map(\.reason) == ["The text is UTF-16; send it as UTF-8."])
    }

    @Test func aDocumentWithoutEventsTouchesNothing() async throws {
        let acceptances = try await accept(#"{"id": [], "session": "demo"}"#, makeIntake(journal))
        #expect(acceptances.isEmpty)
        #expect(journal.calls.isEmpty)
    }

    @Test func theDefaultSessionStandsInOnlyForAMissingOne() async throws {
        let intake = makeIntake(journal, defaultSession: "main")
        _ = try await accept(#"{"id": "1"}"#, intake)
        _ = try await accept(#"{"id": "2", "session": "demo"}"#, intake)
        _ = try await accept(#"{"id": "3", "session": "demo"}"#, intake, session: "address")
        #expect(journal.events.map(\.session) == ["main", "demo", "address"])
        let wrong = await refusal(#"{"id": "4", "session": "a/b"}"#, intake)
        #expect(wrong?.code == .missingSession)
        #expect(wrong?.pointer == "/session")
        #expect(journal.events.count == 3)
    }

    @Test(arguments: [
        ("nonsense", IntakeError.Code.malformed, 400), (#"{"a": 1}"#, .notAnEvent, 422),
        (#"{"id": "1"}"#, .missingSession, 422),
    ])
    func whatCannotBeReadChangesNothing(_ body: String, _ code: IntakeError.Code, _ status: Int) async {
        let error = await refusal(body, makeIntake(journal))
        #expect(error?.code == code)
        #expect(error?.code.httpStatus == status)
        #expect(journal.calls.isEmpty)
    }

    @Test(arguments: [StoreError.Code.full, .overloaded, .unavailable, .locked, .conflict])
    func aStoreThatCannotIsTheRelaysFault(_ code: StoreError.Code) async {
        journal.failNext(StoreError(code, "password=secret"))
        let error = await refusal(#"{"id": "1", "session": "demo"}"#, makeIntake(journal))
        #expect(error?.code.httpStatus == 503)
        #expect((error?.retryAfter ?? 0) >= 1)
        #expect(error?.message.contains("secret") == false)
    }

    static let signed = #"{"event":"message","session":"default","engine":"WEBJS"}"#
    static let sha256 = "46270e6ad829217a54d67026afb4ef20e76d3a4ea36d64b140834b5fb3e8b83a"

    /// The vector of WAHA's documentation, and the same bytes under the other algorithms.
    static let signatures: [(IncomingHMACScheme, String)] = [
        (IncomingHMACScheme(header: "X-Sig", secret: "my-secret-key"), sha256),
        (IncomingHMACScheme(header: "X-Sig", secret: "my-secret-key"), sha256.uppercased()),
        (IncomingHMACScheme(header: "X-Sig", secret: "my-secret-key", prefix: "sha256="), "sha256=" + sha256),
        (
            IncomingHMACScheme(header: "X-Sig", algorithm: .sha1, secret: "my-secret-key"),
            "68ef937fd9a088220a09db3ccb35c8ff619f02ab"
        ),
        (
            IncomingHMACScheme(header: "X-Sig", algorithm: .sha256, secret: "my-secret-key", encoding: .base64),
            "RicOatgpIXpU1nAmr7TvIOdtOk6jbWSxQINLX7PouDo="
        ),
        (
            IncomingHMACScheme(header: "X-Sig", algorithm: .sha512, secret: "my-secret-key"),
            "208f8a55dde9e05519e898b10b89bf0d0b3b0fdf11fdbf09b6b90476301b98d8097c462b2b17a6ce93b6b47a136cf2e78a33a63f6752c2c1631777076153fa89"
        ),
    ]

    @Test(arguments: signatures.indices)
    func aSignatureAdmitsItsBodyAndNoOther(_ index: Int) async {
        let (verification, signature) = Self.signatures[index]
        let intake = makeIntake(journal, authentication: HMACAuthentication(verification))
        let right = await refusal(Self.signed, intake, headers: ["x-sig": signature])
        #expect(right?.code == .notAnEvent)
        let changed = await refusal(Self.signed + " ", intake, headers: ["x-sig": signature])
        #expect(changed?.code == .unauthorized)
        for wrong in ["", "00", String(signature.dropLast(2)), "sha256=", signature + "00", "zz"] {
            let error = await refusal(Self.signed, intake, headers: ["x-sig": wrong])
            #expect(error?.code == .unauthorized)
        }
        let none = await refusal(Self.signed, intake)
        #expect(none?.code.httpStatus == 401)
    }

    @Test(arguments: [
        ("Bearer t0ken", true), ("bearer  t0ken", true), ("Bearer t0ke", false), ("Bearer", false),
        ("Basic t0ken", false), ("t0ken", false),
        ("Bearer t0ken2", false),
    ])
    func aBearerShowsTheToken(_ value: String, _ isAdmitted: Bool) async {
        let intake = makeIntake(journal, authentication: BearerAuthentication(token: "t0ken"))
        let error = await refusal(#"{"id": "1", "session": "demo"}"#, intake, headers: ["authorization": value])
        #expect((error == nil) == isAdmitted)
        #expect(journal.calls.isEmpty != isAdmitted)
    }

    @Test func aHeaderMustHaveItsValue() async {
        let intake = makeIntake(journal, authentication: HeaderAuthentication(name: "ApiKey", value: "k1"))
        let right = await refusal(#"{"id": "1", "session": "demo"}"#, intake, headers: ["apikey": "k1"])
        #expect(right == nil)
        let wrong = await refusal(#"{"id": "1", "session": "demo"}"#, intake, headers: ["apikey": "k2"])
        #expect(wrong?.code == .unauthorized)
    }

    @Test func metaIsAnsweredAndBelievedOnlyWithItsSecrets() async {
        let intake = makeIntake(
            journal, authentication: MetaSignatureAuthentication(appSecret: "my-secret-key", verifyToken: "v1"))
        #expect(
            intake.challenge(query: ["hub.mode": "subscribe", "hub.verify_token": "v1", "hub.challenge": "1158"])
                == "1158")
        #expect(
            intake.challenge(query: ["hub.mode": "subscribe", "hub.verify_token": "v2", "hub.challenge": "1158"]) == nil
        )
        #expect(
            intake.challenge(query: ["hub.mode": "other", "hub.verify_token": "v1", "hub.challenge": "1158"]) == nil)
        #expect(intake.challenge(query: [:]) == nil)
        #expect(
            makeIntake(journal).challenge(query: [
                "hub.mode": "subscribe", "hub.verify_token": "v1", "hub.challenge": "1",
            ]) == nil)
        let right = await refusal(Self.signed, intake, headers: ["x-hub-signature-256": "sha256=" + Self.sha256])
        #expect(right?.code == .notAnEvent)
        let bare = await refusal(Self.signed, intake, headers: ["x-hub-signature-256": Self.sha256])
        #expect(bare?.code == .unauthorized)
    }

    // MARK: Session and event in the path

    @Test func theRouteNamesASessionAnEventOrBoth() throws {
        let reader = SourceDocumentReader(source: "bridge", format: TestFormat(), files: .identified)
        #expect(try reader.session(in: []) == nil)
        #expect(try reader.session(in: ["demo"]) == "demo")
        #expect(try reader.session(in: ["made-event"]) == nil, "an event is no session")
        #expect(try reader.session(in: ["demo", "made-event"]) == "demo")
        let error = #expect(throws: IntakeError.self) { try reader.session(in: ["demo", "other"]) }
        #expect(error?.code.httpStatus == 404)
        #expect(error?.message.contains("\"other\"") == true)
    }

    // MARK: Secrets in the body

    @Test(arguments: [
        (#"{"id": "1", "session": "demo", "token": "s3cret"}"#, true),
        (#"{"id": "1", "session": "demo", "token": "other"}"#, false), (#"{"id": "1", "session": "demo"}"#, false),
        (#"{"id": "1", "session": "demo", "token": 7}"#, false), ("nonsense", false), ("[]", false), ("", false),
    ])
    func theSecretInTheBodyIsChecked(_ body: String, _ isRight: Bool) async {
        let intake = makeIntake(journal, authentication: BodyTokenAuthentication(field: "token", token: "s3cret"))
        let error = await refusal(body, intake)
        #expect(error?.code == (isRight ? nil : .unauthorized))
        #expect(journal.events.count == (isRight ? 1 : 0))
    }

    @Test func everyDocumentOfAnArrayNeedsTheSecret() {
        let authentication = BodyTokenAuthentication(field: "token", token: "s3cret")
        func admits(_ body: String) -> Bool {
            authentication.admits(body: Array(body.utf8), at: Timestamp(seconds: 0)) { _ in nil }
        }
        #expect(admits(#"[{"token": "s3cret"}, {"token": "s3cret"}]"#))
        #expect(!admits(#"[{"token": "s3cret"}, {"id": "2"}]"#))
    }

    // MARK: Rejected documents

    /// Two messages that can be read, and between them one that cannot.
    static let batch = #"""
        {"session": "demo", "event": "messages.upsert", "webhookVerifyToken": "s3cret", "data": {"messages": [
          {"key": {"remoteJid": "5511999999001@s.whatsapp.net", "id": "A"}, "message": {"conversation": "one"}},
          {"key": {"id": "B", "mediaKey": "a2V5"}, "message": {"conversation": "two"}},
          {"key": {"remoteJid": "5511999999001@s.whatsapp.net", "id": "C"}, "message": {"conversation": "three"}}]}}
        """#

    @Test func aBadDocumentOfABatchIsKeptAndRefusesNoOther() async throws {
        let intake = makeIntake(journal, format: BaileysFormat())
        let result = try await result(Self.batch, intake, session: "main")
        #expect(result.accepted.count == 2)
        #expect(result.rejectedCount == 1)
        #expect(journal.events.map { $0.payload["messageId"] } == ["A", "C"])
        let call = try #require(journal.rejectedDocuments.calls.first)
        #expect(call.source == "bridge")
        #expect(call.session == "main")
        #expect(call.documents == result.rejected)
        let kept = try #require(call.documents.first)
        #expect(kept.index == 1)
        #expect(kept.pointer == "/data/messages/1/key/remoteJid")
        let document = try #require(kept.excerpt)
        #expect(document["event"] == "messages.upsert", "it is inside its envelope")
        #expect(document["data"]?["messages"]?.array?.count == 1)
        #expect(document["data"]?["messages"]?[0]?["key"] == ["id": "B", "mediaKey": "***"])
        #expect(document["webhookVerifyToken"] == "***")
    }

    @Test func whatIsRefusedAsAWholeIsKeptToo() async throws {
        let intake = makeIntake(journal)
        #expect(await refusal("nonsense {", intake)?.code == .malformed)
        #expect(await refusal(#"{"password": "p", "note": "x"}"#, intake)?.code == .notAnEvent)
        #expect(await refusal(#"{"id": "1"}"#, intake)?.code == .missingSession)
        let kept = journal.rejectedDocuments.documents
        #expect(kept.map(\.code) == [.malformed, .notAnEvent, .missingSession])
        #expect(kept.map(\.excerpt) == [nil, ["password": "***", "note": "x"], ["id": "1"]])
        #expect(kept.map(\.size) == [10, 30, 11])
        #expect(kept.allSatisfy { $0.index == nil })
    }

    @Test func whatNeedsNoLookIsNotKept() async throws {
        let intake = makeIntake(journal, authentication: BearerAuthentication(token: "t0ken"))
        #expect(await refusal("nonsense", intake)?.code == .unauthorized)
        _ = try await accept(#"{"id": "1", "session": "demo"}"#, makeIntake(journal))
        journal.failNext(StoreError(.full, ""))
        #expect(await refusal(#"{"id": "2", "session": "demo"}"#, makeIntake(journal))?.code == .diskFull)
        #expect(journal.rejectedDocuments.calls.isEmpty)
    }

    @Test func theSecretOfTheSourceIsNotKept() async throws {
        let intake = makeIntake(journal, authentication: BodyTokenAuthentication(field: "senha", token: "s3cret"))
        #expect(await refusal(#"{"senha": "s3cret", "other": 1}"#, intake)?.code == .notAnEvent)
        #expect(journal.rejectedDocuments.documents.map(\.excerpt) == [["senha": "***", "other": 1]])
    }

    @Test(arguments: [(StoreError.Code.full, IntakeError.Code.diskFull), (.overloaded, .overloaded)])
    func whatCannotBeKeptIsNeitherAcceptedNorRefused(_ code: StoreError.Code, _ answer: IntakeError.Code) async {
        for body in [Self.batch, "nonsense"] {
            journal.rejectedDocuments.failNext(StoreError(code, ""))
            let error = await refusal(body, makeIntake(journal, format: BaileysFormat()))
            #expect(error?.code == answer)
        }
        #expect(journal.events.isEmpty, "the sender posts it again")
    }

    @Test func theDefaultSessionIsUsedForTheReadableRestOfABatch() async throws {
        let batch =
            #"[{"event": 7}, {"event": "contacts.update", "data": [{"id": "5511999999001@s.whatsapp.net", "notify": "Ana"}]}]"#
        let intake = makeIntake(journal, format: BaileysFormat(), defaultSession: "main")
        let result = try await result(batch, intake)
        #expect(result.accepted.count == 1)
        #expect(result.rejected.map(\.pointer) == ["/0/event"])
        #expect(journal.events.map(\.session) == ["main"])
        let without = await refusal(batch, makeIntake(journal, format: BaileysFormat()))
        #expect(without?.rejected.map(\.pointer) == ["/0/event", "/1"])
    }

    /// In a batch each document names its session, or has the source's.
    @Test(arguments: [true, false])
    func aDocumentWithoutASessionHasTheSourcesAmongOthers(namedFirst: Bool) async throws {
        func document(_ id: String, _ session: String?) -> String {
            let named = session.map { #""sessionId": "\#($0)", "# } ?? ""
            return
                #"{"event": "message.received", \#(named)"payload": {"messageId": "\#(id)", "chatId": "1@s.whatsapp.net"}}"#
        }
        let documents = [document("A", namedFirst ? "a" : nil), document("B", namedFirst ? nil : "a")]
        let intake = makeIntake(journal, format: NativeFormat(), defaultSession: "main")
        let result = try await result("[\(documents.joined(separator: ", "))]", intake)
        #expect(result.accepted.count == 2 && result.rejected.isEmpty)
        #expect(journal.events.map(\.session) == (namedFirst ? ["a", "main"] : ["main", "a"]))
    }

    // MARK: Files in the document

    @Test func aFileHasTheSameIDWhetherOrNotItIsStored() async throws {
        let reader = SourceDocumentReader(source: "bridge", format: TestFormat(), files: .identified)
        let document = Array(#"{"id": "1", "session": "demo", "file": "abc"}"#.utf8)
        let event = try #require(try await reader.read(document, at: Timestamp(seconds: 1)).events.first)
        #expect(event.embedded == nil)
        #expect(
            event.payload["raw_media"]?["storedId"]
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func aFileInTheDocumentIsKeptBeforeItsEventIs() async throws {
        let mediaStore = InMemoryMediaStore()
        let intake = makeIntake(journal, mediaStore: mediaStore)
        _ = try await accept(#"{"id": "1", "session": "demo", "file": "a picture"}"#, intake)
        let event = try #require(journal.events.first)
        #expect(event.embedded == nil)
        let id = try #require(event.payload["raw_media"]?["storedId"]?.string)
        #expect(mediaStore.files[id] == Array("a picture".utf8))
    }

    @Test(arguments: [(MediaError.Code.storageFull, IntakeError.Code.diskFull), (.storage, .unavailable)])
    func aFileThatCannotBeKeptIsNoReasonToLoseIt(_ reason: MediaError.Code, _ code: IntakeError.Code) async {
        let mediaStore = InMemoryMediaStore(failure: MediaError(reason, "no room"))
        let error = await refusal(
            #"{"id": "1", "session": "demo", "file": "x"}"#, makeIntake(journal, mediaStore: mediaStore))
        #expect(error?.code == code)
        #expect(error?.code.httpStatus == 503)
        #expect(error?.retryAfter != nil)
        #expect(journal.events.isEmpty, "the sender posts it again")
    }

    /// Otherwise the sender would post it again without end.
    @Test func aFileThatIsLargerThanTheQuotaLeavesItsEventWithTheReason() async throws {
        let mediaStore = InMemoryMediaStore(failure: MediaError(.tooLarge, "larger than the quota"))
        _ = try await accept(
            #"{"id": "1", "session": "demo", "file": "x"}"#, makeIntake(journal, mediaStore: mediaStore))
        let event = try #require(journal.events.first)
        #expect(event.embedded == nil)
        #expect(event.payload["raw_media"]?["storedId"] == nil)
        #expect(event.payload["raw_media"]?["tooLarge"] == true)
        #expect(event.payload["raw_media"]?["error"]?["reason"] == "too_large")
    }
}
