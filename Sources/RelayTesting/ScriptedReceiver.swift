import Glibc
import Synchronization

/// A real HTTP receiver on 127.0.0.1 whose answers follow a script, for tests of everything that delivers.
///
/// It accepts at once, keeps connections alive, records every request, and then does what it is told: answer, wait,
/// or misbehave. Threads, not tasks, so that a receiver that hangs never takes a thread of the code under test.
///
/// ```swift
/// let receiver = try ScriptedReceiver()
/// receiver.script([.status(503), .reset])       // then 200 for ever
/// let requests = try await receiver.next(count: 3)
/// ```
package final class ScriptedReceiver: Sendable {
    /// A request as it arrived.
    package struct Request: Sendable {
        package let method: String
        /// The target as sent, with its query.
        package let path: String
        /// In order; names in lower case.
        package let headers: [(String, String)]
        package let body: [UInt8]
        /// Which connection it came on, counted from 0 over the receiver's life.
        package let connection: Int
        /// Which request it is, counted from 0 over the receiver's life.
        package let index: Int

        /// The first value of a header; the name in any case.
        package func header(_ name: String) -> String? {
            let name = name.lowercased()
            return headers.first { $0.0 == name }?.1
        }

        /// The body as text.
        package var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// What happens after a request has arrived.
    package indirect enum Answer: Sendable {
        /// A whole answer with its length, on a connection that stays open.
        case status(Int, headers: [(String, String)] = [], body: String = "")
        /// The same with a body of any bytes.
        case bytes(Int, headers: [(String, String)] = [], body: [UInt8])
        /// The same, its body in four pieces with a pause before each, on a connection that stays open.
        case slow(Int, headers: [(String, String)] = [], body: [UInt8], pause: Duration)
        /// Nothing, until the other side gives up.
        case hang
        /// Another answer, later.
        case delay(by: Duration, then: Answer)
        /// RST instead of an answer.
        case reset
        /// The header and 100 of 1000 bytes, then RST.
        case resetMidResponse
        /// The header and 100 of 1000 bytes, then FIN.
        case closeEarly
        /// FIN instead of an answer.
        case closeSilently
        /// A header, then a byte at a time for ever.
        case drip(interval: Duration)
        /// A header that comes a byte at a time and never ends.
        case dripHeader(interval: Duration)
        /// Chunks for ever.
        case infiniteChunked
        /// This many bytes, with their length.
        case largeBody(Int)
        /// Bytes that are not HTTP.
        case garbage
        /// A chunked body whose chunk sizes are not numbers.
        case badChunks
        /// Header fields for ever.
        case headerFlood
        /// `100 Continue` for ever.
        case informationalFlood
        /// 8 MiB of zeros, gzipped to 53 KB, with `Content-Encoding: gzip`.
        case gzipBomb
        /// A whole answer; the next request on the same connection is read, not recorded, and answered by FIN.
        case closeIdle(status: Int = 200)
        /// A whole answer that promises to stay, and FIN right after it.
        case closeAfter(status: Int = 200)
        /// These bytes as they are, then FIN.
        case raw([UInt8])
    }

    /// A receiver that could not listen, or did not get what a test waited for.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// The port it listens on, the same for its whole life.
    package let port: Int
    /// `http://127.0.0.1:PORT`, without a path.
    package var url: String { "http://127.0.0.1:\(port)" }

    private let core: ReceiverCore

    /// Starts listening.
    ///
    /// - Parameters:
    ///   - default: the answer when the script has run out; default 200.
    ///   - port: 0 takes a free one.
    /// - Throws: ``Failure`` when the port is taken.
    package init(default answer: Answer = .status(200), port: UInt16 = 0) throws {
        core = ReceiverCore(answer)
        self.port = try core.start(port: Int(port))
    }

    deinit {
        core.stop()
    }

    /// Appends to the script: these answers, one a request in order of arrival, then the default.
    package func script(_ answers: [Answer]) {
        core.state.withLock { $0.script.append(contentsOf: answers) }
    }

    /// Decides each answer by its request, instead of by the script.
    ///
    /// - Parameter handler: called on the connection's thread.
    package func respond(_ handler: @escaping @Sendable (Request) -> Answer) {
        core.state.withLock { $0.handler = handler }
    }

    /// Looks at each request when its head has arrived, before its body is read.
    ///
    /// - Parameter handler: called on the connection's thread; an answer is given at once, the body is not read, the
    ///   request not recorded, and the connection closed.
    package func beforeBodies(_ handler: @escaping @Sendable (Request) -> Answer?) {
        core.state.withLock { $0.headHandler = handler }
    }

    /// Every request so far, in order of arrival.
    package var requests: [Request] { core.state.withLock(\.requests) }

    /// How many connections were accepted so far, used or not.
    package var connectionCount: Int { core.state.withLock(\.accepted) }

    /// How many connections are open now.
    package var openConnections: Int { core.state.withLock(\.open.count) }

    /// How many bytes it could send so far, heads included: those that the other side has not read yet lie in the
    /// system's buffers.
    package var sentBytes: Int { core.sent.load(ordering: .relaxed) }

    /// Waits until `count` requests in total have arrived, and returns them all.
    ///
    /// - Throws: ``Failure``, which lists what came, after `timeout`.
    package func next(count: Int, timeout: Duration = .seconds(30)) async throws -> [Request] {
        let core = core
        return try await withThrowingTaskGroup(of: [Request].self) { group in
            group.addTask { try await core.wait(for: count) }
            group.addTask {
                try await Task.sleep(for: timeout)
                let lines = core.state.withLock(\.requests).map { "\n  \($0.method) \($0.path)" }.joined()
                let seen = core.state.withLock(\.requests.count)
                throw Failure(description: "received \(seen) of \(count) requests within \(timeout)\(lines)")
            }
            defer { group.cancelAll() }
            guard let requests = try await group.next() else { throw CancellationError() }
            return requests
        }
    }

    /// Stops listening and closes every connection; new ones are refused. The script and the record stay.
    package func stop() {
        core.stop()
    }

    /// Listens again on the same port.
    ///
    /// - Throws: ``Failure`` when something else has taken the port meanwhile.
    package func restart() throws {
        core.stop()
        _ = try core.start(port: port)
    }
}
