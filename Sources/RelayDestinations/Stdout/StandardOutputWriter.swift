internal import Glibc
internal import RelayCore

/// Writes to a descriptor that another process reads or a shell opened: a pipe, a terminal, a file.
final class StandardOutputWriter: LineWriter {
    /// One, because there is no disk sync to share, and a blocked reader must not delay lines that it already has.
    var groupLimit: Int { 1 }

    private let descriptor: CInt
    /// Whether a failed write left an incomplete line.
    private var isMidLine = false

    init(_ descriptor: CInt) {
        self.descriptor = descriptor
    }

    func write(_ lines: [[UInt8]]) throws(LineWriteError) {
        for line in lines {
            let lineBreak = UInt8(ascii: "\n")
            var rest = ((isMidLine ? [lineBreak] : []) + line + [lineBreak])[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count >= 0 {
                    rest.removeFirst(count)
                    isMidLine = !rest.isEmpty
                } else if errno != EINTR {
                    try waitOrFail(errno)
                }
            }
        }
    }

    private func waitOrFail(_ code: CInt) throws(LineWriteError) {
        switch code {
        case EAGAIN:
            // Another owner of the descriptor may have made it non-blocking.
            var event = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            _ = poll(&event, 1, -1)
        case EPIPE:
            throw LineWriteError(.reset, "nobody reads standard output any more; restart the relay with a reader")
        default:
            throw LineWriteError(.other, "standard output cannot be written: \(String(cString: strerror(code)))")
        }
    }
}
