internal import RelayCore
internal import RelayHTTPClient

/// The servers that one kind of address of one source leads to: which they are, and what is shown to which of them.
struct AllowedServers: Hashable, Sendable {
    typealias Header = MediaSourceOptions.Header

    /// For people: `WhatsApp`, `the gateway`.
    let name: String
    let rules: [HostRule]
    /// Sent to all of them.
    var headers: [Header] = []
    /// Secrets, and the only servers that get to see them.
    var credentials: [Header] = []
    var trusted: [HostRule] = []
    /// What to look at when the credentials are refused.
    var advice = "the address wants credentials that the relay does not have"

    /// Judges an address, before anything is sent there.
    /// - Throws: ``MediaError`` `.notAllowed`.
    func check(_ url: String) throws(MediaError) -> RequestTarget {
        let target: RequestTarget
        do throws(RequestTarget.Problem) {
            target = try RequestTarget(url: url)
        } catch {
            throw MediaError(.notAllowed, "\(name): \(error.message)")
        }
        guard rules.contains(where: { $0.allows(target) }) else {
            let scheme = target.isTLS ? "https" : "http"
            throw MediaError(
                .notAllowed,
                "\(target.authority) (\(scheme)) is no place for files of \(name); "
                    + "where a gateway keeps its files is listed in the source's media.hosts"
            )
        }
        return target
    }

    /// What a request to a server carries.
    func headers(for target: RequestTarget) -> [(name: String, value: String)] {
        let isTrusted = trusted.contains { $0.allows(target) }
        // A compressed file is not the file that was hashed.
        let general = [Header(name: "Accept", value: "*/*"), Header(name: "Accept-Encoding", value: "identity")]
        return (general + headers + (isTrusted ? credentials : [])).map { (name: $0.name, value: $0.value) }
    }
}
