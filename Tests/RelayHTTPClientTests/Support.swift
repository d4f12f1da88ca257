import Logging
import RelayHTTPClient
import RelayTesting
import Testing

/// An engine that may reach loopback, for as long as the body runs.
func withEngine<Result>(
    allow: [String] = ["127.0.0.1", "::1"],
    configuration: CurlEngine.Configuration = .init(),
    _ body: (CurlEngine) async throws -> Result
) async throws -> Result {
    let engine = try makeEngine(allow: allow, configuration: configuration)
    defer { engine.shutdown() }
    return try await body(engine)
}

func makeEngine(
    allow: [String] = ["127.0.0.1", "::1"],
    configuration: CurlEngine.Configuration = .init()
) throws -> CurlEngine {
    try CurlEngine(configuration: configuration, guard: EgressGuard(allow: allow), logger: Logger(label: "test"))
}

extension CurlEngine {
    /// The answer of a request that must be answered; else an issue of the test.
    func answer(_ request: HTTPRequest) async -> HTTPResponse? {
        do throws(HTTPFailure) {
            return try await send(request)
        } catch {
            Issue.record(error)
            return nil
        }
    }

    /// The failure of a request that must fail; nil when it was answered.
    func failure(_ request: HTTPRequest) async -> HTTPFailure? {
        do throws(HTTPFailure) {
            _ = try await send(request)
            return nil
        } catch {
            return error
        }
    }
}

extension HTTPRequest {
    /// A small POST, with time enough on a busy machine.
    static func small(_ url: String, timeout: Duration = .seconds(20)) -> HTTPRequest {
        HTTPRequest(url: url, body: Array("{}".utf8), timeout: timeout)
    }
}
