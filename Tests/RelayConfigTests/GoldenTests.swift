import RelayConfig
import Testing

@Suite struct GoldenTests {
    @Test func show() {
        let configs: [(String, [String: String])] = [
            ("""
            version: 2
            server: { listen: 3000, max_body: 5, public_url: localhost:3000, lisen: x }
            store:
              url: data/zaphub.db
              retention: { delivered: 24, dead: 30 days, mesages: 90d }
            sources:
              Baileys: { transport: htp, format: bailey }
              meta:
                transport: http
                format: cloud_api
                auth: { type: meta_signature, app_secret: "${META_APP_SECRET}" }
              lines: { transport: file, format: native }
              hook: { transport: stdin, format: native, auth: { type: baerer, token: x } }
              other: { format: waha, path: /x, session: }
            destinations:
              session: { type: webhook, url: https://a.example.com }
              wh_x: { type: webhok }
              crm:
                type: webhook
                url: https://user:pw@crm.example.com
                headers: { "X Team": a, Host: b, X-A: "a\\r\\nb", x-a: c }
                secret: a
                secrets: [b]
                timeout: 10
                max_in_flight: 0
                rate_limit: 20
                ordering: per_chats
                retry: standart
                events: [mesage.received, "*.read"]
              erp: { type: webhook, url: ftp://erp.example.com, retry: { extends: slow, max_attempts: many } }
              bare: { type: webhook, timeout: 1h }
            retry_policies:
              a: { extends: b }
              b: { extends: a }
              c: { extends: nobody, max_attempts: 2000, backoff: { multiplier: 0.5, jitter: fulll } }
              d: { backoff: { initial_interval: 10m } }
              e: { retry_on: [timout, 200, 5xx, 999], respect_retry_after: yes }
            egress: { allow: [127.0.0.1], allowed_ports: [80, 70000] }
            logging: { level: verbose }
            delivery: [x]
            destination: {}
            """, [:]),
            ("destinations:\n  crm: { type: webhook, url: ${CRM_URL} }\n", [:]),
            ("server:\n\tlisten: :3000\n", [:]),
            ("server: { listen: :3000\nstore:\n", [:]),
            ("server:\n  listen: :3000\n  listen: :4000\n  listen: :5000\nserver: {}\n", [:]),
            ("server:\n  listen: ${PORT}\n  public_url: ${URL:?write it into .env}\n  max_body: ${SIZE:5}\nlogging: { level: \"${\", format: \"${file:nofile}\" }\n", [:]),
            ("a: *x\n", [:]),
            ("a: 1\n---\nb: 2\n", [:]),
            ("store:\n  url: sqlite: data\n", [:]),
            ("- a\n", [:]),
            ("server: !new { listen: x }\n", [:]),
            ("logging: { level: 'info }\n", [:]),
            ("server:\n   listen: :1\n  max_body: 5MiB\n", [:]),
        ]
        for (config, environment) in configs { print("-----\n" + Workspace.config(config).report(environment)) }
        let pipelines = [
            """
            from: [baileys, bailey]
            stages:
              - persit
              - media: { max_sise: 16MB }
              - media: { max_size: 16 }
                on_eror: continue
              - filter:
                drop: '.a'
              - filter: { drop: '.payload.chatId == (' }
              - filter: { drop: .a, keep: .b }
              - enrich: [chat_nam, images, foo]
              - sign: standard_webhook
                on_error: raw_media
              - persist:
                  x: 1
              - filter: .a
              - deliver: [session, cmr]
                when: '.a | )'
                id: Deliver It
              - media:
                on_error: { stages: [drop] }
              - persist
                enrich
              - media:
                sign: hmac
              -
              - on_error: drop
              - [a]
              - id: x
                persist:
              - id: x
                persist:
                timeout: 5
            stage: 1
            tests: 5
            """,
            "from: baileys\nstages: []\n", "", "stages:\n  - enrich: images\n", "stages:\n  - deliver: crm\n  - persist\n",
            "stages:\n  - filter:\n      drop: |\n        .a\n        | .b )\n  - filter:\n      drop: \"\\\"a\\\" | ${X:-zz} )\"\n  - filter:\n      drop: .a\n        | )\n",
        ]
        for pipeline in pipelines { print("-----\n" + Workspace.pipeline(pipeline).report()) }
        print("-----\n" + Workspace(["config.yaml": "version: 1\n"]).report())
        print("-----\n" + Workspace([:]).report())
        print("-----\n" + Workspace(["config.yaml": "version: 1\n", "pipelines/x.yml": "a"]).report())
    }
}
