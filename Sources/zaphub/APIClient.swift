import ArgumentParser
import Foundation
import Logging
import RelayHTTPClient
import RelayJSON

/// The options of commands that use a running relay.
struct RelayConnectionOptions: ParsableArguments {
    @Option(help: "The relay's base URL; default ZAPHUB_URL, or http://127.0.0.1:3100.")
    var server: String?

    @Option(help: "The API key; default ZAPHUB_API_KEY.")
    var apiKey: String?

    @Flag(help: "Print the API's JSON instead of a table.")
    var json = false

    func client() throws -> APIClient {
        try Self.client(server: server, apiKey: apiKey)
    }

    static func client(server: String?, apiKey: String?) throws -> APIClient {
        let environment = ProcessInfo.processInfo.environment
        let url = server ?? environment["ZAPHUB_URL"] ?? "http://127.0.0.1:3100"
        guard let key = apiKey ?? environment["ZAPHUB_API_KEY"], !key.isEmpty else {
            throw ValidationError("An API key is needed: set ZAPHUB_API_KEY, or give --api-key.")
        }
        return try APIClient(url: url, key: key)
    }
}

/// A client of the REST API of a running relay.
final class APIClient: Sendable {
    private let url: String
    private let key: String
    private let engine: CurlEngine

    init(url: String, key: String) throws {
        guard let components = URLComponents(string: url), let host = components.host, !host.isEmpty else {
            throw ValidationError("\"\(url)\" is not a URL; write for example http://127.0.0.1:3100")
        }
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.key = key
        var quiet = Logger(label: "client")
        quiet.logLevel = .critical
        // The operator names this host on the command line, so every address is allowed.
        engine = try CurlEngine(guard: EgressGuard(allow: [host, "0.0.0.0/0", "::/0"]), logger: quiet)
    }

    deinit { engine.shutdown() }

    /// Sends a request and returns the parsed response.
    func call(
        _ method: String,
        _ path: String,
        query: [(String, String?)] = [],
        body: JSON? = nil
    ) async throws -> JSON {
        var request = request(method, path, query)
        if let body {
            request.headers.append(("Content-Type", "application/json"))
            request.body = body.bytes
        }
        request.timeout = .seconds(60)
        request.maximumResponseBody = 64 << 20
        request.keptResponseBody = 64 << 20
        let response: HTTPClientResponse
        do {
            response = try await engine.send(request)
        } catch {
            throw silence(error)
        }
        let answer = try? JSON(parsing: response.body)
        guard (200..<300).contains(response.status) else { throw refusal(response.status, response.body) }
        return answer ?? .null
    }

    /// Returns the response of a streaming route.
    func stream(_ path: String, query: [(String, String?)]) async throws -> StreamingHTTPResponse {
        var request = request("GET", path, query)
        request.timeout = .seconds(365 * 86_400)
        request.maximumResponseBody = .max
        request.mayPause = true
        let stream: StreamingHTTPResponse
        do {
            stream = try await engine.stream(request)
        } catch {
            throw silence(error)
        }
        guard stream.status == 200 else {
            var body: [UInt8] = []
            while body.count < 64 << 10, let piece = try? await stream.next() { body += piece }
            throw refusal(stream.status, body)
        }
        return stream
    }

    private func request(_ method: String, _ path: String, _ query: [(String, String?)]) -> HTTPClientRequest {
        let pairs = query.compactMap { name, value in
            value.flatMap { $0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) }.map { "\(name)=\($0)" }
        }
        let url = self.url + path + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
        return HTTPClientRequest(method: method, url: url, headers: [("Authorization", "Bearer \(key)")])
    }

    private func silence(_ failure: HTTPClientError) -> CommandError {
        CommandError("The relay at \(url) does not answer: \(failure.message)")
    }

    private func refusal(_ status: Int, _ body: [UInt8]) -> CommandError {
        let error = (try? JSON(parsing: body))?["error"]
        var text = "\(status): \(error?["message"]?.string ?? String(decoding: body, as: UTF8.self))"
        // A single error is described in the message itself.
        if let mistakes = error?["details"]?.array, mistakes.count > 1 {
            text += mistakes.map { mistake in
                let place = mistake["parameter"]?.string.map { "?\($0)" } ?? mistake["pointer"]?.string ?? ""
                return "\n  \(place): \(mistake["message"]?.string ?? "")"
            }.joined()
        }
        if status == 401 { text += " Is this the key that the relay printed at its first start?" }
        return CommandError(text)
    }

    static func escape(_ part: String) -> String {
        part.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed.subtracting(.init(charactersIn: "/"))) ?? part
    }
}

/// An error whose text is shown to the user without additions.
struct CommandError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
