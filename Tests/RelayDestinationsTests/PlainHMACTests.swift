import RelayCore
import RelayDestinations
import RelayTesting
import Testing

/// Expected values computed with Python's hmac module over `{"test": 2432232314}`.
@Suite(.limitedConcurrency)
struct PlainHMACTests {
    static let key = "a plain key, é included"

    @Test(
        arguments: [
            (.sha1, .hex, "1aa99dd10eb272ccc0b10d7d055b6eae89a646ba"),
            (.sha1, .base64, "Gqmd0Q6ycszAsQ19BVturommRro="),
            (.sha256, .hex, "d97c225e21a933381b74cb8d4b2c564ca852dd4d76273203526a475997012a38"),
            (.sha256, .base64, "2XwiXiGpMzgbdMuNSyxWTKhS3U12JzIDUmpHWZcBKjg="),
            (
                .sha512, .hex,
                "8e2e28d2166ef75bae117677045628fd51a669ea2c725d523211a1f0067d164b40b64f1f528e665cd7031ba318e5f5555b9c6e2cc98525660"
                    + "88875fce3b3b02d"
            ),
            (
                .sha512, .base64,
                "ji4o0hZu91uuEXZ3BFYo/VGmaeoscl1SMhGh8AZ9FktAtk8fUo5mXNcDG6MY5fVVW5xuLMmFJWYIiHX847OwLQ=="
            ),
        ] as [(HMACSignatureFormat.Algorithm, HMACSignatureFormat.Encoding, String)])
    func signsAsConfigured(
        algorithm: HMACSignatureFormat.Algorithm, encoding: HMACSignatureFormat.Encoding, expected: String
    ) {
        for prefix in ["", "sha256=", "t=1,v1="] {
            let scheme = HMACSignatureFormat(
                algorithm: algorithm, header: "X-Signature", encoding: encoding, prefix: prefix)
            let fields = WebhookSigner(secrets: [secret(Self.key)])
                .headers(.hmac(scheme), id: "msg_1", body: Array(#"{"test": 2432232314}"#.utf8), at: moment)
            #expect(fields.map(\.name) == ["X-Signature"])
            #expect(fields.map(\.value) == [prefix + expected])
        }
    }

    /// Receivers of a plain HMAC use the text of the secret as the key, including `whsec_`.
    @Test func theSecretsTextIsTheKey() {
        let fields = WebhookSigner(secrets: [secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")])
            .headers(.hmac(HMACSignatureFormat()), id: "msg_1", body: Array(#"{"test": 2432232314}"#.utf8), at: moment)
        #expect(fields.map(\.name) == ["X-ZapHub-Signature"])
        #expect(fields.map(\.value) == ["sha256=80ec8a89ce3cd22133a1066caecb4d04fea7467657c8514d717ec42c38a5c94c"])
    }

    @Test func theNewestActiveKeySigns() {
        let secrets = [secret("expired", expiresAt: moment), secret(Self.key), secret("older")]
        let fields = WebhookSigner(secrets: secrets).headers(
            .hmac(HMACSignatureFormat()), id: "msg_1", body: [], at: moment)
        #expect(fields.map(\.value) == ["sha256=b4f51e6d436f37f317b43849b0f71b91fddf6ed0d7bc67b6575f797c75163a26"])
    }
}
