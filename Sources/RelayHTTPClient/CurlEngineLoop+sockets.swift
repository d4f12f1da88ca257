internal import CCurl
import Glibc

extension CurlEngineLoop {
    /// Registers the callbacks with which libcurl reports its sockets and its timer. The loop outlives the multi
    /// handle, so an unretained pointer is sufficient.
    func watchSockets() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        let codes = [
            ccurl_multi_on_socket(multi, { CurlEngineLoop.socketChanged($1, $2, $3, $4) }, context),
            ccurl_multi_on_timer(multi, { CurlEngineLoop.timerChanged($1, $2) }, context),
        ]
        precondition(codes.allSatisfy { $0 == CURLM_OK }, "libcurl has neither sockets nor timers to report")
    }

    private static func socketChanged(
        _ socket: curl_socket_t,
        _ what: Int32,
        _ context: UnsafeMutableRawPointer?,
        _ known: UnsafeMutableRawPointer?
    ) -> Int32 {
        guard let context else { return -1 }
        let loop = Unmanaged<CurlEngineLoop>.fromOpaque(context).takeUnretainedValue()
        if what == CURL_POLL_REMOVE {
            ccurl_epoll_forget(loop.epoll, socket)
            return 0
        }
        let reads: Int32 = what & CURL_POLL_IN != 0 ? 1 : 0
        let writes: Int32 = what & CURL_POLL_OUT != 0 ? 1 : 0
        let code = ccurl_epoll_watch(loop.epoll, socket, reads, writes, known == nil ? 0 : 1)
        if known == nil { curl_multi_assign(loop.multi, socket, context) }
        return code == 0 ? 0 : -1
    }

    /// Called instead of `close`.
    static func closeSocket(_ context: UnsafeMutableRawPointer?, _ socket: curl_socket_t) -> Int32 {
        if let context {
            Unmanaged<CurlEngineLoop>.fromOpaque(context).takeUnretainedValue().forget(socket: socket)
        }
        return close(socket)
    }

    /// Only stores the time: calling libcurl from this callback would recurse.
    private static func timerChanged(_ milliseconds: Int, _ context: UnsafeMutableRawPointer?) -> Int32 {
        guard let context else { return -1 }
        let loop = Unmanaged<CurlEngineLoop>.fromOpaque(context).takeUnretainedValue()
        switch milliseconds {
        case ..<0: loop.timerDue = nil
        case 0: loop.timerDue = loop.born
        default: loop.timerDue = .now + .milliseconds(milliseconds)
        }
        return 0
    }
}
