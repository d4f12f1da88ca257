import RelayHTTPClient
import RelayTesting
import Testing

/// The parts of a signed request. The tests of the S3 media store check that a server accepts the signature.
@Suite(.limitedConcurrency)
struct AWSSigV4Tests {
    private let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

    private func signed(_ method: String, _ url: String, body: [UInt8] = []) -> HTTPClientRequest {
        var request = HTTPClientRequest(method: method, url: url, headers: [("Range", "bytes=0-9")], body: body)
        request.timeout = .seconds(30)
        request.awsSigV4 = AWSSigV4Parameters(region: "eu-west-1", accessKey: "AKIDEXAMPLE", secretKey: secret)
        return request
    }

    @Test(arguments: [("GET", ""), ("HEAD", ""), ("DELETE", ""), ("PUT", ""), ("PUT", "body"), ("POST", "body")])
    func allThatIsSignedIsSent(method: String, body: String) async throws {
        let receiver = try ScriptedReceiver()
        try await withEngine { engine in
            let request = signed(method, "\(receiver.url)/bucket/key", body: Array(body.utf8))
            #expect(await engine.answer(request)?.status == 200)
        }
        let request = try #require(receiver.requests.first)
        #expect(request.method == method)
        #expect(request.text == body)
        let date = try #require(request.header("x-amz-date"))
        let authorization = try #require(request.header("authorization"))
        #expect(
            authorization.hasPrefix(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/\(date.prefix(8))/eu-west-1/s3/aws4_request, SignedHeaders="
            )
        )
        let names = authorization.split(separator: "SignedHeaders=").last?.prefix { $0 != "," }.split(separator: ";")
        #expect(names == ["host", "range", "x-amz-content-sha256", "x-amz-date"])
        for name in names ?? [] { #expect(request.header(String(name)) != nil, "\(name)") }
        #expect(request.header("x-amz-content-sha256") == AWSSigV4Parameters.emptyPayload)
        #expect(request.header("content-type") == nil)
        #expect(request.header("user-agent") == "zaphub-relay")
        #expect(!request.headers.contains { $0.1.contains(secret) })
    }

    @Test func aFileIsSentWithASignature() async throws {
        let bytes = pattern(2 << 20)
        let file = try TemporaryFile(bytes)
        let receiver = try ScriptedReceiver()
        var request = signed("PUT", receiver.url)
        request.bodyFile = FileRangeRequestBody(path: file.path, length: Int64(bytes.count))
        request.awsSigV4?.payloadHash = "UNSIGNED-PAYLOAD"
        try await withEngine { #expect(await $0.answer(request)?.status == 200) }
        let isSame = receiver.requests.first?.body == bytes
        #expect(isSame)
        #expect(receiver.requests.first?.header("x-amz-content-sha256") == "UNSIGNED-PAYLOAD")
    }

    /// The signature belongs to one request, not to the connection handle, which is used again for the next one.
    @Test func theNextRequestIsNotSigned() async throws {
        let receiver = try ScriptedReceiver()
        try await withEngine { engine in
            #expect(await engine.answer(signed("GET", receiver.url))?.status == 200)
            #expect(await engine.answer(.small(receiver.url))?.status == 200)
        }
        let request = try #require(receiver.requests.last)
        for name in ["authorization", "x-amz-date", "x-amz-content-sha256"] { #expect(request.header(name) == nil) }
    }

    @Test func whatCannotSignIsRefusedWithoutQuotingKeys() async throws {
        try await withEngine { engine in
            let changes: [(inout AWSSigV4Parameters) -> Void] = [
                { $0.region = "" }, { $0.region = "eu west" }, { $0.region = "eu:west" }, { $0.service = "s3\r\n" },
                { $0.accessKey = "" }, { $0.accessKey = "AK SECRETPART" }, { $0.secretKey = "" },
                { $0.secretKey += "\n" }, { $0.payloadHash = "a\r\nb" },
            ]
            for change in changes {
                var request = signed("GET", "http://127.0.0.1:9/")
                var signature = try #require(request.awsSigV4)
                change(&signature)
                request.awsSigV4 = signature
                let failure = try #require(await engine.failure(request))
                #expect(failure.code == .invalidRequest)
                #expect(!failure.message.contains("SECRETPART"))
                #expect(!failure.message.contains("wJalr"))
            }
        }
    }

    @Test func noPrintShowsTheKeys() {
        let request = signed("GET", "http://127.0.0.1:9/")
        var dumped = ""
        dump(request, to: &dumped)
        for text in [dumped, "\(request)", String(reflecting: request), "\(String(describing: request.awsSigV4))"] {
            #expect(text.contains("eu-west-1"))
            #expect(!text.contains("wJalr"))
            #expect(!text.contains("AKIDEXAMPLE"))
        }
    }

    @Test func aFailureDoesNotShowTheKeys() async throws {
        let receiver = try ScriptedReceiver(default: .closeEarly)
        try await withEngine { engine in
            for url in [receiver.url, "https://127.0.0.1:\(receiver.port)/", "http://nowhere.invalid/", "http://a b/"] {
                var request = signed("GET", url)
                request.connectTimeout = .milliseconds(300)
                let failure = try #require(await engine.failure(request))
                #expect(!"\(failure)".contains("wJalr"))
                #expect(!"\(failure)".contains("AKIDEXAMPLE"))
            }
        }
    }
}
