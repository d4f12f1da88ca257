import RelayTestRunner
import Testing

/// Files that are available, available later, or not available.
@Suite struct ScriptedMediaTests {
    private static func stages(_ media: String) -> String {
        """
        stages:
          - persist
          - media: { wait: 20s }
            id: files
        \(media)  - deliver: [crm]

        """
    }

    /// A message with a file of 117,512 bytes, as a document of the native format.
    private static func picture(_ id: String, chat: String = "5511999999001@s.whatsapp.net") -> String {
        """
        { event: message.received, sessionId: main, id: \(id), payload: { messageId: \(id), chatId: \(chat), \
        raw_media: { mediaType: image, scheme: url, url: "https://files.example.com/\(id)", mimetype: image/png, \
        fileLength: 117512 } } }
        """
    }

    private static func report(_ test: String, media: String = "") throws -> String {
        try TestProject.report(test, pipeline: stages(media))
    }

    @Test func aFileThatIsFoundGoesOnAsALink() throws {
        let report = try Self.report(
            """
            input: [\(Self.picture("M1")), \(Self.picture("M2", chat: "5511999999002@s.whatsapp.net"))]
            media: [{ message: M1, size: 2KiB }, found]
            expect:
              delivered:
                - to: crm
                  at: 0s
                  body:
                    contains: { payload: { media: { kind: image, mimetype: image/png, size: 2048 } } }
                    jq: '.payload | has("raw_media") | not'
                    pattern: '"url":"http://127.0.0.1:3100/media/[0-9a-f]{64}/image[.]png[?]exp='
                - { to: crm, body: { contains: { payload: { media: { size: 117512 } } } } }
            """
        )
        #expect(report == "1 test, all passed")
    }

    @Test func withoutMediaNothingIsFetched() throws {
        let test = """
            input: \(Self.picture("M1"))
            expect: { delivered: [{ to: crm, body: { jq: '.payload | .raw_media.url and (has("media") | not)' } }] }
            """
        #expect(try Self.report(test) == "1 test, all passed")
    }

    @Test func aFileThatIsGoneLeavesItsReferenceOrDoesWhatOnErrorSays() throws {
        let gone = """
            input: \(Self.picture("M1"))
            media: gone
            expect: { delivered: [{ to: crm, body: { jq: '.payload.raw_media.error.reason == "gone"' } }] }
            """
        #expect(try Self.report(gone) == "1 test, all passed")
        let dead = """
            input: \(Self.picture("M1"))
            media: { fails: mac_mismatch }
            expect: { dead: [{ to: pipeline, by: files, reason: stage_failed }], nothing: true }
            """
        #expect(try Self.report(dead, media: "    on_error: dead_letter\n") == "1 test, all passed")
        let kept = """
            input: \(Self.picture("M1"))
            media: { size: 200MiB }
            expect: { delivered: [{ to: crm, body: { jq: '.payload.raw_media.error.reason == "too_large"' } }] }
            """
        #expect(try Self.report(kept) == "1 test, all passed")
    }

    /// The chat and its later messages wait; the other chat does not.
    @Test func aMessageWaitsForItsFileAndItsChatWithIt() throws {
        let report = try Self.report(
            """
            input:
              - \(Self.picture("M1"))
              - \(message("M2"))
              - \(message("M3", chat: "5511999999002@s.whatsapp.net"))
            media: { after: 12s }
            expect:
              delivered:
                - { to: crm, at: 0s, body: { jq: '.payload.messageId == "M3"' } }
                - { to: crm, at: 12s, body: { jq: '.payload.messageId == "M1" and .payload.media.size == 117512' } }
                - { to: crm, at: 12s, body: { jq: '.payload.messageId == "M2"' } }
            """
        )
        #expect(report == "1 test, all passed")
    }

    @Test func aLateFileIsAnnouncedWhenItIsThere() throws {
        let report = try Self.report(
            """
            input: [\(Self.picture("M1")), \(message("M2"))]
            media: { after: 30s }
            expect:
              delivered:
                - to: crm
                  at: 20s
                  body: { contains: { payload: { messageId: M1, raw_media: { pending: true, error: { reason: timeout } } } } }
                - { to: crm, at: 20s, body: { jq: '.payload.messageId == "M2"' } }
                - to: crm
                  event: message.updated
                  at: 30s
                  body: { contains: { payload: { targetMessageId: M1, update: media, media: { size: 117512 } } } }
            """
        )
        #expect(report == "1 test, all passed")
    }

    /// A request to a server that is down is repeated after one minute and after ten.
    @Test func aListAnswersOneFetchAfterTheOther() throws {
        let report = try Self.report(
            """
            input: \(Self.picture("M1"))
            media: [unavailable, unavailable, unavailable, found]
            expect:
              delivered:
                - { to: crm, at: 0s, body: { jq: '.payload.raw_media.pending' } }
                - { to: crm, event: message.updated, at: 660s, body: { jq: '.payload.media.size == 117512' } }
            """
        )
        #expect(report == "1 test, all passed")
    }

    @Test func aStagesTimeoutIsKept() throws {
        let report = try Self.report(
            """
            input: \(Self.picture("M1"))
            media: { after: 12s }
            expect:
              delivered: [{ to: crm, at: 5s, body: { jq: '.payload.raw_media.error.reason == "timeout"' } }]
            """,
            media: "    timeout: 5s\n"
        )
        #expect(report == "1 test, all passed")
    }
}
