internal import Glibc

/// Checks whether a socket can listen on a host and port, and closes it immediately.
enum ListenAddressProbe {
    case free
    case taken
    case refused(String)

    static func look(at host: String, _ port: Int) -> ListenAddressProbe {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &found)
        guard code == 0, let found else { return .refused(String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(found) }
        let address = found.pointee
        let descriptor = socket(address.ai_family, address.ai_socktype, address.ai_protocol)
        guard descriptor >= 0 else { return .refused(String(cString: strerror(errno))) }
        defer { close(descriptor) }
        // Connections that have just ended do not prevent binding, as for the relay's own listener.
        var on: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
        guard bind(descriptor, address.ai_addr, address.ai_addrlen) == 0, listen(descriptor, 1) == 0 else {
            return errno == EADDRINUSE ? .taken : .refused(String(cString: strerror(errno)))
        }
        return .free
    }
}
