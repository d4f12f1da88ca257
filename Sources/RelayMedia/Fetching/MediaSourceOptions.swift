internal import RelayHTTPClient

/// Where the files of one source's messages may lie, and what is shown there: its `media:` options.
package struct MediaSourceOptions: Sendable, Hashable {
    /// What the gateway's relative addresses lie below, such as `http://gowa:3000`; `{session}` in it stands for the
    /// message's session. Nil: there are none.
    package var baseURL: String?
    /// Further hosts that the gateway keeps files on: `minio`, `minio:9000`, `*.example.com`. A host without a port
    /// stands for all of them; a pattern is for https only.
    package var hosts: [String]
    /// Sent to the ``baseURL``'s host, and to no other: what the gateway wants to see.
    package var headers: [Header]
    /// Of Meta's Graph API.
    package var token: String?
    /// Of Meta's Graph API, with its version.
    package var graphURL: String
    /// Where WhatsApp keeps encrypted files.
    package var whatsAppURL: String

    package struct Header: Sendable, Hashable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(
        baseURL: String? = nil,
        hosts: [String] = [],
        headers: [Header] = [],
        token: String? = nil,
        graphURL: String = Self.metaGraph,
        whatsAppURL: String = Self.whatsAppServers
    ) {
        self.baseURL = baseURL
        self.hosts = hosts
        self.headers = headers
        self.token = token
        self.graphURL = graphURL
        self.whatsAppURL = whatsAppURL
    }

    package static let metaGraph = "https://graph.facebook.com/v23.0"
    package static let whatsAppServers = "https://mmg.whatsapp.net"

    /// What is wrong with an entry of ``hosts`` and what to write instead; nil when nothing is.
    package static func problem(host: String) -> String? {
        HostRule(host) == nil ? "write a host such as minio, minio:9000 or *.example.com, without http://" : nil
    }
}
