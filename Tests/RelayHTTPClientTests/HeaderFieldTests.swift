import RelayHTTPClient
import RelayTesting
import Testing

@Suite(.limitedConcurrency)
struct HeaderFieldTests {
    @Test(arguments: [("X-Team", "sales"), ("x_1", ""), ("X", "a\tb"), ("webhook-id", "msg_1"), ("X-Name", "José")])
    func ordinaryFieldsAreSentAsTheyAre(name: String, value: String) async throws {
        let receiver = try ScriptedReceiver()
        try await withEngine { engine in
            _ = try await engine.send(HTTPClientRequest(url: receiver.url, headers: [(name, value)]))
        }
        #expect(receiver.requests.first?.header(name.lowercased()) == value)
    }

    @Test(arguments: [
        ("X-A", "b\r\nX-Evil: 1"), ("X-A", "b\nX-Evil: 1"), ("X-A", "b\rc"), ("X-A", "\u{0}"), ("X-A", "\u{7f}"),
        ("X-A", "\u{1b}"),
        ("X-A: b\r\nX-Evil", "1"), ("X A", "1"), ("X:A", "1"), ("", "1"), ("Ä", "1"), ("X-A\n", "1"),
        ("Host", "x"), ("content-length", "0"), ("Transfer-Encoding", "chunked"), ("CONNECTION", "close"),
        ("Expect", ""),
    ])
    func everythingElseIsRefusedBeforeItIsSent(name: String, value: String) async throws {
        let receiver = try ScriptedReceiver()
        try await withEngine { engine in
            let request = HTTPClientRequest(url: receiver.url, headers: [("X-Fine", "1"), (name, value)])
            #expect(await engine.failure(request)?.code == .invalidRequest)
        }
        #expect(receiver.connectionCount == 0)
    }

    @Test func theTextNeverShowsTheValue() async throws {
        try await withEngine { engine in
            let request = HTTPClientRequest(url: "http://127.0.0.1:9/", headers: [("Authorization", "secret\r\n")])
            #expect(
                await engine.failure(request)?.message
                    == "the value of the header Authorization has a line break or another control character; remove it"
            )
        }
    }
}
