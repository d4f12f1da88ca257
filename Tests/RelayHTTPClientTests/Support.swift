import Logging
import RelayHTTPClient
import RelayTesting
import Testing

/// Creates an engine that may connect to loopback, for the duration of the closure.
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
    /// The response to a request; records an issue when the request fails.
    func answer(_ request: HTTPClientRequest) async -> HTTPClientResponse? {
        do throws(HTTPClientError) {
            return try await send(request)
        } catch {
            Issue.record(error)
            return nil
        }
    }

    /// The response or the failure.
    func result(_ request: HTTPClientRequest) async -> Result<HTTPClientResponse, HTTPClientError> {
        do throws(HTTPClientError) {
            return .success(try await send(request))
        } catch {
            return .failure(error)
        }
    }

    /// The failure of a request that must fail; nil when there was a response.
    func failure(_ request: HTTPClientRequest) async -> HTTPClientError? {
        do throws(HTTPClientError) {
            _ = try await send(request)
            return nil
        } catch {
            return error
        }
    }
}

extension HTTPClientRequest {
    /// A small POST.
    static func small(_ url: String, timeout: Duration = .waitLimit) -> HTTPClientRequest {
        HTTPClientRequest(url: url, body: Array("{}".utf8), timeout: timeout)
    }
}

extension StreamingHTTPResponse {
    /// The rest of the body, and the error that ended it.
    func rest() async -> (bytes: [UInt8], failure: HTTPClientError?) {
        var bytes: [UInt8] = []
        do throws(HTTPClientError) {
            while let piece = try await next() { bytes += piece }
            return (bytes, nil)
        } catch {
            return (bytes, error)
        }
    }
}

/// Timeouts for tests in which something must happen before the timeout. The first one that is long enough for the
/// machine is used.
let growingTimeouts: [Duration] = [.milliseconds(300), .seconds(3), .seconds(30)]

/// Bytes from whose values their order can be determined.
func pattern(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        for index in 0..<count { buffer[index] = UInt8(truncatingIfNeeded: (index &* 2_654_435_761) >> 13) }
        initialized = count
    }
}

extension ScriptedReceiver.Answer {
    /// A body, or a part of it, with the given content length, then FIN.
    static func bytes(_ body: [UInt8], announced: Int? = nil) -> Self {
        .raw(Array("HTTP/1.1 200 OK\r\nContent-Length: \(announced ?? body.count)\r\n\r\n".utf8) + body)
    }

    /// A body in chunks of the given size, then FIN.
    static func chunks(of body: [UInt8], each size: Int = 10_000, isWhole: Bool = true) -> Self {
        var bytes = Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
        for start in stride(from: 0, to: body.count, by: size) {
            let chunk = body[start..<min(start + size, body.count)]
            bytes += Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + Array("\r\n".utf8)
        }
        if isWhole { bytes += Array("0\r\nX-Trailer: yes\r\n\r\n".utf8) }
        return .raw(bytes)
    }
}
