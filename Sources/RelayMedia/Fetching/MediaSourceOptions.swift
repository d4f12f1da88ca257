internal import RelayHTTPClient

/// The `media:` options of a source: where its messages' files may be, and the credentials for these servers.
package struct MediaSourceOptions: Sendable, Hashable {
    /// The base URL for the gateway's relative URLs, for example `http://gowa:3000`; `{session}` in it is replaced by
    /// the message's session. Nil: relative URLs are rejected.
    package var baseURL: String?
    /// Further hosts on which the gateway stores files: `minio`, `minio:9000`, `*.example.com`. A host without a port
    /// allows all ports; a pattern allows only HTTPS.
    package var hosts: [String]
    /// Headers for the host of ``baseURL`` only, for example the gateway's credentials.
    package var headers: [Header]
    /// The access token for Meta's Graph API.
    package var token: String?
    /// The base URL of Meta's Graph API, with its version.
    package var graphURL: String
    /// The base URL of WhatsApp's servers for encrypted files.
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

    /// What is wrong with an entry of ``hosts`` and what to write instead; nil when the entry is valid.
    package static func problem(host: String) -> String? {
        MediaHostRule(host) == nil ? "write a host such as minio, minio:9000 or *.example.com, without http://" : nil
    }
}
