import RelayJSON
import Testing

@testable import RelayFormats

struct WhatsmeowNamesTests {
    @Test(arguments: [
        ("URL", "url"), ("ID", "id"), ("PTT", "ptt"), ("fileSHA256", "fileSha256"), ("fileEncSHA256", "fileEncSha256"),
        ("stanzaID", "stanzaId"), ("remoteJID", "remoteJid"), ("JPEGThumbnail", "jpegThumbnail"),
        ("paramsJSON", "paramsJson"), ("timestampMS", "timestampMs"), ("viewOnceMessageV2", "viewOnceMessageV2"),
        ("conversation", "conversation"), ("mediaKey", "mediaKey"), ("", ""), ("é", "é"),
    ])
    func abbreviations(_ go: String, _ javaScript: String) {
        #expect(WhatsmeowFieldRenaming.baileys(go) == javaScript)
    }

    @Test func whatGoWrapsIsOpened() throws {
        let reply = try #require(
            json(
                #"""
                {"interactiveResponseMessage": {"body": {"text": "OK"}, "InteractiveResponseMessage":
                 {"NativeFlowResponseMessage": {"name": "flow", "paramsJSON": "{}"}}}, "list": [{"rowID": 1}]}
                """#
            ).object)
        #expect(
            WhatsmeowFieldRenaming.renamed(reply) == [
                "interactiveResponseMessage": [
                    "body": ["text": "OK"], "nativeFlowResponseMessage": ["name": "flow", "paramsJson": "{}"],
                ],
                "list": [["rowId": 1]],
            ]
        )
    }
}
