import Glibc
import Synchronization

/// Writes the responses of a connection, correct and faulty ones.
struct ScriptedResponseWriter {
    typealias Answer = ScriptedReceiver.Answer

    enum ConnectionFate { case keep, close, closeAtNextRequest }

    let descriptor: Int32
    let omitsBody: Bool
    let core: ScriptedReceiverState

    func perform(_ answer: Answer) -> ConnectionFate {
        switch answer {
        case .status(let status, let headers, let body):
            return send(whole(status, headers, Array(body.utf8))) && !closes(headers) ? .keep : .close
        case .bytes(let status, let headers, let body):
            return send(whole(status, headers, body)) && !closes(headers) ? .keep : .close
        case .slow(let status, let headers, let body, let time):
            return sendSlowly(whole(status, headers, body), bodySize: body.count, time) ? .keep : .close
        case .delay(let time, let then):
            return pause(time) ? perform(then) : .close
        case .closeIdle(let status):
            return send(whole(status)) ? .closeAtNextRequest : .close
        case .closeAfter(let status):
            _ = send(whole(status))
            return .close
        case .largeBody(let size):
            return sendLarge(size) ? .keep : .close
        case .followed(let answer, let bytes, let time, let closes):
            guard perform(answer) == .keep, pause(time), send(bytes) else { return .close }
            return closes ? .close : .keep
        case .gzipBomb:
            return send(whole(200, [("Content-Encoding", "gzip")], GzipBomb.bytes)) ? .keep : .close
        default:
            misbehave(answer)
            return .close
        }
    }

    private func misbehave(_ answer: Answer) {
        switch answer {
        case .hang: while pause(.seconds(3600)) {}
        case .reset: resetOnClose()
        case .resetMidResponse:
            sendPart()
            resetOnClose()
        case .closeEarly: sendPart()
        case .drip(let interval):
            repeatedly("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", "x", every: interval)
        case .dripHeader(let interval):
            repeatedly("HTTP/1.1 200 OK\r\nX-Slow: ", "x", every: interval)
        case .infiniteChunked:
            let chunk = "2000\r\n\(String(repeating: "x", count: 8192))\r\n"
            repeatedly("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunk)
        case .garbage: _ = send("\u{1}\u{2}this is no HTTP\u{0}\r\n\r\n")
        case .badChunks: _ = send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n")
        case .headerFlood:
            repeatedly("HTTP/1.1 200 OK\r\n", "X-Flood: \(String(repeating: "x", count: 1000))\r\n")
        case .informationalFlood: repeatedly("", "HTTP/1.1 100 Continue\r\nX-Flood: 1\r\n\r\n")
        case .raw(let bytes): _ = send(bytes)
        default: break
        }
        // FIN first, so that further data from the peer does not turn the close into a reset.
        if case .reset = answer { return }
        if case .resetMidResponse = answer { return }
        shutdown(descriptor, Int32(SHUT_WR))
        _ = pause(.milliseconds(200))
    }

    // MARK: Responses

    private func whole(_ status: Int, _ headers: [(String, String)] = [], _ body: [UInt8] = []) -> [UInt8] {
        var head = "HTTP/1.1 \(status) \(Self.reason(status))\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        let hasBody = status >= 200 && status != 204 && status != 304
        if hasBody { head += "Content-Length: \(body.count)\r\n" }
        return Array("\(head)\r\n".utf8) + (hasBody && !omitsBody ? body : [])
    }

    private func closes(_ headers: [(String, String)]) -> Bool {
        headers.contains { $0.0.lowercased() == "connection" && $0.1.lowercased() == "close" }
    }

    private func sendPart() {
        _ = send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n\(String(repeating: "x", count: 100))")
    }

    private func sendSlowly(_ answer: [UInt8], bodySize: Int, _ time: Duration) -> Bool {
        let start = answer.count - (omitsBody ? 0 : bodySize)
        guard send(Array(answer[..<start])) else { return false }
        let size = max(1, (answer.count - start + 3) / 4)
        return stride(from: start, to: answer.count, by: size).allSatisfy { place in
            pause(time) && send(Array(answer[place..<min(place + size, answer.count)]))
        }
    }

    private func sendLarge(_ size: Int) -> Bool {
        guard send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n") else { return false }
        let block = [UInt8](repeating: UInt8(ascii: "x"), count: 64 * 1024)
        var left = omitsBody ? 0 : size
        while left > 0 {
            guard send(left >= block.count ? block : Array(block.prefix(left))) else { return false }
            left -= block.count
        }
        return true
    }

    /// Repeats until the other side closes the connection.
    private func repeatedly(_ start: String, _ piece: String, every interval: Duration? = nil) {
        let piece = Array(piece.utf8)
        guard send(start) else { return }
        while send(piece) {
            if let interval, !pause(interval) { return }
        }
    }

    private func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    // MARK: Bytes and time

    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var sent = 0
            while sent < buffer.count {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[sent...])
                let count = Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return false }
                sent += count
                core.sent.add(count, ordering: .relaxed)
            }
            return true
        }
    }

    /// Waits; false as soon as the other side, or the receiver's `stop`, has closed the connection.
    private func pause(_ time: Duration) -> Bool {
        let (seconds, attoseconds) = time.components
        let milliseconds = Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
        var watched = pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: 0x2000), revents: 0)  // POLLRDHUP
        return poll(&watched, 1, max(1, milliseconds)) == 0
    }

    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 202: "Accepted"
        case 204: "No Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 400: "Bad Request"
        case 402: "Payment Required"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 410: "Gone"
        case 422: "Unprocessable Entity"
        case 429: "Too Many Requests"
        case 500: "Internal Server Error"
        case 503: "Service Unavailable"
        default: "Status"
        }
    }
}

/// A gzip stream of 8 MiB of zeros, written by hand: one literal, then repeats of it (RFC 1951, fixed codes).
enum GzipBomb {
    static let bytes: [UInt8] = {
        let size = 8 << 20
        var bits = Bits(bytes: [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])
        bits.put(0b1, 1)  // the last block
        bits.put(0b01, 2)  // fixed codes
        var left = size
        bits.putCode(0b0011_0000, 8)  // the byte 0
        left -= 1
        while left >= 258 {
            bits.putCode(0b1100_0101, 8)  // repeat 258 bytes …
            bits.putCode(0, 5)  // … from one byte back
            left -= 258
        }
        for _ in 0..<left { bits.putCode(0b0011_0000, 8) }
        bits.putCode(0, 7)  // the end
        bits.flush()
        let crc: UInt32 = 0x1ad2_bc45
        for value in [crc, UInt32(size)] {
            for shift in [0, 8, 16, 24] { bits.bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) }
        }
        return bits.bytes
    }()

    private struct Bits {
        var bytes: [UInt8]
        var pending: UInt32 = 0
        var count: UInt32 = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        /// Least significant bit first.
        mutating func put(_ value: UInt32, _ width: UInt32) {
            pending |= value << count
            count += width
            while count >= 8 {
                bytes.append(UInt8(truncatingIfNeeded: pending))
                pending >>= 8
                count -= 8
            }
        }

        /// Huffman codes go most significant bit first.
        mutating func putCode(_ code: UInt32, _ width: UInt32) {
            for bit in (0..<width).reversed() { put((code >> bit) & 1, 1) }
        }

        mutating func flush() {
            if count > 0 { put(0, 8 - count) }
        }
    }
}
