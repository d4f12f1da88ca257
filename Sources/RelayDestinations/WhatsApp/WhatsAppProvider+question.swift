internal import RelayCore
internal import RelayJSON

extension WhatsAppProvider {
    func findings(status: Int, _ answer: JSON?) -> [CheckupFinding] {
        switch status {
        case 200..<300:
            if let answer, let problem = problem(in: answer) { return [CheckupFinding(.problem, problem)] }
            guard let answer else {
                return [
                    CheckupFinding(
                        .problem, "the answer is no JSON", fix: "check url: it is the gateway's base URL")
                ]
            }
            return CheckupFinding.keyIsGood + standing(in: answer)
        case 401, 403:
            return [
                CheckupFinding(
                    .problem, "the gateway refuses the key (\(status))",
                    fix: "write the gateway's current key into token:")
            ]
        case 404:
            return [
                CheckupFinding(
                    .problem, "the gateway has no such session or instance (404)",
                    fix: "check instance: and url:, or make the session at the gateway")
            ]
        default:
            return [CheckupFinding(.problem, "the gateway answers \(status)", fix: "look at the gateway's own log")]
        }
    }
}

extension CheckupFinding {
    fileprivate static let keyIsGood = [CheckupFinding(.good, "the gateway accepts the key")]

    /// The finding about a session at a gateway.
    /// - Parameter state: the gateway's name for the state.
    static func session(_ name: String, isConnected: Bool, _ state: String) -> CheckupFinding {
        isConnected
            ? CheckupFinding(.good, "session \(name) is connected")
            : CheckupFinding(
                .problem, "session \(name) is not connected (\(state))",
                fix: "pair it at the gateway: scan the QR code, or start it")
    }
}

extension EvolutionProvider {
    var question: ProviderRequest {
        let path =
            instance.map { "/instance/connectionState/" + PathEncoding.encoded($0) } ?? "/instance/fetchInstances"
        return ProviderRequest(method: "GET", path: path, headers: ["apikey": token])
    }

    /// Reads `{instance: {instanceName, state}}`, or the list of all instances `[{name, connectionStatus}]`.
    func standing(in answer: JSON) -> [CheckupFinding] {
        if let state = answer["instance"]?["state"]?.string {
            return [.session(instance ?? "", isConnected: state == "open", state)]
        }
        return (answer.array ?? []).compactMap { entry in
            guard let name = entry["name"]?.string, let state = entry["connectionStatus"]?.string else { return nil }
            return .session(name, isConnected: state == "open", state)
        }
    }
}

extension WAHAProvider {
    var question: ProviderRequest {
        let path = "/api/sessions" + (instance.map { "/" + PathEncoding.encoded($0) } ?? "")
        return ProviderRequest(method: "GET", path: path, headers: ["X-Api-Key": token])
    }

    func standing(in answer: JSON) -> [CheckupFinding] {
        (answer.array ?? [answer]).compactMap { entry in
            guard let name = entry["name"]?.string, let state = entry["status"]?.string else { return nil }
            return .session(name, isConnected: state == "WORKING", state)
        }
    }
}

extension GowaProvider {
    var question: ProviderRequest {
        var headers: [String: String] = [:]
        if let authorization { headers["Authorization"] = authorization }
        if let instance { headers["X-Device-Id"] = instance }
        return ProviderRequest(method: "GET", path: "/app/devices", headers: headers)
    }

    func standing(in answer: JSON) -> [CheckupFinding] {
        let devices = answer["results"]?.array ?? []
        return [.session(instance ?? "gowa", isConnected: !devices.isEmpty, "no device")]
    }
}

extension CloudProvider {
    var question: ProviderRequest {
        ProviderRequest(
            method: "GET", path: "/" + PathEncoding.encoded(phoneNumberID),
            headers: ["Authorization": "Bearer \(token)"])
    }

    func findings(status: Int, _ answer: JSON?) -> [CheckupFinding] {
        guard (200..<300).contains(status), let answer else {
            // Meta's error text names the problem with the token and contains no secret.
            let code = answer?["error"]?["code"]?.int
            let fix =
                code == 190
                ? "the access token is not valid any more: make a permanent one, of a system user, for token:"
                : "check phone_number_id: and token:, and that the token may manage this number"
            return [CheckupFinding(.problem, "Meta refuses (\(status)\(code.map { ", code \($0)" } ?? ""))", fix: fix)]
        }
        return standing(in: answer)
    }

    func standing(in answer: JSON) -> [CheckupFinding] {
        guard answer["id"]?.string == phoneNumberID else {
            return [
                CheckupFinding(
                    .problem, "phone_number_id: is no phone number's id",
                    fix: "write the id that Meta shows beside the number")
            ]
        }
        var findings = [CheckupFinding(.good, "Meta accepts the token for this number")]
        if answer["quality_rating"]?.string == "RED" {
            findings.append(
                CheckupFinding(.warning, "Meta rates the number's quality as low", fix: "send less that people block"))
        }
        return findings
    }
}

extension BridgeProvider {
    /// A bridge has no status request, so any response is sufficient.
    var question: ProviderRequest { ProviderRequest(method: "HEAD", path: "") }

    func findings(status: Int, _ answer: JSON?) -> [CheckupFinding] {
        (500..<600).contains(status)
            ? [CheckupFinding(.warning, "the bridge answers \(status)", fix: "look at the bridge's own log")] : []
    }

    func standing(in answer: JSON) -> [CheckupFinding] { [] }
}
