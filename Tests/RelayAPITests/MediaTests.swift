import HTTPTypes
import RelayCore
import Testing

@testable import RelayAPI

struct MediaTests {
    private let id = MediaID(digest: [UInt8](repeating: 0xAB, count: 32))
    private let bytes = Array("0123456789".utf8)

    private func api() -> TestAPI {
        let api = TestAPI()
        api.control.edit { [id, bytes] in $0.files[id] = bytes }
        return api
    }

    private func get(
        _ query: String = "sig=right&t=image/jpeg",
        name: String = "photo.jpg",
        method: HTTPRequest.Method = .get,
        _ headers: HTTPFields = [:]
    ) async throws -> Client.APIResponse {
        try await api().run { [id] client in
            try await client.send(method, "/media/\(id)/\(name)?\(query)", headers: headers, withKey: false)
        }
    }

    @Test func aFileIsAnAttachmentThatNoBrowserRuns() async throws {
        let answer = try await get("sig=right&t=text/html")
        #expect(answer.status == 200)
        #expect(answer.bytes == bytes)
        #expect(answer.headers[.contentType] == "text/html")
        #expect(answer.headers[.contentDisposition]?.hasPrefix("attachment; ") == true)
        #expect(answer.headers[.xContentTypeOptions] == "nosniff")
        #expect(answer.headers[.contentSecurityPolicy] == "default-src 'none'; sandbox")
        #expect(answer.headers[.contentLength] == "10")
        #expect(answer.headers[.acceptRanges] == "bytes")
    }

    @Test func aNameOfAnyKindIsWrittenSafely() {
        #expect(
            MediaRoutes.disposition("relatório \"final\".pdf")
                == #"attachment; filename="relat_rio _final_.pdf"; filename*=UTF-8''relat%C3%B3rio%20%22final%22.pdf"#
        )
        #expect(!MediaRoutes.disposition("a\r\nX-Evil: 1").contains("\r\n"))
    }

    @Test(arguments: [
        "", "text/html\u{7F}", "a", "/", "a/", "text/html, text/plain", #"text/"x""#, "a b/c", "a/b\r\nX: y",
    ])
    func aTypeThatIsNoneIsNotHandedOn(_ type: String) {
        #expect(ContentTypeRules.plain(type) == nil)
    }

    /// RFC 9110, 8.3.1: values of parameters may be quoted.
    @Test(arguments: [
        #"audio/ogg; codecs="opus""#, "audio/ogg; codecs=opus", "audio/ogg;codecs=opus;rate=16000",
        #"video/mp4; codecs="avc1.42E01E, mp4a.40.2""#, #"text/plain; name="a\"b; c""#, "image/jpeg", "image/jpeg;",
    ])
    func aTypeKeepsItsParameters(_ type: String) async throws {
        #expect(ContentTypeRules.plain(type) == type)
        let query = "sig=right&t=" + PercentCoding.encode(type)
        #expect(try await get(query).headers[.contentType] == type)
    }

    @Test(arguments: [
        #"audio/ogg; codecs="opus"#, "audio/ogg; codecs", "audio/ogg; codecs=", "audio/ogg; =x", "audio/ogg; a=b, c",
        #"audio/ogg; a="b"c"#, #"audio/ogg; a="\"#,
    ])
    func parametersThatAreNoneAreLeftOut(_ type: String) {
        #expect(ContentTypeRules.plain(type) == "audio/ogg")
    }

    @Test(arguments: [
        ("bytes=0-3", 206, "bytes 0-3/10", "0123"), ("bytes=4-", 206, "bytes 4-9/10", "456789"),
        ("bytes=-2", 206, "bytes 8-9/10", "89"), ("bytes=8-100", 206, "bytes 8-9/10", "89"),
        ("bytes=-100", 206, "bytes 0-9/10", "0123456789"),
    ])
    func partsCanBeHad(_ range: String, _ status: Int, _ content: String, _ part: String) async throws {
        let answer = try await get([.range: range])
        #expect(answer.status == status)
        #expect(answer.headers[.contentRange] == content)
        #expect(answer.bytes == Array(part.utf8))
    }

    @Test(arguments: ["bytes=10-", "bytes=-0", "bytes=99-100"])
    func aPartThatIsNotThereIsRefused(_ range: String) async throws {
        let answer = try await get([.range: range])
        #expect(answer.status == 416)
        #expect(answer.headers[.contentRange] == "bytes */10")
        #expect(answer.bytes.isEmpty)
    }

    /// RFC 9110, 14.2: an invalid range is ignored.
    @Test(arguments: ["items=0-1", "bytes=3-1", "bytes=0-1,4-5", "bytes=a-b", "bytes=-", "bytes=99999999999999999999-"])
    func otherRangesGetTheWholeFile(_ range: String) async throws {
        let answer = try await get([.range: range])
        #expect(answer.status == 200)
        #expect(answer.bytes == bytes)
    }

    /// RFC 9110, 14.2: only GET has ranges.
    @Test func aHeadRequestIsAboutTheWholeFile() async throws {
        let answer = try await get(method: .head, [.range: "bytes=2-3"])
        #expect(answer.status == 200)
        #expect(answer.headers[.contentRange] == nil && answer.headers[.contentLength] == "10")
        #expect(answer.bytes.isEmpty)
    }

    @Test func whatTheClientHasIsNotSentAgain() async throws {
        let tag = try #require(try await get().headers[.eTag])
        let answer = try await get([.ifNoneMatch: tag])
        #expect(answer.status == 304)
        #expect(answer.bytes.isEmpty)
    }

    @Test(arguments: ["*", "W/\"x\", *", "\"x\", W/TAG", "\"x\",TAG"])
    func everyFormOfATagThatMatchesIsRead(_ list: String) async throws {
        let tag = try #require(try await get().headers[.eTag])
        #expect(try await get([.ifNoneMatch: list.replacing("TAG", with: tag)]).status == 304)
    }

    @Test(arguments: ["\"x\"", "W/\"x\"", "TAGx", ""])
    func anotherTagMatchesNothing(_ list: String) async throws {
        let tag = try #require(try await get().headers[.eTag])
        #expect(try await get([.ifNoneMatch: list.replacing("TAG", with: tag)]).status == 200)
    }

    /// RFC 9110, 13.1.5: the comparison is strong, and there is no date to compare with.
    @Test(arguments: [
        ("TAG", 206), ("\"x\"", 200), ("W/TAG", 200), ("Wed, 21 Oct 2015 07:28:00 GMT", 200), ("*", 200),
    ])
    func aPartOfAnotherVersionIsNotSent(_ condition: String, _ status: Int) async throws {
        let tag = try #require(try await get().headers[.eTag])
        let answer = try await get([.range: "bytes=2-3", .ifRange: condition.replacing("TAG", with: tag)])
        #expect(answer.status == status)
        #expect(answer.bytes == (status == 206 ? Array("23".utf8) : bytes))
        #expect((answer.headers[.contentRange] == nil) == (status == 200))
    }

    @Test func aRangeThatIsOutsideOfAnotherVersionGetsTheWholeFile() async throws {
        #expect(try await get([.range: "bytes=99-", .ifRange: "\"x\""]).status == 200)
    }

    // MARK: Files that a browser may show

    @Test(arguments: [
        "image/jpeg", "image/webp", "IMAGE/PNG", #"audio/ogg; codecs="opus""#, "video/mp4", "application/pdf",
    ])
    func aFileMayBeShownWhenTheConfigurationSaysSo(_ type: String) async throws {
        let query = "sig=right&t=" + PercentCoding.encode(type)
        let shown = try await get(query + "&shown=yes")
        #expect(shown.headers[.contentDisposition]?.hasPrefix("inline; ") == true)
        #expect(shown.headers[.xContentTypeOptions] == "nosniff")
        let policy = try #require(shown.headers[.contentSecurityPolicy])
        #expect(policy.hasPrefix("default-src 'none'; "))
        #expect(!policy.contains("script-src"))
        #expect(policy.hasSuffix("; sandbox") == (type != "application/pdf"), "browsers show no PDF in a sandbox")
        #expect(try await get(query).headers[.contentDisposition]?.hasPrefix("attachment; ") == true)
    }

    @Test(arguments: [
        "text/html", "image/svg+xml", "IMAGE/SVG+XML; charset=utf-8", "application/xhtml+xml", "text/plain", "text/xml",
        "application/javascript", "application/octet-stream", "image/svg", "video/xml", "", "application/pdf2",
    ])
    func whatCanRunScriptsIsNeverShown(_ type: String) async throws {
        let answer = try await get("sig=right&shown=yes&t=" + PercentCoding.encode(type))
        #expect(answer.headers[.contentDisposition]?.hasPrefix("attachment; ") == true)
        #expect(answer.headers[.contentSecurityPolicy] == "default-src 'none'; sandbox")
    }

    @Test func headTellsTheSizeOnly() async throws {
        let answer = try await get(method: .head)
        #expect(answer.status == 200)
        #expect(answer.headers[.contentLength] == "10")
        #expect(answer.bytes.isEmpty)
    }

    @Test func withoutTheSignatureThereIsNothing() async throws {
        let answer = try await get("sig=wrong")
        #expect(answer.status == 403)
        #expect(answer.headers[.contentDisposition] == nil)
    }

    @Test func whatIsNoIdIsNotFound() async throws {
        let answer = try await api().run { try await $0.send(.get, "/media/..%2Fetc/passwd?sig=right", withKey: false) }
        #expect(answer.status == 404)
    }
}

extension MediaTests {
    private func get(_ headers: HTTPFields) async throws -> Client.APIResponse {
        try await get("sig=right&t=image/jpeg", name: "photo.jpg", method: .get, headers)
    }
}
