import RelayConfig
import Testing

/// The exact messages for mistakes in `config.yaml`.
@Suite struct ConfigurationMistakeTests {
    @Test func everythingWrongInServerAndSourcesIsReportedAtOnce() {
        let report = Workspace.config(
            #"""
            version: 2
            server: { listen: 3100, max_body: 5, public_url: localhost:3100, lisen: x }
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
              hook: { transport: stdin, format: native, auth: { type: baerer, token: hunter2 } }
              other: { format: waha, path: /x, session: }
              first: { transport: stdin, format: native }
              second: { transport: stdin, format: native }
              badge: { transport: http, format: waha, auth: { type: header, name: "X Y", value: "" } }
              pathed: { transport: http, format: waha, path: x }
            egress: { allow: [127.0.0.1], allowed_ports: [80, 70000] }
            logging: { level: verbose, format: jsn }
            delivery: [x]
            destination: {}

            """#
        ).report()
        #expect(
            report == #"""
                config.yaml:1:10: error: "version" must be 1, not "2"
                   1 | version: 2
                     |          ^
                config.yaml:2:19: error: "listen" must be host and port such as 127.0.0.1:3100, not "3100"
                   2 | server: { listen: 3100, max_body: 5, public_url: localhost:3100, lisen: x }
                     |                   ^ help: write 127.0.0.1:3100, or :3100 for all IP addresses
                config.yaml:2:35: error: "max_body" needs a unit
                   2 | server: { listen: 3100, max_body: 5, public_url: localhost:3100, lisen: x }
                     |                                   ^ help: write 5KiB, 5MiB, or 5B for bytes
                config.yaml:2:50: error: "public_url" is no absolute URL
                   2 | server: { listen: 3100, max_body: 5, public_url: localhost:3100, lisen: x }
                     |                                                  ^ help: begin with https:// or http://
                config.yaml:2:66: error: server has no option "lisen"
                   2 | server: { listen: 3100, max_body: 5, public_url: localhost:3100, lisen: x }
                     |                                                                  ^ help: did you mean "listen"?
                config.yaml:4:8: error: "url" must be sqlite:PATH or postgres://user@host/database, not "data/zaphub.db"
                   4 |   url: data/zaphub.db
                     |        ^ help: write sqlite: before the path
                config.yaml:5:27: error: "delivered" needs a unit
                   5 |   retention: { delivered: 24, dead: 30 days, mesages: 90d }
                     |                           ^ help: write 24s for seconds or 24ms for milliseconds
                config.yaml:5:37: error: "dead" must be a duration such as 500ms, 10s or 24h, not "30 days"
                   5 |   retention: { delivered: 24, dead: 30 days, mesages: 90d }
                     |                                     ^ help: a whole number and one of ms, s, m, h, d
                config.yaml:5:46: error: retention has no option "mesages"
                   5 |   retention: { delivered: 24, dead: 30 days, mesages: 90d }
                     |                                              ^ help: did you mean "messages"?
                config.yaml:7:3: error: the source name "Baileys" must be small letters, digits, - and _, begin with a letter, and have at most 64
                   7 |   Baileys: { transport: htp, format: bailey }
                     |   ^
                config.yaml:7:25: error: there is no transport "htp"
                   7 |   Baileys: { transport: htp, format: bailey }
                     |                         ^ help: did you mean "http"?
                config.yaml:7:38: error: there is no format "bailey"
                   7 |   Baileys: { transport: htp, format: bailey }
                     |                                      ^ help: did you mean "baileys"?
                config.yaml:11:11: error: meta_signature auth needs "verify_token"
                  11 |     auth: { type: meta_signature, app_secret: "${META_APP_SECRET}" }
                     |           ^ help: add verify_token: a secret
                config.yaml:11:48: error: the environment variable META_APP_SECRET is not set
                  11 |     auth: { type: meta_signature, app_secret: "${META_APP_SECRET}" }
                     |                                                ^ help: set it, or give a default: ${META_APP_SECRET:-default}
                config.yaml:12:3: error: source "lines" needs "path"
                  12 |   lines: { transport: file, format: native }
                     |   ^ help: add path: a path such as data/events.ndjson
                config.yaml:13:51: error: "auth" is for transport: http only
                  13 |   hook: { transport: stdin, format: native, auth: { type: baerer, token: ******* } }
                     |                                                   ^ help: remove it
                config.yaml:14:3: error: source "other" needs "transport"
                  14 |   other: { format: waha, path: /x, session: }
                     |   ^ help: add transport: http, stdin or file
                config.yaml:14:45: error: "session" is empty
                  14 |   other: { format: waha, path: /x, session: }
                     |                                             ^ help: write a session's id, or remove the option
                config.yaml:16:3: error: two sources read stdin
                  16 |   second: { transport: stdin, format: native }
                     |   ^ help: keep one of them
                config.yaml:17:71: error: the header name "X Y" has characters that HTTP does not allow
                  17 |   badge: { transport: http, format: waha, auth: { type: header, name: "X Y", value: ** } }
                     |                                                                       ^ help: use letters, digits and hyphens
                config.yaml:17:85: error: "value" is empty
                  17 |   badge: { transport: http, format: waha, auth: { type: header, name: "X Y", value: ** } }
                     |                                                                                     ^ help: give the secret, or remove the option
                config.yaml:18:50: error: "path" is for transport: file only
                  18 |   pathed: { transport: http, format: waha, path: x }
                     |                                                  ^ help: remove it
                config.yaml:19:51: error: "allowed_ports" must be a whole number from 1 to 65535, not "70000"
                  19 | egress: { allow: [127.0.0.1], allowed_ports: [80, 70000] }
                     |                                                   ^
                config.yaml:20:19: error: "level" must be trace, debug, info, notice, warning, error or critical, not "verbose"
                  20 | logging: { level: verbose, format: jsn }
                     |                   ^
                config.yaml:20:36: error: "format" must be auto, json or pretty, not "jsn"
                  20 | logging: { level: verbose, format: jsn }
                     |                                    ^ help: did you mean "json"?
                config.yaml:21:11: error: delivery takes a map of options
                  21 | delivery: [x]
                     |           ^ help: write { shutdown_grace: … }
                config.yaml:22:1: error: the configuration has no option "destination"
                  22 | destination: {}
                     | ^ help: did you mean "destinations"?
                27 errors, 0 warnings
                """#)
    }

    @Test func everythingWrongInDestinationsAndPoliciesIsReportedAtOnce() {
        let report = Workspace.config(
            #"""
            destinations:
              session: { type: webhook, url: https://a.example.com }
              wh_x: { type: webhok, secret: hunter2 }
              crm:
                type: webhook
                url: https://user:pw@crm.example.com
                headers: { "X Team": a, Host: b, X-A: "a\r\nb", x-a: c }
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
              empty:
              desk: { type: chatwoot, url: "https://", api_token: "", inbox_id: 1.5 }
            retry_policies:
              a: { extends: b }
              b: { extends: a }
              c: { extends: nobody, max_attempts: 2000, backoff: { multiplier: 0.5, jitter: fulll } }
              d: { backoff: { initial_interval: 10m } }
              e: { retry_on: [timout, 200, 5xx, 999], respect_retry_after: yes }
              standard: 12

            """#
        ).report()
        #expect(
            report == #"""
                config.yaml:2:3: error: the destination name "session" is a name that the relay uses itself
                   2 |   session: { type: webhook, url: https://a.example.com }
                     |   ^
                config.yaml:3:3: error: the destination name "wh_x" begins with wh_, as the webhooks do that are managed over REST
                   3 |   wh_x: { type: webhok, secret: ******* }
                     |   ^
                config.yaml:3:17: error: there is no destination type "webhok"
                   3 |   wh_x: { type: webhok, secret: ******* }
                     |                 ^ help: did you mean "webhook"?
                config.yaml:6:10: error: "url" has a user name or a password in it
                   6 |     url: *******************************
                     |          ^ help: send them as a header: headers: { Authorization: … }
                config.yaml:7:16: error: the header name "X Team" has characters that HTTP does not allow
                   7 |     headers: { "X Team": *, Host: *, X-A: ********, x-a: * }
                     |                ^ help: use letters, digits and hyphens
                config.yaml:7:29: error: the header Host is set by the relay itself
                   7 |     headers: { "X Team": *, Host: *, X-A: ********, x-a: * }
                     |                             ^ help: leave it out
                config.yaml:7:43: error: the value of the header X-A has a line break or another control character
                   7 |     headers: { "X Team": *, Host: *, X-A: ********, x-a: * }
                     |                                           ^ help: remove it
                config.yaml:7:53: error: the header x-a is here twice
                   7 |     headers: { "X Team": *, Host: *, X-A: ********, x-a: * }
                     |                                                     ^ help: remove one
                config.yaml:9:14: error: destination "crm" has both "secret" and "secrets"
                   9 |     secrets: [*]
                     |              ^ help: keep one of them
                config.yaml:10:14: error: "timeout" needs a unit
                  10 |     timeout: 10
                     |              ^ help: write 10s for seconds or 10ms for milliseconds
                config.yaml:11:20: error: "max_in_flight" must be a whole number from 1 to 1000, not "0"
                  11 |     max_in_flight: 0
                     |                    ^
                config.yaml:12:17: error: "rate_limit" needs a time to count in
                  12 |     rate_limit: 20
                     |                 ^ help: write 20/s or 20/m
                config.yaml:13:15: error: "ordering" must be per_chat or none, not "per_chats"
                  13 |     ordering: per_chats
                     |               ^ help: did you mean "per_chat"?
                config.yaml:14:12: error: there is no retry policy "standart"
                  14 |     retry: standart
                     |            ^ help: did you mean "standard"?
                config.yaml:15:14: warning: no event has the type "mesage.received"
                  15 |     events: [mesage.received, "*.read"]
                     |              ^ help: did you mean "message.received"?
                config.yaml:15:31: error: "events" must be an event type, not "*.read"
                  15 |     events: [mesage.received, "*.read"]
                     |                               ^ help: write a name, message.* or *
                config.yaml:16:30: error: "url" must begin with https:// or http://
                  16 |   erp: { type: webhook, url: ftp://erp.example.com, retry: { extends: slow, max_attempts: many } }
                     |                              ^
                config.yaml:16:71: error: there is no retry policy "slow"
                  16 |   erp: { type: webhook, url: ftp://erp.example.com, retry: { extends: slow, max_attempts: many } }
                     |                                                                       ^ help: there is a, b, c, d, default, e, standard
                config.yaml:16:91: error: "max_attempts" must be a whole number from 1 to 1000, not "many"
                  16 |   erp: { type: webhook, url: ftp://erp.example.com, retry: { extends: slow, max_attempts: many } }
                     |                                                                                           ^
                config.yaml:17:3: error: destination "bare" needs "url"
                  17 |   bare: { type: webhook, timeout: 1h }
                     |   ^ help: add url: a URL such as https://crm.example.com/hooks
                config.yaml:17:35: error: "timeout" must be a duration from 1ms to 10m, not "1h"
                  17 |   bare: { type: webhook, timeout: 1h }
                     |                                   ^
                config.yaml:18:3: error: destination "empty" needs "type"
                  18 |   empty:
                     |   ^ help: add type: webhook or chatwoot
                config.yaml:19:32: error: "url" names no host
                  19 |   desk: { type: chatwoot, url: "https://", api_token: **, inbox_id: 1.5 }
                     |                                ^ help: write a URL such as https://crm.example.com/hooks
                config.yaml:19:55: error: "api_token" is empty
                  19 |   desk: { type: chatwoot, url: "https://", api_token: **, inbox_id: 1.5 }
                     |                                                       ^ help: give the secret, or remove the option
                config.yaml:19:69: error: "inbox_id" must be a whole number from 1, not "1.5"
                  19 |   desk: { type: chatwoot, url: "https://", api_token: **, inbox_id: 1.5 }
                     |                                                                     ^
                config.yaml:22:17: error: retry policies extend each other in a circle: "a" → "b" → "a"
                  22 |   b: { extends: a }
                     |                 ^ help: remove one extends
                config.yaml:23:17: error: there is no retry policy "nobody"
                  23 |   c: { extends: nobody, max_attempts: 2000, backoff: { multiplier: 0.5, jitter: fulll } }
                     |                 ^ help: there is a, b, c, d, default, e, standard
                config.yaml:23:39: error: "max_attempts" must be a whole number from 1 to 1000, not "2000"
                  23 |   c: { extends: nobody, max_attempts: 2000, backoff: { multiplier: 0.5, jitter: fulll } }
                     |                                       ^
                config.yaml:23:68: error: "multiplier" must be a number from 1 to 10, not "0.5"
                  23 |   c: { extends: nobody, max_attempts: 2000, backoff: { multiplier: 0.5, jitter: fulll } }
                     |                                                                    ^
                config.yaml:23:81: error: "jitter" must be none, full or equal, not "fulll"
                  23 |   c: { extends: nobody, max_attempts: 2000, backoff: { multiplier: 0.5, jitter: fulll } }
                     |                                                                                 ^ help: did you mean "full"?
                config.yaml:24:17: error: initial_interval (10m) is longer than max_interval (5m)
                  24 |   d: { backoff: { initial_interval: 10m } }
                     |                 ^ help: set max_interval as well
                config.yaml:25:19: error: "retry_on" cannot have "timout"
                  25 |   e: { retry_on: [timout, 200, 5xx, 999], respect_retry_after: yes }
                     |                   ^ help: did you mean "timeout"?
                config.yaml:25:27: error: "retry_on" cannot have "200": 2xx is a delivery
                  25 |   e: { retry_on: [timout, 200, 5xx, 999], respect_retry_after: yes }
                     |                           ^ help: remove it
                config.yaml:25:37: error: "retry_on" cannot have "999"
                  25 |   e: { retry_on: [timout, 200, 5xx, 999], respect_retry_after: yes }
                     |                                     ^ help: write network, timeout, a status such as 429, or a class such as 5xx
                config.yaml:25:64: error: "respect_retry_after" must be true or false, not "yes"
                  25 |   e: { retry_on: [timout, 200, 5xx, 999], respect_retry_after: yes }
                     |                                                                ^ help: write true
                config.yaml:26:13: error: retry policy "standard" takes a map of options
                  26 |   standard: 12
                     |             ^ help: write { extends: … }
                35 errors, 1 warning
                """#)
    }
}
