internal import RelayCore
internal import RelayJSON

extension WhatsAppGatewayAdapter {
    func findings(status: Int, _ answer: JSON?) -> [DoctorFinding] {
        switch status {
        case 200..<300:
            if let answer, let problem = problem(in: answer) { return [DoctorFinding(.problem, problem)] }
            guard let answer else {
                return [
                    DoctorFinding(
                        .problem, "the answer is no JSON", fix: "check url: it is the gateway's base URL")
                ]
            }
            return DoctorFinding.keyIsGood + standing(in: answer)
        case 401, 403:
            return [
                DoctorFinding(
                    .problem, "the gateway refuses the key (\(status))",
                    fix: "write the gateway's current key into token:")
            ]
        case 404:
            return [
                DoctorFinding(
                    .problem, "the gateway has no such session or instance (404)",
                    fix: "check instance: and url:, or make the session at the gateway")
            ]
        default:
            return [DoctorFinding(.problem, "the gateway answers \(status)", fix: "look at the gateway's own log")]
        }
    }
}

extension DoctorFinding {
    fileprivate static let keyIsGood = [DoctorFinding(.good, "the gateway accepts the key")]

    /// A session at a gateway.
    /// - Parameter state: as the gateway calls it.
    static func session(_ name: String, isConnected: Bool, _ state: String) -> DoctorFinding {
        isConnected
            ? DoctorFinding(.good, "session \(name) is connected")
            : DoctorFinding(
                .problem, "session \(name) is not connected (\(state))",
                fix: "pair it at the gateway: scan the QR code, or start it")
    }
}

extension EvolutionGateway {
    var question: GatewayRequest {
        let path =
            instance.map { "/instance/connectionState/" + URLPathEncoding.encoded($0) } ?? "/instance/fetchInstances"
        return GatewayRequest(method: "GET", path: path, headers: ["apikey": token])
    }

    /// `{instance: {instanceName, state}}`, or of all `[{name, connectionStatus}]`.
    func standing(in answer: JSON) -> [DoctorFinding] {
        if let state = answer["instance"]?["state"]?.string {
            return [.session(instance ?? "", isConnected: state == "open", state)]
        }
        return (answer.array ?? []).compactMap { entry in
            guard let name = entry["name"]?.string, let state = entry["connectionStatus"]?.string else { return nil }
            return .session(name, isConnected: state == "open", state)
        }
    }
}

extension WAHAGateway {
    var question: GatewayRequest {
        let path = "/api/sessions" + (instance.map { "/" + URLPathEncoding.encoded($0) } ?? "")
        return GatewayRequest(method: "GET", path: path, headers: ["X-Api-Key": token])
    }

    func standing(in answer: JSON) -> [DoctorFinding] {
        (answer.array ?? [answer]).compactMap { entry in
            guard let name = entry["name"]?.string, let state = entry["status"]?.string else { return nil }
            return .session(name, isConnected: state == "WORKING", state)
        }
    }
}

extension GowaGateway {
    var question: GatewayRequest {
        var headers: [String: String] = [:]
        if let authorization { headers["Authorization"] = authorization }
        if let instance { headers["X-Device-Id"] = instance }
        return GatewayRequest(method: "GET", path: "/app/devices", headers: headers)
    }

    func standing(in answer: JSON) -> [DoctorFinding] {
        let devices = answer["results"]?.array ?? []
        return [.session(instance ?? "gowa", isConnected: !devices.isEmpty, "no device")]
    }
}

extension CloudGateway {
    var question: GatewayRequest {
        GatewayRequest(
            method: "GET", path: "/" + URLPathEncoding.encoded(phoneNumberID),
            headers: ["Authorization": "Bearer \(token)"])
    }

    func findings(status: Int, _ answer: JSON?) -> [DoctorFinding] {
        guard (200..<300).contains(status), let answer else {
            // Meta's error text names the problem with the token and contains no secret.
            let code = answer?["error"]?["code"]?.int
            let fix =
                code == 190
                ? "the access token is not valid any more: make a permanent one, of a system user, for token:"
                : "check phone_number_id: and token:, and that the token may manage this number"
            return [DoctorFinding(.problem, "Meta refuses (\(status)\(code.map { ", code \($0)" } ?? ""))", fix: fix)]
        }
        return standing(in: answer)
    }

    func standing(in answer: JSON) -> [DoctorFinding] {
        guard answer["id"]?.string == phoneNumberID else {
            return [
                DoctorFinding(
                    .problem, "phone_number_id: is no phone number's id",
                    fix: "write the id that Meta shows beside the number")
            ]
        }
        var findings = [DoctorFinding(.good, "Meta accepts the token for this number")]
        if answer["quality_rating"]?.string == "RED" {
            findings.append(
                DoctorFinding(.warning, "Meta rates the number's quality as low", fix: "send less that people block"))
        }
        return findings
    }
}

extension CustomBridgeGateway {
    /// A bridge has no status request, so any response is sufficient.
    var question: GatewayRequest { GatewayRequest(method: "HEAD", path: "") }

    func findings(status: Int, _ answer: JSON?) -> [DoctorFinding] {
        (500..<600).contains(status)
            ? [DoctorFinding(.warning, "the bridge answers \(status)", fix: "look at the bridge's own log")] : []
    }

    func standing(in answer: JSON) -> [DoctorFinding] { [] }
}
