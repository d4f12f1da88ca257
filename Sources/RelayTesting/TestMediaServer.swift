internal import Dispatch
internal import Synchronization

/// A real HTTP server for files on 127.0.0.1, with correct and faulty responses.
///
/// ```swift
/// let server = try MediaServer()
/// server.serve(.file(sealed.encrypted), at: "/v/x.enc")
/// ```
package final class TestMediaServer: Sendable {
    package enum Page: Sendable {
        /// A complete file with its length.
        case file([UInt8], headers: [(String, String)] = [])
        /// A complete file in chunks, without its length.
        case chunked([UInt8])
        /// A file that ends early: fewer bytes than its length.
        case cutOff([UInt8], after: Int)
        /// A file without a length, which ends with the connection.
        case untilClosed([UInt8])
        case redirect(String)
        case status(Int)
        /// A head, then one byte at a time, endlessly.
        case drip
        /// Bytes, endlessly.
        case endless
        /// No response.
        case hang
        /// Another page, after the gate has been opened.
        indirect case held(Gate, Page)
    }

    /// A gate that the server waits for before it responds.
    package final class Gate: Sendable {
        private let semaphore = DispatchSemaphore(value: 0)

        package init() {}

        /// Releases all current and later waiters.
        package func open() { semaphore.signal() }

        /// Blocks the connection's own thread.
        fileprivate func pass() {
            semaphore.wait()
            semaphore.signal()
        }
    }

    private let receiver: ScriptedReceiver
    private let pages: Shared

    private final class Shared: Sendable {
        let pages = Mutex<[String: [Page]]>([:])
    }

    /// Starts listening.
    package init() throws {
        receiver = try ScriptedReceiver()
        pages = Shared()
        receiver.respond { [pages] request in
            let page = pages.pages.withLock { pages -> Page? in
                guard let queue = pages[request.path], let first = queue.first else { return nil }
                if queue.count > 1 { pages[request.path]?.removeFirst() }
                return first
            }
            return Self.answer(page ?? .status(404))
        }
    }

    /// `http://127.0.0.1:PORT`, without a path.
    package var url: String { receiver.url }
    /// `127.0.0.1:PORT`.
    package var host: String { "127.0.0.1:\(receiver.port)" }
    /// Every request so far, in order of arrival.
    package var requests: [ScriptedReceiver.Request] { receiver.requests }

    /// Sets the responses for a path, including its query. Several are used in order; the last one is repeated.
    package func serve(_ pages: Page..., at path: String) {
        self.pages.pages.withLock { $0[path] = pages }
    }

    /// Stops listening and closes every connection.
    package func stop() { receiver.stop() }

    private static func answer(_ page: Page) -> ScriptedReceiver.Answer {
        switch page {
        case .file(let bytes, let headers):
            .raw(head(200, headers + [("Content-Length", "\(bytes.count)")]) + bytes)
        case .chunked(let bytes):
            .raw(head(200, [("Transfer-Encoding", "chunked")]) + chunks(bytes))
        case .cutOff(let bytes, let count):
            .raw(head(200, [("Content-Length", "\(bytes.count)")]) + bytes.prefix(count))
        case .untilClosed(let bytes): .raw(head(200, [("Connection", "close")]) + bytes)
        case .redirect(let location): .status(302, headers: [("Location", location)])
        case .status(let status): .status(status)
        case .drip: .drip(interval: .milliseconds(100))
        case .endless: .infiniteChunked
        case .hang: .hang
        case .held(let gate, let page): held(gate, page)
        }
    }

    private static func held(_ gate: Gate, _ page: Page) -> ScriptedReceiver.Answer {
        gate.pass()
        return answer(page)
    }

    private static func head(_ status: Int, _ headers: [(String, String)]) -> [UInt8] {
        Array("HTTP/1.1 \(status) OK\r\n\(headers.map { "\($0.0): \($0.1)\r\n" }.joined())\r\n".utf8)
    }

    private static func chunks(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 1000) {
            let piece = bytes[start..<min(start + 1000, bytes.count)]
            text += Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Array("\r\n".utf8)
        }
        return text + Array("0\r\n\r\n".utf8)
    }
}
