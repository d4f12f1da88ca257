internal import CCurl
internal import RelayCore

/// The header list of one request in its own memory. libcurl only reads the list, and building it here saves two
/// allocations for each header.
struct HeaderArena: ~Copyable {
    private var text = ReusableBuffer()
    private var nodes: UnsafeMutablePointer<curl_slist> = .allocate(capacity: 64)
    private var nodeCapacity = 64
    private(set) var count = 0

    deinit {
        nodes.deallocate()
    }

    /// The value of `CURLOPT_HTTPHEADER`; valid until the next ``fill(_:userAgent:)``.
    var list: UnsafeMutablePointer<curl_slist> { nodes }

    /// Writes the header fields of a request, and those that prevent libcurl from adding its own.
    ///
    /// - Parameter userAgent: nil for a request that libcurl signs: libcurl would sign, but not send, the fields that
    ///   only prevent it from adding its own.
    /// - Throws: `.invalidRequest` for a field that `HeaderFieldRules` rejects.
    mutating func fill(_ headers: [(name: String, value: String)], userAgent: String?) throws(HTTPClientError) {
        var needed = 64 + (userAgent?.utf8.count ?? 0)
        for (name, value) in headers {
            guard HeaderFieldRules.isSendable(name: name, value: value) else {
                throw HTTPClientError(code: .invalidRequest, message: Self.problem(name: name, value: value))
            }
            needed += name.utf8.count + value.utf8.count + 3
        }
        text.reserve(needed)
        reserveNodes(headers.count + 3)
        count = 0

        var offset = 0
        var hasContentType = false
        var hasUserAgent = false
        for (name, value) in headers {
            if name.equalsIgnoringCase("content-type") { hasContentType = true }
            if name.equalsIgnoringCase("user-agent") { hasUserAgent = true }
            append(name, value, at: &offset)
        }
        if let userAgent {
            if !hasUserAgent { append("User-Agent", userAgent, at: &offset) }
            // An empty field makes libcurl leave out its own field: a form's content type, and "Expect", which would
            // wait a second for "100 Continue" before large bodies.
            if !hasContentType { appendRemoval("Content-Type", at: &offset) }
            appendRemoval("Expect", at: &offset)
        }
        for index in 0..<count { nodes[index].next = index + 1 < count ? nodes + index + 1 : nil }
    }

    private mutating func append(_ name: String, _ value: String, at offset: inout Int) {
        let start = offset
        put(name, &offset)
        // libcurl's notation of a field with an empty value; "Name:" would remove the field.
        if Self.isBlank(value) {
            put(UInt8(ascii: ";"), &offset)
        } else {
            put(UInt8(ascii: ":"), &offset)
            put(UInt8(ascii: " "), &offset)
            put(value, &offset)
        }
        close(start, &offset)
    }

    private static func isBlank(_ value: String) -> Bool {
        for byte in value.utf8 where byte != UInt8(ascii: " ") && byte != UInt8(ascii: "\t") { return false }
        return true
    }

    private mutating func appendRemoval(_ name: String, at offset: inout Int) {
        let start = offset
        put(name, &offset)
        put(UInt8(ascii: ":"), &offset)
        close(start, &offset)
    }

    private func put(_ byte: UInt8, _ offset: inout Int) {
        text.base.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
        offset += 1
    }

    private func put(_ string: String, _ offset: inout Int) {
        var string = string
        string.withUTF8 { bytes in
            guard let source = bytes.baseAddress else { return }
            (text.base + offset).copyMemory(from: source, byteCount: bytes.count)
            offset += bytes.count
        }
    }

    private mutating func close(_ start: Int, _ offset: inout Int) {
        put(0, &offset)
        let data = (text.base + start).assumingMemoryBound(to: CChar.self)
        (nodes + count).initialize(to: curl_slist(data: data, next: nil))
        count += 1
    }

    private mutating func reserveNodes(_ count: Int) {
        guard count > nodeCapacity else { return }
        nodes.deallocate()
        nodeCapacity = count * 2
        nodes = .allocate(capacity: nodeCapacity)
    }
}

extension HeaderArena {
    /// What is wrong with a field that may not be sent. Never contains the value, which may be a secret.
    static func problem(name: String, value: String) -> String {
        if let problem = HeaderFieldRules.problem(name: name, reserved: HeaderFieldRules.connection) {
            return "\(problem.message); \(problem.help)"
        }
        return "the value of the header \(name) has a line break or another control character; remove it"
    }
}
