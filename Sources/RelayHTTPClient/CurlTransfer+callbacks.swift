internal import CCurl
import Glibc

/// Callbacks of libcurl. They must not throw or capture, and must not call libcurl except to set options.
extension CurlTransfer {
    private static func from(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
        context.map { Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Called before each connection, with an address from DNS. After a denial libcurl tries the name's next address.
    static func openSocket(
        _ context: UnsafeMutableRawPointer?,
        _ purpose: curlsocktype,
        _ address: UnsafeMutablePointer<curl_sockaddr>?
    ) -> curl_socket_t {
        guard let transfer = from(context), let address, purpose == CURLSOCKTYPE_IPCXN else { return -1 }
        let target = address.pointee
        // `addr` is declared as a generic address and holds as many bytes as its family needs.
        let generic = UnsafeRawPointer(address) + (MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 0)
        let candidate = IPAddress(generic.assumingMemoryBound(to: sockaddr.self))
        guard let candidate, transfer.allows(candidate, port: transfer.target.port) else { return -1 }

        let descriptor = socket(target.family, target.socktype | Int32(SOCK_CLOEXEC.rawValue), target.protocol)
        if descriptor < 0 {
            transfer.socketError = errno
            return -1
        }
        transfer.openedSockets.append(descriptor)
        return descriptor
    }

    /// Called before each request, including those on a reused connection, whose address an older guard may have
    /// allowed.
    static func willRequest(
        _ context: UnsafeMutableRawPointer?,
        peer: UnsafeMutablePointer<CChar>?,
        _ port: Int32,
        local: UnsafeMutablePointer<CChar>?,
        _ localPort: Int32
    ) -> Int32 {
        guard let transfer = from(context), let peer, let local,
            let address = IPAddress(cString: peer), let source = IPAddress(cString: local),
            transfer.allows(address, port: Int(port))
        else {
            from(context)?.stop = .denied
            return CURL_PREREQFUNC_ABORT
        }
        // libcurl itself also repeats a request when a reused connection is closed, and has no option to turn that off.
        guard transfer.isRepeatable || !transfer.hasBegun else {
            transfer.stop = .repetition
            return CURL_PREREQFUNC_ABORT
        }
        let ends = CurlConnectionTable.Ends(local: source, localPort: localPort, peer: address, peerPort: port)
        guard !transfer.loop.hasPendingBytes(ends, opened: transfer.openedSockets) else {
            transfer.stop = .usedConnection
            return CURL_PREREQFUNC_ABORT
        }
        transfer.beginnings += 1
        transfer.peer = address
        return CURL_PREREQFUNC_OK
    }

    private func allows(_ address: IPAddress, port: Int) -> Bool {
        switch loop.egress.decision(address: address, port: port, host: target.host) {
        case .allowed: return true
        case .denied(let reason):
            if denial == nil { denial = reason }
            return false
        }
    }

    /// The low-speed limit: a response body below this many bytes a second, for this many seconds, is a timeout.
    static let slowestAnswer = 10
    static let slowAnswerSeconds = 3

    static func takeHeader(
        _ data: UnsafeMutablePointer<CChar>?,
        _ count: Int,
        _ context: UnsafeMutableRawPointer?
    ) -> Int {
        guard let transfer = from(context) else { return 0 }
        switch transfer.head.take(UnsafeRawBufferPointer(start: data, count: count)) {
        case .more: return count
        case .tooLong:
            transfer.stop = .headerLimit
            return 0
        case .completed: return transfer.beginBody() ? count : 0
        }
    }

    /// The head of the response has arrived. Returns false when the response is not accepted.
    private func beginBody() -> Bool {
        guard head.status <= ResponseHeadParser.highestStatus else {
            stop = .status
            return false
        }
        // The limit starts with the response. Earlier it would stop a receiver that takes time before it answers.
        // libcurl reads both values at each check, and does not check while a transfer is paused.
        if job?.request.mayPause != true, !isAnswered {
            limitSpeed(bytesPerSecond: Self.slowestAnswer, seconds: Self.slowAnswerSeconds)
        }
        if let stream = job?.stream { stream.begin(streamHead) }
        return true
    }

    /// Counts the body's bytes. libcurl's own size limit does not apply to chunked bodies.
    static func takeBody(
        _ data: UnsafeMutablePointer<CChar>?,
        _ count: Int,
        _ context: UnsafeMutableRawPointer?
    ) -> Int {
        guard let transfer = from(context) else { return 0 }
        if let stream = transfer.job?.stream { return transfer.hand(data, count, to: stream) }
        transfer.bodyBytes += count
        let room = min(transfer.keptBody, transfer.maximumBody) - transfer.body.count
        if room > 0 { transfer.body.append(contentsOf: UnsafeRawBufferPointer(start: data, count: min(room, count))) }
        if transfer.bodyBytes > transfer.maximumBody {
            transfer.stop = .bodyLimit
            return Int(CURL_WRITEFUNC_ERROR)
        }
        return count
    }

    private func hand(_ data: UnsafeMutablePointer<CChar>?, _ count: Int, to stream: StreamBuffer) -> Int {
        // A body before a final status does not belong to any response.
        guard head.isComplete, bodyBytes + count <= maximumBody else {
            stop = .bodyLimit
            return Int(CURL_WRITEFUNC_ERROR)
        }
        switch stream.offer(UnsafeRawBufferPointer(start: data, count: count)) {
        case .taken:
            bodyBytes += count
            return count
        case .full: return Int(CURL_WRITEFUNC_PAUSE)
        case .unwanted: return Int(CURL_WRITEFUNC_ERROR)
        }
    }

    static func giveBody(
        _ target: UnsafeMutablePointer<CChar>?,
        _ capacity: Int,
        _ context: UnsafeMutableRawPointer?
    ) -> Int {
        guard let transfer = from(context), let target, let upload = transfer.upload else {
            return Int(CURL_READFUNC_ABORT)
        }
        if let count = upload.read(into: target, capacity) { return count }
        transfer.stop = .upload
        return Int(CURL_READFUNC_ABORT)
    }

    static func seekBody(_ context: UnsafeMutableRawPointer?, _ place: curl_off_t, _ origin: Int32) -> Int32 {
        guard let upload = from(context)?.upload, origin == SEEK_SET, upload.seek(to: Int64(place)) else {
            return CURL_SEEKFUNC_FAIL
        }
        return CURL_SEEKFUNC_OK
    }
}
