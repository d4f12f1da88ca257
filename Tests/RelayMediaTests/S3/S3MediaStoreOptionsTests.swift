import Logging
import RelayHTTPClient
import Testing

@testable import RelayMedia

struct S3MediaStoreOptionsTests {
    private func options(
        endpoint: String = "https://s3.eu-west-1.amazonaws.com",
        region: String = "eu-west-1",
        bucket: String = "media",
        prefix: String = "",
        accessKey: String = "AKIDEXAMPLE",
        secretKey: String = "example/secret",
        pathStyle: Bool = true
    ) throws -> S3MediaStoreOptions {
        try S3MediaStoreOptions(
            endpoint: endpoint,
            region: region,
            bucket: bucket,
            prefix: prefix,
            accessKey: accessKey,
            secretKey: secretKey,
            pathStyle: pathStyle
        )
    }

    private func url(_ options: S3MediaStoreOptions, _ name: String) throws -> String {
        let engine = try CurlEngine(guard: EgressGuard(), logger: Logger(label: "test"))
        defer { engine.shutdown() }
        return S3Client(options: options, engine: engine).url(of: name)
    }

    @Test(arguments: [
        ("https://s3.eu-west-1.amazonaws.com", true, "https://s3.eu-west-1.amazonaws.com/media/x"),
        ("https://s3.eu-west-1.amazonaws.com/", false, "https://media.s3.eu-west-1.amazonaws.com/x"),
        ("http://minio:9000", true, "http://minio:9000/media/x"),
        ("https://project.example.com/storage/v1/s3", true, "https://project.example.com/storage/v1/s3/media/x"),
    ])
    func theBucketComesInThePathOrInTheHost(endpoint: String, pathStyle: Bool, url: String) throws {
        #expect(try self.url(options(endpoint: endpoint, pathStyle: pathStyle), "x") == url)
    }

    @Test func theBucketItselfHasAnAddress() throws {
        #expect(try url(options(), "") == "https://s3.eu-west-1.amazonaws.com/media")
        #expect(try url(options(pathStyle: false), "") == "https://media.s3.eu-west-1.amazonaws.com/")
    }

    @Test(arguments: [
        "", "s3.amazonaws.com", "ftp://x", "https://", "https:///x", "https://u:p@x", "https://x?a=b", "https://x y",
    ])
    func whatIsNoEndpointIsRefused(endpoint: String) {
        #expect(throws: S3MediaStoreOptions.OptionError(option: "endpoint", message: endpointMessage)) {
            try options(endpoint: endpoint)
        }
    }

    private let endpointMessage =
        "is not a server's URL; write e.g. https://s3.eu-west-1.amazonaws.com or http://minio:9000"

    @Test func otherOptionsAreNamedWithoutTheirSecrets() throws {
        func problem(_ body: () throws -> S3MediaStoreOptions) -> S3MediaStoreOptions.OptionError? {
            #expect(throws: S3MediaStoreOptions.OptionError.self) { try body() }
        }
        for bucket in ["", "ab", "Media", "a/b", "-ab", ".ab", String(repeating: "a", count: 64)] {
            #expect(problem { try options(bucket: bucket) }?.option == "bucket", "\(bucket)")
        }
        for prefix in ["/", "/a", "a//b", "../a", "a/./b", "a\n", String(repeating: "a", count: 513)] {
            #expect(problem { try options(prefix: prefix) }?.option == "prefix", "\(prefix)")
        }
        for region in ["", "eu west", "a:b"] {
            #expect(problem { try options(region: region) }?.option == "region", "\(region)")
        }
        for key in ["", "two SECRETS", "SECRETS\n"] {
            let access = problem { try options(accessKey: key) }
            #expect(access?.option == "access_key")
            #expect(access?.message.contains("SECRETS") == false)
            let secret = problem { try options(secretKey: key) }
            #expect(secret?.option == "secret_key")
            #expect(secret?.message.contains("SECRETS") == false)
        }
    }

    @Test func noPrintShowsTheKeys() throws {
        let options = try options()
        var dumped = ""
        dump(options, to: &dumped)
        for text in [dumped, "\(options)", String(reflecting: options)] {
            #expect(text.contains("media"))
            #expect(!text.contains("example/secret"))
            #expect(!text.contains("AKIDEXAMPLE"))
        }
    }
}
