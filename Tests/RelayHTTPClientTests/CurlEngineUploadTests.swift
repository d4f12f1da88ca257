import RelayHTTPClient
import RelayTesting
import Testing

/// Request bodies from files, and signed requests.
@Suite(.limitedConcurrency)
struct CurlEngineUploadTests {
    private func put(_ url: String, _ file: TemporaryFile, offset: Int64 = 0, length: Int64) -> HTTPClientRequest {
        var request = HTTPClientRequest(method: "PUT", url: url, timeout: .seconds(30))
        request.bodyFile = FileRangeRequestBody(path: file.path, offset: offset, length: length)
        return request
    }

    @Test(arguments: ["PUT", "POST", "PATCH"])
    func aFileIsSentWithItsLength(method: String) async throws {
        let bytes = pattern(5 << 20)
        let file = try TemporaryFile(bytes)
        let receiver = try ScriptedReceiver(default: .status(201))
        var request = put(receiver.url, file, length: Int64(bytes.count))
        request.method = method
        request.headers = [("Content-Type", "image/jpeg")]
        let response = try await withEngine { try await $0.send(request) }
        #expect(response.status == 201)
        let received = try #require(receiver.requests.first)
        #expect(received.method == method)
        #expect(received.header("content-length") == "\(bytes.count)")
        #expect(received.header("content-type") == "image/jpeg")
        #expect(received.header("expect") == nil)
        #expect(received.header("transfer-encoding") == nil)
        let isSame = received.body == bytes
        #expect(isSame)
    }

    @Test(arguments: [(0, 0), (0, 1), (99_999, 1), (10, 70_000), (100_000, 0)])
    func aPartOfAFileIsSent(offset: Int, length: Int) async throws {
        let bytes = pattern(100_000)
        let file = try TemporaryFile(bytes)
        let receiver = try ScriptedReceiver()
        try await withEngine { engine in
            let request = put(receiver.url, file, offset: Int64(offset), length: Int64(length))
            #expect(await engine.answer(request)?.status == 200)
        }
        let isSame = receiver.requests.map(\.body) == [Array(bytes[offset..<offset + length])]
        #expect(isSame)
        #expect(receiver.requests.first?.header("content-length") == "\(length)")
    }

    @Test func whatIsNoSuchPartOfAFileIsNotSent() async throws {
        let file = try TemporaryFile(pattern(100))
        let receiver = try ScriptedReceiver()
        try await withEngine { engine in
            for (offset, length) in [(0, 101), (100, 1), (101, 0), (-1, 1), (0, -1)] as [(Int64, Int64)] {
                let failure = await engine.failure(put(receiver.url, file, offset: offset, length: length))
                #expect(failure?.code == .invalidRequest)
                #expect(
                    failure?.message == "the file to send has 100 bytes, not \(length) from byte \(offset) on"
                )
            }
            var request = put(receiver.url, file, length: 100)
            request.bodyFile?.path = "/nonexistent/file"
            let failure = await engine.failure(request)
            #expect(failure?.code == .other)
            #expect(failure?.networkCode == "ENOENT")
            #expect(failure?.message == "the file to send cannot be opened: No such file or directory")
            request.bodyFile?.path = "/tmp"
            #expect(await engine.failure(request)?.message == "what is to be sent is not a file")
            for method in ["GET", "HEAD"] {
                request = put(receiver.url, file, length: 100)
                request.method = method
                #expect(await engine.failure(request)?.code == .invalidRequest)
            }
        }
        #expect(receiver.requests.isEmpty)
    }

    /// The file is truncated when the header has arrived, while the system's buffers hold far less than the rest. The
    /// missing part must not result in a shorter body.
    @Test func aFileThatShrinksMeanwhileIsAFailure() async throws {
        let size = 64 << 20
        let file = try TemporaryFile(of: size)
        let receiver = try ScriptedReceiver(default: .status(200))
        try await withEngine { engine in
            let request = put(receiver.url, file, length: Int64(size))
            receiver.beforeBodies { _ in
                file.resize(to: 100)
                return nil
            }
            let failure = await engine.failure(request)
            #expect(failure?.code == .other)
            #expect(failure?.message == "the file to send became shorter while it was sent")
        }
        #expect(receiver.requests.isEmpty)
    }

    @Test func aFileIsSentAgainOnANewConnectionWhenAnOldOneDied() async throws {
        let bytes = pattern(300_000)
        let file = try TemporaryFile(bytes)
        let receiver = try ScriptedReceiver(default: .closeIdle())
        try await withEngine { engine in
            for _ in 0..<4 {
                #expect(await engine.answer(put(receiver.url, file, length: Int64(bytes.count)))?.status == 200)
            }
        }
        let areSame = receiver.requests.map(\.body) == Array(repeating: bytes, count: 4)
        #expect(areSame)
    }

    @Test func anAnswerThatComesBeforeTheBodyIsTaken() async throws {
        let file = try TemporaryFile(of: 64 << 20)
        let receiver = try ScriptedReceiver()
        receiver.beforeBodies { _ in .status(413) }
        try await withEngine { engine in
            let response = await engine.answer(put(receiver.url, file, length: 64 << 20))
            #expect(response?.status == 413)
        }
    }
}
