internal import RelayConfig
internal import RelayCore
internal import RelayDestinations
internal import RelayHTTPClient
internal import RelayJSON

/// Whether the relay could listen, or does so already, and whether others reach it.
struct ListenerDoctorCheck: Sendable {
    private let server: RelayConfiguration.Server
    private let destinations: [RelayConfiguration.Destination]
    private let sender: any HTTPClient

    init(_ configuration: RelayConfiguration, sender: any HTTPClient) {
        server = configuration.server
        destinations = configuration.destinations
        self.sender = sender
    }

    func findings() async -> [DoctorFinding] {
        let listening = await listening()
        return listening.findings + (await publicAddress(isRunning: listening.isRunning))
    }

    // MARK: The port

    private func listening() async -> (findings: [DoctorFinding], isRunning: Bool) {
        guard server.port != 0 else {
            return ([DoctorFinding(.note, "the system chooses the port at each start")], false)
        }
        let address = "\(server.host):\(server.port)"
        switch ListenAddressProbe.look(at: server.host, server.port) {
        case .free:
            return ([DoctorFinding(.good, "\(address) is free to listen on")], false)
        case .taken:
            if await isRelay(at: "http://" + (isEverywhere ? "127.0.0.1:\(server.port)" : bracketed)) {
                return ([DoctorFinding(.good, "a relay is running at \(address)")], true)
            }
            return (
                [
                    DoctorFinding(
                        .problem, "\(address) is taken by another program",
                        fix: "set another server.listen, or end that program")
                ], false
            )
        case .refused(let reason):
            return (
                [
                    DoctorFinding(
                        .problem, "\(address) cannot be listened on: \(reason)",
                        fix: "set server.listen to an address of this machine and a port that the relay's user may have"
                    )
                ], false
            )
        }
    }

    private var isEverywhere: Bool { server.host == "0.0.0.0" || server.host == "::" }
    private var bracketed: String { (server.host.contains(":") ? "[\(server.host)]" : server.host) + ":\(server.port)" }

    private func isRelay(at base: String) async -> Bool {
        let answer = try? await ask(base).get()
        guard let answer, answer.status == 200 else { return false }
        return (try? JSON(parsing: answer.body))?["data"]?["status"]?.string == "alive"
    }

    private func ask(_ base: String) async -> Result<HTTPClientResponse, HTTPClientError> {
        do {
            return .success(
                try await sender.send(
                    HTTPClientRequest(
                        method: "GET", url: base + "/livez", timeout: .seconds(10), connectTimeout: .seconds(5))))
        } catch {
            return .failure(error)
        }
    }

    // MARK: public_url

    private func publicAddress(isRunning: Bool) async -> [DoctorFinding] {
        let place = URLDisplayFormatter.of(server.publicURL)
        if LocalHostDetection.names(server.publicURL) {
            let others = destinations.flatMap(\.urls).contains { !LocalHostDetection.names($0) }
            guard others else { return [] }
            return [
                DoctorFinding(
                    .warning,
                    "server.public_url, \(place), is this machine's own: receivers elsewhere cannot fetch media, and "
                        + "nothing elsewhere can post to the relay",
                    fix: "set server.public_url to the URL under which others reach the relay")
            ]
        }
        guard isRunning else {
            return [DoctorFinding(.note, "server.public_url, \(place), is looked at while the relay is running")]
        }
        switch await ask(server.publicURL) {
        case .success(let response) where response.status == 200:
            return [DoctorFinding(.good, "server.public_url, \(place), leads to the relay")]
        case .success(let response):
            return [
                DoctorFinding(
                    .warning, "server.public_url, \(place), answers \(response.status) to /livez",
                    fix: "let the proxy there hand on to \(server.host):\(server.port)")
            ]
        case .failure(let failure):
            return [
                DoctorFinding(
                    .warning, "server.public_url, \(place), is not reached from this machine: \(failure.message)",
                    fix: "check the proxy there; some networks cannot reach their own public address")
            ]
        }
    }
}
