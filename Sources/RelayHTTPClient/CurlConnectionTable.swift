internal import CCurl
import Glibc

/// The sockets of libcurl's connections by their addresses. libcurl does not tell the socket of the connection that it
/// is about to use; it only tells the addresses. Used only by the engine's thread.
struct CurlConnectionTable {
    /// The two ends of a connection. No two open sockets have the same.
    struct Ends: Hashable {
        let local: IPAddress
        let localPort: Int32
        let peer: IPAddress
        let peerPort: Int32
    }

    private var sockets: [Ends: Int32] = [:]
    private var ends: [Int32: Ends] = [:]

    /// Whether a connection that was used before has bytes to read. No request has asked for them, and libcurl before
    /// 8.1 would take them as the answer to the next one.
    ///
    /// - Parameter opened: the sockets that the request has opened. A connection among them is new.
    mutating func hasPendingBytes(_ ends: Ends, opened: [Int32]) -> Bool {
        if let known = sockets[ends] { return Self.isReadable(known) }
        if let new = opened.last(where: { Self.localPort(of: $0) == ends.localPort }) {
            sockets[ends] = new
            self.ends[new] = ends
        }
        return false
    }

    mutating func forget(_ descriptor: Int32) {
        if let ends = ends.removeValue(forKey: descriptor) { sockets[ends] = nil }
    }

    private static func isReadable(_ descriptor: Int32) -> Bool {
        var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, 0) != 0
    }

    private static func localPort(of descriptor: Int32) -> Int32? {
        var address = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        guard code == 0 else { return nil }
        return withUnsafeBytes(of: address) { bytes in
            switch Int32(address.ss_family) {
            case AF_INET: Int32(in_port_t(bigEndian: bytes.loadUnaligned(as: sockaddr_in.self).sin_port))
            case AF_INET6: Int32(in_port_t(bigEndian: bytes.loadUnaligned(as: sockaddr_in6.self).sin6_port))
            default: nil
            }
        }
    }
}
