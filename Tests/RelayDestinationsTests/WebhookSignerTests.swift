import RelayCore
import RelayDestinations
import Testing

struct WebhookSignerTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let name: String
        let secret: String
        let id: String
        let seconds: Int64
        let body: String
        let signature: String
        var testDescription: String { name }
    }

    // PROVENANCE: from the tests of the reference libraries of Standard Webhooks 1.0.0
    // (github.com/standard-webhooks/standard-webhooks, MIT): V1 is in all of them, V2 in libraries/rust.
    static let vectors = [
        Vector(
            name: "V1",
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            seconds: 1_614_265_330,
            body: #"{"test": 2432232314}"#,
            signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        ),
        Vector(
            name: "V2",
            secret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            id: "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            seconds: 1_649_367_553,
            body: #"{"email":"test@example.com","username":"test_user"}"#,
            signature: "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="
        ),
    ]

    private func headers(_ vector: Vector, secrets: [WebhookSigningSecret]? = nil) -> [String: String] {
        let fields = WebhookSigner(secrets: secrets ?? [secret(vector.secret)]).headers(
            .standardWebhooks,
            id: vector.id,
            body: Array(vector.body.utf8),
            at: Timestamp(milliseconds: vector.seconds * 1000 + 999)
        )
        return Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.value) })
    }

    @Test(arguments: vectors)
    func signsAsTheReferenceLibrariesDo(_ vector: Vector) {
        #expect(
            headers(vector) == [
                "webhook-id": vector.id, "webhook-timestamp": "\(vector.seconds)",
                "webhook-signature": vector.signature,
            ]
        )
    }

    @Test(arguments: vectors)
    func verifiesWhatTheReferenceLibrariesSign(_ vector: Vector) throws {
        let now = Timestamp(seconds: vector.seconds)
        for text in [vector.secret, String(vector.secret.dropFirst(6))] {
            // Without the prefix, the text itself is the key, as for a plain HMAC.
            let verifier = try #require(StandardWebhooksVerifier(secret: text))
            let verdict = verifier.verify(body: Array(vector.body.utf8), at: now) { headers(vector)[$0] }
            #expect((verdict == .valid) == (text == vector.secret))
        }
    }

    // MARK: What must not verify: the negative cases that the reference libraries share.

    private func verdict(
        change: (inout [String: String]) -> Void = { _ in },
        body: String? = nil,
        after seconds: Int64 = 0
    ) throws -> StandardWebhooksVerifier.Verdict {
        let vector = Self.vectors[0]
        var headers = headers(vector)
        change(&headers)
        let verifier = try #require(StandardWebhooksVerifier(secret: vector.secret))
        let now = Timestamp(seconds: vector.seconds + seconds)
        return verifier.verify(body: Array((body ?? vector.body).utf8), at: now) { headers[$0] }
    }

    private func isInvalid(_ verdict: StandardWebhooksVerifier.Verdict) -> Bool {
        if case .invalid = verdict { true } else { false }
    }

    @Test(arguments: ["webhook-id", "webhook-timestamp", "webhook-signature"])
    func aMissingHeaderIsUnsigned(name: String) throws {
        #expect(try verdict { $0[name] = nil } == .unsigned)
    }

    @Test(arguments: [
        "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=", "v1,", "v1", "", "v1,!!!",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJE",
        "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "V1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ])
    func anotherSignatureIsInvalid(signature: String) throws {
        #expect(isInvalid(try verdict { $0["webhook-signature"] = signature }))
    }

    @Test func oneGoodSignatureAmongOthersWillDo() throws {
        let good = Self.vectors[0].signature
        let bad = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="
        #expect(try verdict { $0["webhook-signature"] = "\(bad) v2,abc v1a,abc \(good) \(bad)" } == .valid)
    }

    @Test(arguments: ["", "now", "1614265330.5", "-1614265330", "1614265330 ", "0x60382fb2", "16142653301614265330"])
    func aTimestampIsANumberOfSeconds(stamp: String) throws {
        #expect(isInvalid(try verdict { $0["webhook-timestamp"] = stamp }))
    }

    @Test(arguments: [(Int64(0), true), (300, true), (-300, true), (301, false), (-301, false)])
    func aTimestampIsValidForFiveMinutesInBothDirections(seconds: Int64, isValid: Bool) throws {
        #expect(isInvalid(try verdict(after: seconds)) == !isValid)
    }

    @Test func anotherBodyIDOrTimeIsInvalid() throws {
        #expect(isInvalid(try verdict(body: #"{"test":2432232314}"#)))
        #expect(isInvalid(try verdict(body: "")))
        #expect(isInvalid(try verdict { $0["webhook-id"] = "msg_other" }))
        #expect(isInvalid(try verdict { $0["webhook-timestamp"] = "1614265331" }))
    }

    @Test(arguments: ["", "whsec_", "whsec_***"])
    func whatIsNoKeyMakesNoVerifier(text: String) {
        #expect(StandardWebhooksVerifier(secret: text) == nil)
    }

    @Test func anEmptyBodyIsSignedAndVerified() throws {
        let vector = Self.vectors[0]
        let fields = WebhookSigner(secrets: [secret(vector.secret)])
            .headers(.standardWebhooks, id: "msg_1", body: [], at: moment)
        let verifier = try #require(StandardWebhooksVerifier(secret: vector.secret))
        #expect(verifier.verify(body: [], at: moment) { name in fields.first { $0.name == name }?.value } == .valid)
    }

    // MARK: Rotation

    @Test func bothKeysSignUntilTheOldOneExpires() throws {
        let (vector, old) = (Self.vectors[0], Self.vectors[1].secret)
        let now = Timestamp(seconds: vector.seconds)
        func signatures(oldExpires: Timestamp?) -> [Substring] {
            let secrets = [secret(vector.secret), secret(old, expiresAt: oldExpires)]
            return headers(vector, secrets: secrets)["webhook-signature"]?.split(separator: " ") ?? []
        }
        let both = signatures(oldExpires: now + .seconds(2))
        #expect(both.count == 2)
        #expect(both.first.map(String.init) == vector.signature, "the newest first")
        for text in [vector.secret, old] {
            let verifier = try #require(StandardWebhooksVerifier(secret: text))
            let verdict = verifier.verify(body: Array(vector.body.utf8), at: now) { name in
                name == "webhook-signature" ? both.joined(separator: " ") : headers(vector)[name]
            }
            #expect(verdict == .valid)
        }
        #expect(signatures(oldExpires: now).map(String.init) == [vector.signature], "an expired key does not sign")
        #expect(signatures(oldExpires: nil).count == 2)
    }

    @Test func withoutAnActiveKeyNothingIsSigned() {
        let vector = Self.vectors[0]
        #expect(headers(vector, secrets: []).isEmpty)
        #expect(headers(vector, secrets: [secret(vector.secret, expiresAt: Timestamp(seconds: 1))]).isEmpty)
    }

    @Test func atMostThreeKeysSignTheNewestOnes() throws {
        let secrets = (1...5).map { secret("key-\($0)", expiresAt: $0 == 2 ? moment : nil) }
        func signature(_ secrets: [WebhookSigningSecret]) -> String? {
            WebhookSigner(secrets: secrets).headers(.standardWebhooks, id: "msg_1", body: [1], at: moment)
                .first { $0.name == "webhook-signature" }?.value
        }
        #expect(signature(secrets) == signature([secrets[0], secrets[2], secrets[3]]))
        #expect(signature(secrets)?.split(separator: " ").count == 3)
    }
}
