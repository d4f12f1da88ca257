import RelayConfig
import RelayCore
import RelayJSON
import Testing

@testable import RelaySources

@Suite struct MediaConfigurationTests {
    private func load(_ config: String) throws -> RelayConfiguration { try ConfigurationTests.load(config) }

    @Test func filesAreKeptBesideTheConfigurationUnlessItSaysOtherwise() throws {
        let workspace = Workspace.config("version: 1\n")
        let media = try workspace.load().configuration.media
        #expect(media.store == .directory(path: workspace.directory + "/data/media"))
        #expect(media.retention == .seconds(30 * 86_400))
        #expect(media.quota == 10 << 30)
        #expect(media.linkLifetime == .seconds(7 * 86_400))
        #expect(media.maxDownloads == 8)
        #expect(try load("media: { store: \"file:/srv/media\" }\n").media.store == .directory(path: "/srv/media"))
    }

    /// Several nodes can share a database in PostgreSQL.
    @Test(arguments: [
        ("postgres://db1/zaphub", "", true), ("postgres://db1/zaphub", "media: { store: \"file:media\" }", true),
        ("postgres://db1/zaphub", "media: { quota: 1GiB }", true),
        ("postgres://db1/zaphub", "media: { store: \"file:/srv/media\" }", false),
        (
            "postgres://db1/zaphub",
            "media: { store: \"s3://b-1\", s3: { endpoint: \"https://s3.example.com\", access_key: A, secret_key: b } }",
            false
        ),
        ("sqlite:data/zaphub.db", "media: { store: \"file:media\" }", false),
    ])
    func filesOfANodeAloneAreWarnedOfWhereNodesShareADatabase(_ url: String, _ media: String, _ isWarned: Bool) {
        let report = Workspace.config("version: 1\nstore: { url: \"\(url)\" }\n\(media)\n").report()
        #expect(report.contains("other nodes on the same database do not have them") == isWarned, "\(report)")
        #expect(!report.contains("error:"), "\(report)")
    }

    @Test func aBucketNeedsItsServer() throws {
        let server = "s3: { endpoint: \"https://s3.example.com/\", access_key: AKIA, secret_key: hunter2 }"
        let configuration = try load("media: { store: \"s3://my-media/zaphub\", \(server) }\n")
        #expect(configuration.media.store == .s3(bucket: "my-media", prefix: "zaphub/"))
        #expect(configuration.media.s3?.endpoint == "https://s3.example.com")
        #expect(configuration.media.s3?.region == "us-east-1")
        #expect(configuration.media.s3?.pathStyle == true)
        #expect(!configuration.scrubbed.text.contains("hunter2"))
        #expect(!configuration.scrubbed.text.contains("AKIA"))
        #expect(
            Workspace.config("media:\n  store: s3://my-media\n").report()
                .contains("config.yaml:2:10: error: a bucket needs media.s3")
        )
        #expect(
            Workspace.config("media:\n  \(server)\n").report()
                .contains("config.yaml:2:7: error: \"s3\" is for store: s3://bucket only")
        )
    }

    @Test(arguments: [
        ("data/media", "write file: before the path"), ("\"file:\"", "write file:data/media"),
        ("\"file:///srv/media\"", "write file:data/media"), ("s3://My_Media", "3 to 63 small letters"),
    ])
    func aStoreThatIsNoneIsRefused(_ written: String, _ help: String) {
        let report = Workspace.config("media:\n  store: \(written)\n").report()
        #expect(report.contains("config.yaml:2:10: error:"))
        #expect(report.contains(help))
    }

    @Test func aSourceSaysWhereItsFilesLie() throws {
        let sources = try load(
            """
            sources:
              waha:
                transport: http
                format: waha
                media:
                  base_url: http://waha:3000/
                  hosts: ["Minio:9000", "*.example.com"]
                  headers: { X-Api-Key: hunter2 }
              meta: { transport: http, format: waha, media: { token: hunter3 } }

            """
        )
        let media = try #require(sources.sources.first { $0.name == "waha" }?.media)
        #expect(media.baseURL == "http://waha:3000")
        #expect(media.hosts == ["minio:9000", "*.example.com"])
        #expect(media.headers.map(\.name) == ["X-Api-Key"])
        #expect(media.graphURL == "https://graph.facebook.com/v23.0")
        #expect(media.whatsAppURL == "https://mmg.whatsapp.net")
        #expect(sources.sources.first { $0.name == "meta" }?.media.token == "hunter3")
        #expect(!sources.scrubbed.text.contains("hunter"))
        #expect(
            Workspace.config("sources:\n  a: { transport: http, format: waha, media: { hosts: [\"http://x\"] } }\n")
                .report()
                .contains("leave out the scheme and the path")
        )
    }

    @Test func theSecretInTheBodyStandsWhereTheFormatHasIt() throws {
        let auth = "auth: { type: body, token: hunter2 }"
        let registry = ConfigurationKindRegistry.testing
        func configuration(_ source: String) -> Workspace {
            Workspace.config("sources:\n  a: { transport: http, \(source) }\n")
        }
        let known = try configuration("format: baileys, \(auth)").load(registry: registry).configuration
        func body(_ configuration: RelayConfiguration) throws -> BodyTokenAuthentication {
            try #require(configuration.sources.first?.transport.authentication as? BodyTokenAuthentication)
        }
        #expect(try body(known).field == "webhookVerifyToken")
        #expect(try body(known).token == "hunter2")
        #expect(!known.scrubbed.text.contains("hunter2"))
        let own = try configuration("format: waha, auth: { type: body, token: x, field: secret }")
            .load(registry: registry).configuration
        #expect(try body(own).field == "secret")
        #expect(
            configuration("format: waha, \(auth)").report(registry: registry)
                .contains("documents of the format waha carry no secret of their own")
        )
    }
}
