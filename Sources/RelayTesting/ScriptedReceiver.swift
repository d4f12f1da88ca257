import Glibc
import Synchronization

/// A receiver that cannot listen on its port.
package struct ScriptedReceiverError: Error, Sendable, CustomStringConvertible {
    package let description: String
}

/// A real HTTP receiver on 127.0.0.1 whose answers follow a script, for tests of everything that delivers.
///
/// It accepts connections immediately, keeps them alive, records every request, and then responds, waits or misbehaves
/// as scripted. It uses threads instead of tasks, so that a hanging receiver never blocks a thread of the code under
/// test.
///
/// ```swift
/// let receiver = try ScriptedReceiver() receiver.script([.status(503), .reset])       // then 200 for all others let
/// requests = try await receiver.next(count: 3)
/// ```
package final class ScriptedReceiver: Sendable {
    /// A received request.
    package struct Request: Sendable {
        package let method: String
        /// The target as sent, with its query.
        package let path: String
        /// In order; names in lower case.
        package let headers: [(String, String)]
        package let body: [UInt8]
        /// The index of its connection, counted from 0 over the receiver's lifetime.
        package let connection: Int
        /// The index of the request, counted from 0 over the receiver's lifetime.
        package let index: Int

        /// The first value of a header; the name in any letter case.
        package func header(_ name: String) -> String? {
            let name = name.lowercased()
            return headers.first { $0.0 == name }?.1
        }

        /// The body as text.
        package var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// The reaction to a request.
    package indirect enum Answer: Sendable {
        /// A complete response with its length, on a connection that stays open.
        case status(Int, headers: [(String, String)] = [], body: String = "")
        /// The same with a body of arbitrary bytes.
        case bytes(Int, headers: [(String, String)] = [], body: [UInt8])
        /// The same with the body in four pieces and a pause before each.
        case slow(Int, headers: [(String, String)] = [], body: [UInt8], pause: Duration)
        /// No response, until the other side closes the connection.
        case hang
        /// Another response, after a delay.
        case delay(by: Duration, then: Answer)
        /// RST instead of a response.
        case reset
        /// The header and 100 of 1000 body bytes, then RST.
        case resetMidResponse
        /// The header and 100 of 1000 body bytes, then FIN.
        case closeEarly
        /// FIN instead of a response.
        case closeSilently
        /// A header, then one byte at a time, endlessly.
        case drip(interval: Duration)
        /// A header that arrives one byte at a time and never ends.
        case dripHeader(interval: Duration)
        /// Chunks, endlessly.
        case infiniteChunked
        /// A body of this many bytes, with its length.
        case largeBody(Int)
        /// Bytes that are not HTTP.
        case garbage
        /// A chunked body whose chunk sizes are not numbers.
        case badChunks
        /// Header fields, endlessly.
        case headerFlood
        /// `100 Continue`, endlessly.
        case informationalFlood
        /// 8 MiB of zeros, gzipped to 53 KB, with `Content-Encoding: gzip`.
        case gzipBomb
        /// A complete response; the next request on the same connection is read, not recorded, and answered by FIN.
        case closeIdle(status: Int = 200)
        /// A complete response that promises keep-alive, followed immediately by FIN.
        case closeAfter(status: Int = 200)
        /// These bytes unchanged, then FIN.
        case raw([UInt8])
        /// Another response that keeps the connection open, and after a time bytes that no request asked for. Then FIN,
        /// when the response closes.
        case followed(Answer, by: String, after: Duration, closes: Bool = false)
    }

    /// The port it listens on, the same for its whole life.
    package let port: Int
    /// `http://127.0.0.1:PORT`, without a path.
    package var url: String { "http://127.0.0.1:\(port)" }

    private let core: ScriptedReceiverState

    /// Starts listening.
    ///
    /// - Parameters:
    ///   - default: the response after the script has ended; default 200.
    ///   - port: 0 selects a free port.
    /// - Throws: ``Failure`` when the port is in use.
    package init(default answer: Answer = .status(200), port: UInt16 = 0) throws {
        LimitedConcurrencyTrait.check(starting: "a server")
        core = ScriptedReceiverState(answer)
        self.port = try core.start(port: Int(port))
    }

    deinit {
        core.stop()
    }

    /// Appends responses to the script, one for each request in order of arrival. After them the default is used.
    package func script(_ answers: [Answer]) {
        core.state.withLock { $0.script.append(contentsOf: answers) }
    }

    /// Decides each response by its request instead of the script.
    ///
    /// - Parameter handler: called on the connection's thread.
    package func respond(_ handler: @escaping @Sendable (Request) -> Answer) {
        core.state.withLock { $0.handler = handler }
    }

    /// Inspects each request when its head has arrived, before its body is read.
    ///
    /// - Parameter handler: called on the connection's thread. When it returns a response, that is sent immediately,
    ///   the body is not read, the request is not recorded, and the connection is closed.
    package func beforeBodies(_ handler: @escaping @Sendable (Request) -> Answer?) {
        core.state.withLock { $0.headHandler = handler }
    }

    /// Every request so far, in order of arrival.
    package var requests: [Request] { core.state.withLock(\.requests) }

    /// The number of connections accepted so far, used or not.
    package var connectionCount: Int { core.state.withLock(\.accepted) }

    /// The number of open connections.
    package var openConnections: Int { core.state.withLock(\.open.count) }

    /// The number of bytes sent so far, including heads. Bytes that the other side has not read are in the system's
    /// buffers.
    package var sentBytes: Int { core.sent.load(ordering: .relaxed) }

    /// Waits until `count` requests in total have arrived, and returns them all.
    ///
    /// - Throws: ``WaitTimeoutError``, which lists what came, after `timeout`.
    package func next(count: Int, timeout: Duration = .waitLimit) async throws -> [Request] {
        let core = core
        return try await withWaitLimit(timeout, for: "\(count) requests") {
            let requests = core.state.withLock(\.requests)
            return "received \(requests.count):" + requests.map { "\n  \($0.method) \($0.path)" }.joined()
        } _: {
            try await core.wait(for: count)
        }
    }

    /// Stops listening and closes every connection; new ones are refused. The script and the recorded requests are
    /// kept.
    package func stop() {
        core.stop()
    }

    /// Listens again on the same port.
    ///
    /// - Throws: ``Failure`` when the port is in use meanwhile.
    package func restart() throws {
        core.stop()
        _ = try core.start(port: port)
    }
}
