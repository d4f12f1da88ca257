internal import RelayHTTPClient

/// The options of an ``S3MediaStore``: a bucket of Amazon S3 or a compatible server.
package struct S3MediaStoreOptions: Sendable, Hashable {
    /// The server's URL, `https://s3.eu-west-1.amazonaws.com` or `http://minio:9000`; may have a path before the
    /// bucket.
    package let endpoint: String
    /// The region, for example `us-east-1`; servers without regions accept any value.
    package let region: String
    package let bucket: String
    /// The prefix of all object names, for example `media/`; default empty.
    package let prefix: String
    package let accessKey: String
    package let secretKey: String
    /// Whether the bucket is in the path (default) or before the endpoint's host.
    package let pathStyle: Bool

    /// An option that cannot be used.
    package struct OptionError: Error, Sendable, Hashable, CustomStringConvertible {
        /// Its name, as in the configuration: `endpoint`, `region`, `bucket`, `prefix`, `access_key`, `secret_key`.
        package let option: String
        /// What is wrong and what to write instead. The text contains neither key.
        package let message: String

        package var description: String { "\(option): \(message)" }
    }

    /// - Throws: ``Problem`` for the first invalid option.
    package init(
        endpoint: String,
        region: String,
        bucket: String,
        prefix: String = "",
        accessKey: String,
        secretKey: String,
        pathStyle: Bool = true
    ) throws(OptionError) {
        self.endpoint = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
        self.region = region
        self.bucket = bucket
        self.prefix = prefix
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.pathStyle = pathStyle
        if let problem { throw problem }
    }

    private var problem: OptionError? {
        let rest = endpoint.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false).last ?? ""
        let isURL = endpoint.hasPrefix("https://") || endpoint.hasPrefix("http://")
        guard isURL, !rest.isEmpty, !rest.hasPrefix("/"),
            rest.utf8.allSatisfy({ (0x21...0x7e).contains($0) }), !rest.contains(where: { "?#@%\\".contains($0) })
        else {
            let example = "https://s3.eu-west-1.amazonaws.com or http://minio:9000"
            return OptionError(option: "endpoint", message: "is not a server's URL; write e.g. \(example)")
        }
        guard (3...63).contains(bucket.utf8.count), bucket.utf8.allSatisfy(Self.isBucketByte),
            bucket.first != ".", bucket.first != "-"
        else {
            return OptionError(
                option: "bucket",
                message: "\"\(bucket)\" cannot be a bucket's name: 3 to 63 lower-case letters, digits, dots and hyphens"
            )
        }
        let segments = prefix.split(separator: "/", omittingEmptySubsequences: false)
        // The last segment is the part before the object's own name.
        let isPath = segments.dropLast().allSatisfy { !["", ".", ".."].contains($0) }
        guard isPath, prefix.utf8.count <= 512, !prefix.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
            return OptionError(option: "prefix", message: "\"\(prefix)\" cannot begin a name; write e.g. media/")
        }
        for (option, other) in [("region", "region"), ("access_key", "accessKey"), ("secret_key", "secretKey")] {
            if let message = signatureProblem(other) { return OptionError(option: option, message: message) }
        }
        return nil
    }

    /// What is wrong with one of the values that signatures are made from, when all others are valid.
    private func signatureProblem(_ part: String) -> String? {
        AWSSigV4Parameters(
            region: part == "region" ? region : "x",
            accessKey: part == "accessKey" ? accessKey : "x",
            secretKey: part == "secretKey" ? secretKey : "x"
        ).problem
    }

    private static func isBucketByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

/// Prevents the keys from being printed with the options.
extension S3MediaStoreOptions: CustomStringConvertible, CustomReflectable {
    package var description: String { "\(endpoint)/\(bucket)/\(prefix)" }
    package var customMirror: Mirror {
        Mirror(self, children: ["endpoint": endpoint, "region": region, "bucket": bucket, "prefix": prefix])
    }
}
