import Glibc

/// A POST that got no answer.
enum BlockingHTTPPostError: Error { case badURL, refused, timeout, closed }

/// A POST over plain HTTP/1.1 on a connection of its own, with one deadline for all of it. It blocks its thread.
enum BlockingHTTPPost {
    /// - Returns: the status of the answer.
    static func send(
        to url: String,
        _ headers: [(String, String)],
        _ body: [UInt8],
        timeout: Duration
    ) throws(BlockingHTTPPostError) -> Int {
        guard let target = Target(url) else { throw .badURL }
        let deadline = ContinuousClock.now + timeout
        let descriptor = try connect(target)
        defer { close(descriptor) }
        var head = "POST \(target.path) HTTP/1.1\r\nHost: \(target.host):\(target.port)\r\nConnection: close\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        head += "Content-Length: \(body.count)\r\n\r\n"
        try write(Array(head.utf8) + body, to: descriptor, deadline)
        return try readStatus(descriptor, deadline)
    }

    struct Target {
        let host: String
        let port: String
        let path: String

        /// Nil for anything but `http://HOST[:PORT][/PATH][?QUERY]`.
        init?(_ url: String) {
            guard url.lowercased().hasPrefix("http://") else { return nil }
            let rest = url.dropFirst("http://".count)
            let authority = rest.prefix { $0 != "/" && $0 != "?" }
            let tail = rest[authority.endIndex...]
            let colon = authority.lastIndex(of: ":")
            host = String(authority[..<(colon ?? authority.endIndex)])
            port = colon.map { String(authority[authority.index(after: $0)...]) } ?? "80"
            path = tail.hasPrefix("/") ? String(tail) : "/\(tail)"
            if host.isEmpty || UInt16(port) == nil { return nil }
        }

        /// Whether it is an address that is not reachable from the internet (RFC 1918, loopback, link-local).
        var isPrivate: Bool {
            if host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]" { return true }
            let parts = host.split(separator: ".").compactMap { Int($0) }
            guard parts.count == 4 else { return false }
            switch (parts[0], parts[1]) {
            case (127, _), (10, _), (0, _), (192, 168), (169, 254), (172, 16...31): return true
            default: return false
            }
        }
    }

    private static func connect(_ target: Target) throws(BlockingHTTPPostError) -> Int32 {
        var hints = addrinfo()
        hints.ai_family = AF_INET
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(target.host, target.port, &hints, &list) == 0, let address = list?.pointee else {
            throw .refused
        }
        defer { freeaddrinfo(list) }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .refused }
        guard Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 else {
            close(descriptor)
            throw .refused
        }
        return descriptor
    }

    private static func wait(_ descriptor: Int32, _ events: Int32, _ deadline: ContinuousClock.Instant)
        throws(BlockingHTTPPostError)
    {
        let (seconds, attoseconds) = (deadline - ContinuousClock.now).components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        var watched = pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0)
        guard milliseconds > 0, poll(&watched, 1, Int32(clamping: milliseconds)) > 0 else { throw .timeout }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32, _ deadline: ContinuousClock.Instant)
        throws(BlockingHTTPPostError)
    {
        var sent = 0
        while sent < bytes.count {
            try wait(descriptor, POLLOUT, deadline)
            let flags = Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, flags) }
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count > 0 else { throw .closed }
            sent += count
        }
    }

    /// Reads until the end of the first line says the status; a `100 Continue` does not count.
    private static func readStatus(_ descriptor: Int32, _ deadline: ContinuousClock.Instant)
        throws(BlockingHTTPPostError)
        -> Int
    {
        var text = ""
        while true {
            try wait(descriptor, POLLIN, deadline)
            let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
                count = max(0, recv(descriptor, buffer.baseAddress, buffer.count, 0))
            }
            guard !bytes.isEmpty else { throw .closed }
            text += String(decoding: bytes, as: UTF8.self)
            for line in text.split(separator: "\r\n").dropLast(text.hasSuffix("\r\n") ? 0 : 1) {
                let words = line.split(separator: " ")
                if words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]), status >= 200 {
                    return status
                }
            }
        }
    }
}
