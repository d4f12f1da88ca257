import ArgumentParser
import Foundation
import Logging
import RelayHTTPClient
import RelayJSON

/// What the commands that talk to a running relay take.
struct ServerOptions: ParsableArguments {
    @Option(help: "The relay's address; default ZAPHUB_URL, or http://127.0.0.1:3000.")
    var server: String?

    @Option(help: "The API key; default ZAPHUB_API_KEY.")
    var apiKey: String?

    @Flag(help: "Print the API's JSON instead of a table.")
    var json = false

    func client() throws -> APIClient {
        let environment = ProcessInfo.processInfo.environment
        let address = server ?? environment["ZAPHUB_URL"] ?? "http://127.0.0.1:3000"
        guard let key = apiKey ?? environment["ZAPHUB_API_KEY"], !key.isEmpty else {
            throw ValidationError("An API key is needed: set ZAPHUB_API_KEY, or give --api-key.")
        }
        return try APIClient(address: address, key: key)
    }
}

/// Talks to the REST API of a running relay.
final class APIClient: Sendable {
    private let address: String
    private let key: String
    private let engine: CurlEngine

    init(address: String, key: String) throws {
        guard let components = URLComponents(string: address), let host = components.host, !host.isEmpty else {
            throw ValidationError("\"\(address)\" is no address; write for example http://127.0.0.1:3000")
        }
        self.address = address.hasSuffix("/") ? String(address.dropLast()) : address
        self.key = key
        var quiet = Logger(label: "client")
        quiet.logLevel = .critical
        // The operator names this host on the command line, wherever it is.
        engine = try CurlEngine(guard: EgressGuard(allow: [host, "0.0.0.0/0", "::/0"]), logger: quiet)
    }

    deinit { engine.shutdown() }

    /// The `data` of the answer, and the whole answer.
    func call(
        _ method: String,
        _ path: String,
        query: [(String, String?)] = [],
        body: JSON? = nil
    ) async throws -> JSON {
        let pairs = query.compactMap { name, value in
            value.flatMap { $0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) }.map { "\(name)=\($0)" }
        }
        let url = address + path + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
        var headers: [(name: String, value: String)] = [("Authorization", "Bearer \(key)")]
        if body != nil { headers.append(("Content-Type", "application/json")) }
        let response: HTTPResponse
        do {
            response = try await engine.send(
                HTTPRequest(
                    method: method,
                    url: url,
                    headers: headers,
                    body: body?.bytes ?? [],
                    timeout: .seconds(60),
                    maximumResponseBody: 64 << 20,
                    keptResponseBody: 64 << 20
                )
            )
        } catch {
            throw CommandError("The relay at \(address) does not answer: \(error.message)")
        }
        let answer = try? JSON(parsing: response.body)
        guard (200..<300).contains(response.status) else {
            let message = answer?["error"]?["message"]?.string ?? String(decoding: response.body, as: UTF8.self)
            let hint = response.status == 401 ? " Is this the key that the relay printed at its first start?" : ""
            throw CommandError("\(response.status): \(message)\(hint)\(Self.mistakes(in: answer))")
        }
        return answer ?? .null
    }

    /// Where there are several, a line for each.
    private static func mistakes(in answer: JSON?) -> String {
        let details = answer?["error"]?["details"]?.array ?? []
        guard details.count > 1 else { return "" }
        return details.map { detail in
            let place = detail["pointer"]?.string ?? detail["parameter"]?.string.map { "?\($0)" } ?? ""
            return "\n  \(place): \(detail["message"]?.string ?? detail.text)"
        }.joined()
    }

    static func escape(_ part: String) -> String {
        part.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed.subtracting(.init(charactersIn: "/"))) ?? part
    }
}

/// An error whose text is all that a person needs.
struct CommandError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
