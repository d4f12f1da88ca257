import Glibc

/// One connection of a receiver, on its own thread. It reads requests and responds as the core decides.
struct ScriptedReceiverConnection {
    typealias Answer = ScriptedReceiver.Answer

    let descriptor: Int32
    let number: Int
    let core: ScriptedReceiverState
    private var input: [UInt8] = []

    private static let maximumHead = 1 << 20

    init(_ descriptor: Int32, _ number: Int, _ core: ScriptedReceiverState) {
        self.descriptor = descriptor
        self.number = number
        self.core = core
    }

    private struct Head {
        var method = ""
        var path = ""
        var headers: [(String, String)] = []
        var keepsAlive = true

        func header(_ name: String) -> String? { headers.first { $0.0 == name }?.1 }
    }

    mutating func serve() {
        var closesAtNextRequest = false
        while let head = readHead() {
            if let answer = earlyAnswer(head) { return refuse(answer) }
            guard let body = readBody(head), !closesAtNextRequest else { return }
            let (_, answer) = core.answer(
                method: head.method,
                path: head.path,
                headers: head.headers,
                body: body,
                connection: number
            )
            let output = ScriptedResponseWriter(descriptor: descriptor, omitsBody: head.method == "HEAD", core: core)
            switch output.perform(answer) {
            case .keep: break
            case .closeAtNextRequest: closesAtNextRequest = true
            case .close: return
            }
            if !head.keepsAlive { return }
        }
    }

    private func earlyAnswer(_ head: Head) -> Answer? {
        core.earlyAnswer(method: head.method, path: head.path, headers: head.headers, connection: number)
    }

    /// Responds without having read the body, then reads and discards the rest. Closing immediately would send a reset,
    /// which could overtake the response.
    private mutating func refuse(_ answer: Answer) {
        _ = ScriptedResponseWriter(descriptor: descriptor, omitsBody: false, core: core).perform(answer)
        shutdown(descriptor, Int32(SHUT_WR))
        while readMore() { input = [] }
    }

    // MARK: Reading

    private mutating func readHead() -> Head? {
        var scanned = 0
        while true {
            if let end = endOfHead(from: scanned) {
                let text = String(decoding: input[..<end], as: UTF8.self)
                input.removeFirst(end + 4)
                return parse(text)
            }
            scanned = max(0, input.count - 3)
            guard input.count < Self.maximumHead, readMore() else { return nil }
        }
    }

    private func endOfHead(from start: Int) -> Int? {
        guard input.count >= 4 else { return nil }
        return (start...(input.count - 4)).first { index in
            input[index] == 13 && input[index + 1] == 10 && input[index + 2] == 13 && input[index + 3] == 10
        }
    }

    private func parse(_ text: String) -> Head? {
        // In Swift "\r\n" is one character.
        let lines = text.split(separator: "\r\n")
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count == 3 else { return nil }
        var head = Head(method: String(words[0]), path: String(words[1]))
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            head.headers.append((line[..<colon].lowercased(), String(value)))
        }
        let connection = head.header("connection")?.lowercased()
        head.keepsAlive = words[2] == "HTTP/1.0" ? connection == "keep-alive" : connection != "close"
        return head
    }

    private mutating func readBody(_ head: Head) -> [UInt8]? {
        if head.header("expect")?.lowercased() == "100-continue" {
            let output = ScriptedResponseWriter(descriptor: descriptor, omitsBody: false, core: core)
            _ = output.send("HTTP/1.1 100 Continue\r\n\r\n")
        }
        if head.header("transfer-encoding")?.lowercased() == "chunked" { return readChunks() }
        guard let length = Int(head.header("content-length") ?? "0"), length >= 0 else { return nil }
        return take(length)
    }

    private mutating func readChunks() -> [UInt8]? {
        var body: [UInt8] = []
        while let line = takeLine() {
            guard let size = Int(line.prefix { $0 != ";" }, radix: 16), size >= 0 else { return nil }
            if size == 0 {
                while let trailer = takeLine() {
                    if trailer.isEmpty { return body }
                }
                return nil
            }
            guard let chunk = take(size), take(2) != nil else { return nil }
            body += chunk
        }
        return nil
    }

    private mutating func takeLine() -> String? {
        while true {
            if let end = input.firstIndex(of: 10) {
                let line = String(decoding: input[..<end].filter { $0 != 13 }, as: UTF8.self)
                input.removeFirst(end + 1)
                return line
            }
            guard input.count < Self.maximumHead, readMore() else { return nil }
        }
    }

    private mutating func take(_ count: Int) -> [UInt8]? {
        while input.count < count {
            guard readMore() else { return nil }
        }
        defer { input.removeFirst(count) }
        return Array(input.prefix(count))
    }

    private mutating func readMore() -> Bool {
        let size = 64 * 1024
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = max(0, recv(descriptor, buffer.baseAddress, size, 0))
        }
        input += bytes
        return !bytes.isEmpty
    }
}
