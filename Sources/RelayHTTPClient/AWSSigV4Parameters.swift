/// Parameters of AWS Signature Version 4, which libcurl computes, for requests to S3 or a compatible service.
///
/// All headers of the request are signed. libcurl signs the URL's path and query as written, so the path must be
/// percent-encoded by AWS's rules (everything except letters, digits and `-._~/`, in upper-case hexadecimal), and the
/// query's fields must be sorted.
package struct AWSSigV4Parameters: Sendable, Hashable {
    /// The region, for example `us-east-1`.
    package var region: String
    /// The service, for example `s3`.
    package var service: String
    package var accessKey: String
    package var secretKey: String
    /// SHA-256 of the body in hexadecimal, sent as `x-amz-content-sha256`. S3 rejects a body with another hash.
    package var payloadHash: String

    /// The hash of an empty body.
    package static let emptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    package init(
        region: String,
        service: String = "s3",
        accessKey: String,
        secretKey: String,
        payloadHash: String = AWSSigV4Parameters.emptyPayload
    ) {
        self.region = region
        self.service = service
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.payloadHash = payloadHash
    }

    /// What is wrong with the parameters, or nil. The text contains neither key.
    package var problem: String? {
        for (name, value) in [("region", region), ("service", service)] where !Self.isWord(value) {
            return "the \(name) \"\(value)\" is not one; write letters, digits and hyphens, e.g. us-east-1"
        }
        if !Self.isKey(accessKey, limit: 256) { return "the access key is empty or has spaces or control characters" }
        if !Self.isKey(secretKey, limit: 1024) { return "the secret key is empty or has spaces or control characters" }
        return nil
    }

    /// The value of `CURLOPT_AWS_SIGV4`. libcurl reads at most 64 characters of each part.
    var option: String { "aws:amz:\(region):\(service)" }

    private static func isWord(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    private static func isKey(_ text: String, limit: Int) -> Bool {
        (1...limit).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }
}

/// Prevents the keys from being printed together with a request.
extension AWSSigV4Parameters: CustomStringConvertible, CustomReflectable {
    package var description: String { "AWSSigV4(\(region)/\(service))" }
    package var customMirror: Mirror { Mirror(self, children: ["region": region, "service": service]) }
}
