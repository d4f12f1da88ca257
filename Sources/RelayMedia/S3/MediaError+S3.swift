internal import RelayCore
internal import RelayHTTPClient

extension MediaError {
    /// The server could not be reached, or closed the connection early.
    init(s3 failure: HTTPClientError) {
        self.init(.storage, "the bucket's server: \(failure.message)")
    }

    /// An error response of the server. Its message is left out, because it may repeat parts of the request.
    /// - Parameters:
    ///   - what: the failed operation, such as `keep a file in`.
    ///   - body: the start of the response, an XML document with a code; empty for `HEAD`.
    init(s3 status: Int, body: [UInt8] = [], region: String? = nil, _ what: String, _ options: S3MediaStoreOptions) {
        let code = Self.code(in: body)
        let answer = code.map { "\(status) \($0)" } ?? "\(status)"
        let isFull = status == 507 || code?.contains("Quota") == true || code?.contains("StorageFull") == true
        self.init(
            isFull ? .storageFull : .storage,
            "cannot \(what) the bucket \(options.bucket) of \(options.endpoint): it answered \(answer); "
                + (isFull ? "free some room there" : Self.advice(status, code, region, options))
        )
    }

    private static func advice(_ status: Int, _ code: String?, _ region: String?, _ options: S3MediaStoreOptions)
        -> String
    {
        switch (status, code) {
        case (_, "NoSuchBucket"): "there is no such bucket: create it, or correct bucket"
        case (_, "RequestTimeTooSkewed"): "set this machine's clock"
        case (_, "XAmzContentSHA256Mismatch"), (_, "BadDigest"): "the file was changed on its way, or on this machine"
        case (_, "EntityTooLarge"): "files that large are not kept: lower max_size of the media stage"
        case (301, _), (307, _), (_, "AuthorizationHeaderMalformed"), (_, "PermanentRedirect"):
            "correct region" + (region.map { " (the server says \($0))" } ?? ", or endpoint")
        case (401, _), (403, _):
            "check access_key, secret_key and the bucket's policy: the key needs s3:GetObject, s3:PutObject and, to "
                + "tell what is missing from what is forbidden, s3:ListBucket"
        case (404, _): "check endpoint, bucket and path_style"
        case (429, _), (500..., _): "it may do so again soon"
        default: "check endpoint, region, bucket and path_style"
        }
    }

    /// The text between `<Code>` and `</Code>`, if it is a single word.
    private static func code(in body: [UInt8]) -> String? {
        let text = String(decoding: body.prefix(4096), as: UTF8.self)
        guard let start = text.firstRange(of: "<Code>"),
            let end = text[start.upperBound...].firstRange(of: "</Code>")
        else { return nil }
        let code = text[start.upperBound..<end.lowerBound]
        let isWord = code.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
        return isWord && (1...64).contains(code.utf8.count) ? String(code) : nil
    }
}
