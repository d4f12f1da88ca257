internal import RelayCore
internal import RelayDestinations
internal import RelayHTTPClient
internal import Synchronization

/// A request as a receiver gets it.
struct ReceivedRequest: Sendable {
    var at: Timestamp
    /// The time since the test began.
    var elapsed: Duration
    var headers: [(name: String, value: String)]
    var body: [UInt8]
    /// The delivery's own part of the body: all of it, except in a batch.
    var own: [UInt8]

    /// - Parameter name: in any letter case.
    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// Simulates the receiver of a destination: records each request and responds as scripted.
final class SimulatedReceiver: HTTPClient {
    private struct State: Sendable {
        var answers: [SimulatedReceiverAnswer]
        var requests: [DeliveryID: [ReceivedRequest]] = [:]
    }

    private let clock: SkippingTestClock
    private let state: Mutex<State>

    /// - Parameter answers: the responses to the requests in order; the last one is repeated.
    init(_ answers: [SimulatedReceiverAnswer], clock: SkippingTestClock) {
        self.clock = clock
        state = Mutex(State(answers: answers))
    }

    func requests(of id: DeliveryID) -> [ReceivedRequest] {
        state.withLock { $0.requests[id] ?? [] }
    }

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        var received = ReceivedRequest(
            at: clock.now, elapsed: clock.now - clock.beginning, headers: request.headers, body: request.body,
            own: request.body)
        let isBatch = received.header("X-ZapHub-Batch") != nil
        let answer = state.withLock { state in
            for delivery in InstrumentedDestination.deliveries {
                if isBatch { received.own = delivery.body }
                state.requests[delivery.id, default: []].append(received)
            }
            return state.answers.count > 1 ? state.answers.removeFirst() : state.answers.first ?? .ok
        }
        switch answer {
        case .response(let status, let headers, let body):
            return HTTPClientResponse(status: status, headers: headers, body: Array(body.utf8))
        case .failure(.timeout):
            try? await clock.sleep(until: clock.now + request.timeout)
            if Task.isCancelled { throw HTTPClientError(code: .cancelled, message: "the test ended") }
            throw HTTPClientError(code: .timeout, message: "no answer in time", duration: request.timeout)
        case .failure(let code):
            throw HTTPClientError(code: code, message: "\(code.rawValue), as the test says")
        }
    }
}

/// For a destination that writes lines, each line is one request, and a status other than 2xx means a failed write.
extension SimulatedReceiver: LineSinkProvider, LineOutput {
    func file(_ path: String, rotation: LineFileRotationPolicy) -> any LineOutput { self }

    var standardOutput: any LineOutput { self }

    func write(_ line: [UInt8], timeout: Duration) async throws(LineWriteError) {
        do throws(HTTPClientError) {
            let answer = try await send(HTTPClientRequest(url: "", body: line, timeout: timeout))
            guard (200..<300).contains(answer.status) else {
                throw HTTPClientError(code: .other, message: "status \(answer.status), as the test says")
            }
        } catch {
            throw LineWriteError(RequestFailureReason(error.code), error.message)
        }
    }
}
