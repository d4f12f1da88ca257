import RelayConfig
import RelayCore
import RelayJSON
import Testing

@testable import RelaySources

/// PROVENANCE: the configuration and the pipeline of the project's design page, verbatim.
enum DesignSample {
    static let config = """
        version: 1
        server:
          listen: 127.0.0.1:3100
          public_url: http://localhost:3100        # how receivers reach stored media
        store:
          url: sqlite:data/zaphub.db               # or postgres://user@host/db
          retention: { delivered: 24h, dead: 30d, messages: 90d }
        sources:
          baileys:   { transport: http, format: baileys }        # POST /in/baileys
          meta:
            transport: http
            format: cloud_api
            auth: { type: meta_signature, app_secret: "${META_APP_SECRET}", verify_token: "${META_VERIFY_TOKEN}" }
        destinations:
          crm:
            type: webhook
            url: https://crm.example.com/hooks/whatsapp
            headers: { X-Team: sales }
            secret: "${CRM_SECRET}"                # what `sign` uses for this destination
            timeout: 10s
            ordering: per_chat                     # the default; none lets later messages overtake a retry
            max_in_flight: 16
            rate_limit: 20/s
            retry: standard
            events: ["message.*"]                  # what it wants; default all
        retry_policies:
          default:  { max_attempts: 3, backoff: { initial_interval: 2s, multiplier: 2 } }          # stage-07
          standard:
            max_attempts: 12
            backoff: { initial_interval: 1s, max_interval: 5m, multiplier: 2, jitter: full }
            max_elapsed_time: 24h
            retry_on: [network, timeout, 408, 425, 429, 5xx]
            respect_retry_after: true
        egress:
          allow: ["127.0.0.1"]                     # private addresses that deliveries may reach (host, host:port, CIDR); shipped for trying out

        """

    static let pipeline = """
        # pipelines/default.yaml: the file name is the pipeline's name
        from: [baileys, meta]                      # default: every source
        stages:
          - persist                                # message history, chats and contacts
          - enrich: [chat_name, contact_name, group_name, images]
          - media: { max_size: 16MiB }             # download, decrypt, store …
            on_error: raw_media                    # … or hand on the raw_media reference
          - filter: { drop: '.payload.chatId == "status@broadcast"' }
          - sign: standard_webhooks                # with each destination's own secret
          - deliver: [session, crm]                # session = the session's own webhooks, managed over REST
        tests:
          - name: a text message reaches the CRM with the contact's name
            input: ../examples/events/text.json
            destinations: { crm: [503, 200] }      # scripted answers, virtual clock
            expect: { delivered: [{ to: crm, attempts: 2, body: { jq: '.payload.contactName == "Maria Silva"' } }] }

        """

    static let environment = ["META_APP_SECRET": "app!", "META_VERIFY_TOKEN": "verify!", "CRM_SECRET": "crm!"]

    static func load() throws -> RelayConfiguration.Loaded {
        try Workspace.config(config, pipeline: pipeline).load(environment)
    }
}

@Suite struct DesignSampleTests {
    @Test func theSampleLoadsWithoutAWarning() throws {
        #expect(try DesignSample.load().warnings.isEmpty)
    }

    @Test func serverAndStoreAreAsWritten() throws {
        let workspace = Workspace.config(DesignSample.config, pipeline: DesignSample.pipeline)
        let configuration = try workspace.load(DesignSample.environment).configuration
        #expect(configuration.file == workspace.directory + "/config.yaml")
        #expect(configuration.directory == workspace.directory)
        #expect(configuration.server.host == "127.0.0.1")
        #expect(configuration.server.port == 3100)
        #expect(configuration.server.publicURL == "http://localhost:3100")
        #expect(configuration.server.maxBody == 5 * 1024 * 1024)
        #expect(configuration.store.url == .sqlite(path: workspace.directory + "/data/zaphub.db"))
        #expect(configuration.store.retention == RetentionPeriods())
        #expect(configuration.egress.allow == ["127.0.0.1"])
        #expect(configuration.egress.allowedPorts == nil)
        #expect(configuration.logging.level == .info)
        #expect(configuration.delivery.breaker.failures == 5)
    }

    @Test func sourcesAreAsWritten() throws {
        let sources = try DesignSample.load().configuration.sources
        #expect(sources.map(\.name) == ["baileys", "meta"])
        #expect(sources.map { $0.format.name } == ["baileys", "cloud_api"])
        #expect(sources[0].transport.authentication == nil)
        let meta = try #require(sources[1].transport.authentication as? MetaSignatureAuthentication)
        #expect(meta.appSecret == "app!" && meta.verifyToken == "verify!")
        #expect(sources[1].mark.line == 10)
        #expect(sources[1].mark.column == 3)
    }

    @Test func theDestinationIsAsWritten() throws {
        let crm = try #require(try DesignSample.load().configuration.destinations.first)
        let webhook = try #require(crm.options as? WebhookDestinationOptions)
        #expect(webhook.url == "https://crm.example.com/hooks/whatsapp")
        #expect(webhook.headers.map(\.name) == ["X-Team"])
        #expect(webhook.headers.map(\.value) == ["sales"])
        #expect(crm.secrets.map(\.value) == ["crm!"])
        #expect(crm.timeout == .seconds(10))
        #expect(crm.settings.ordering == .perChat)
        #expect(crm.settings.maxInFlight == 16)
        #expect(crm.settings.rateLimit == RateLimit(count: 20, per: .seconds(1)))
        #expect(crm.settings.events == EventTypeFilter(["message.*"]))
        #expect(
            crm.settings.retry
                == RetryPolicy(
                    maxAttempts: 12,
                    initialInterval: .seconds(1),
                    maxInterval: .seconds(300),
                    multiplier: 2,
                    jitter: .full,
                    maxElapsedTime: .seconds(86_400),
                    retryOn: RetryPolicy.transient,
                    respectRetryAfter: true
                )
        )
    }

    @Test func thePipelineIsAsWritten() throws {
        let pipeline = try #require(try DesignSample.load().configuration.pipelines.first)
        #expect(pipeline.name == "default")
        #expect(pipeline.from == ["baileys", "meta"])
        #expect(pipeline.steps.map(\.id) == ["persist", "enrich", "media", "filter", "sign", "deliver"])
        #expect(
            pipeline.steps.map(\.onError) == [
                .deadLetter, .deadLetter, .rawMedia, .deadLetter, .deadLetter, .deadLetter,
            ])
        #expect((pipeline.steps[2].stage as? MediaStage)?.maxSize == 16 << 20)
        #expect((pipeline.steps[5].stage as? DeliverStage)?.to == ["session", "crm"])
    }

    @Test func theScrubbedFormHasEveryDefaultAndNoSecret() throws {
        let json = try DesignSample.load().configuration.scrubbed
        #expect(!json.text.contains("crm!") && !json.text.contains("app!") && !json.text.contains("verify!"))
        #expect(json["destinations"]?["crm"]?["secret"] == "***")
        #expect(json["destinations"]?["crm"]?["headers"] == ["X-Team": "***"])
        #expect(json["destinations"]?["crm"]?["url"] == "https://crm.example.com/hooks/whatsapp")
        #expect(json["sources"]?["meta"]?["auth"]?["app_secret"] == "***")
        #expect(json["sources"]?["meta"]?["auth"]?["type"] == "meta_signature")
        #expect(json["server"]?["max_body"] == "5MiB")
        #expect(json["delivery"]?["breaker"] == ["failures": 5, "probe_interval": "5s", "max_probe_interval": "5m"])
        #expect(json["store"]?["retention"]?["delivered"] == "1d")
        #expect(json["pipelines"]?["default"]?["from"] == ["baileys", "meta"])
    }
}
