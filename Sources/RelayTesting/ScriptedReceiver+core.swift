import Glibc
import Synchronization

/// The state that a receiver's threads share. It exists until the last of them has ended.
final class ScriptedReceiverState: Sendable {
    typealias Answer = ScriptedReceiver.Answer
    typealias Request = ScriptedReceiver.Request

    struct Waiter {
        let id: Int
        let count: Int
        let continuation: CheckedContinuation<[Request], any Error>
    }

    struct State {
        var fallback: Answer
        var script: [Answer] = []
        var handler: (@Sendable (Request) -> Answer)?
        var headHandler: (@Sendable (Request) -> Answer?)?
        var requests: [Request] = []
        var accepted = 0
        /// Descriptors of open connections. Only a connection's own thread closes its descriptor, after removing it
        /// from here.
        var open: Set<Int32> = []
        var listener: Int32 = -1
        var acceptor: pthread_t?
        var waiters: [Waiter] = []
        var lastWaiter = 0
    }

    let state: Mutex<State>
    /// The number of bytes that the system has accepted for sending.
    let sent = Atomic(0)

    init(_ fallback: Answer) {
        state = Mutex(State(fallback: fallback))
    }

    // MARK: Listening

    func start(port: Int) throws(ScriptedReceiverError) -> Int {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        func failure(_ what: String) -> ScriptedReceiverError {
            let reason = strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
            close(listener)
            return ScriptedReceiverError(description: "the receiver cannot \(what) port \(port): \(reason)")
        }
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, size) == 0 && listen(listener, 1024) == 0
                    && getsockname(listener, generic, &size) == 0
            }
        }
        guard bound else { throw failure("listen on") }
        let acceptor = spawn { [self] in accept(from: listener) }
        guard let acceptor else { throw failure("get a thread for") }
        state.withLock { state in
            state.listener = listener
            state.acceptor = acceptor
        }
        return Int(in_port_t(bigEndian: address.sin_port))
    }

    func stop() {
        let (listener, acceptor) = state.withLock { state in
            defer { (state.listener, state.acceptor) = (-1, nil) }
            return (state.listener, state.acceptor)
        }
        guard listener >= 0, let acceptor else { return }
        // Ends `accept`. The descriptor is closed only after its thread has ended; its number could otherwise be
        // reused.
        shutdown(listener, Int32(SHUT_RDWR))
        pthread_join(acceptor, nil)
        close(listener)
        state.withLock { state in
            for connection in state.open { shutdown(connection, Int32(SHUT_RDWR)) }
        }
    }

    private func accept(from listener: Int32) {
        while true {
            let descriptor = Glibc.accept(listener, nil, nil)
            if descriptor < 0 {
                if errno == EINTR || errno == ECONNABORTED { continue }
                return
            }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            var yes: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
            let number = state.withLock { state in
                state.open.insert(descriptor)
                defer { state.accepted += 1 }
                return state.accepted
            }
            let thread = spawn { [self] in
                var connection = ScriptedReceiverConnection(descriptor, number, self)
                connection.serve()
                finish(descriptor)
            }
            if let thread { _ = pthread_detach(thread) } else { finish(descriptor) }
        }
    }

    private func finish(_ descriptor: Int32) {
        state.withLock { _ = $0.open.remove(descriptor) }
        close(descriptor)
    }

    // MARK: Requests

    /// Records a request and returns the response for it.
    func answer(method: String, path: String, headers: [(String, String)], body: [UInt8], connection: Int) -> (
        Request, Answer
    ) {
        let (request, answer, handler, ready) = state.withLock { state in
            let request = Request(
                method: method,
                path: path,
                headers: headers,
                body: body,
                connection: connection,
                index: state.requests.count
            )
            state.requests.append(request)
            var answer: Answer?
            if state.handler == nil { answer = state.script.isEmpty ? state.fallback : state.script.removeFirst() }
            let ready = state.waiters.filter { $0.count <= state.requests.count }.map { ($0, state.requests) }
            state.waiters.removeAll { $0.count <= state.requests.count }
            return (request, answer, state.handler, ready)
        }
        for (waiter, requests) in ready { waiter.continuation.resume(returning: requests) }
        return (request, answer ?? handler?(request) ?? .status(200))
    }

    /// The response to a request whose body is not read.
    func earlyAnswer(method: String, path: String, headers: [(String, String)], connection: Int) -> Answer? {
        let (handler, index) = state.withLock { ($0.headHandler, $0.requests.count) }
        let request = Request(
            method: method,
            path: path,
            headers: headers,
            body: [],
            connection: connection,
            index: index
        )
        return handler?(request)
    }

    func wait(for count: Int) async throws -> [Request] {
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let known: [Request]? = state.withLock { state in
                    if state.requests.count >= count { return state.requests }
                    state.waiters.append(Waiter(id: id, count: count, continuation: continuation))
                    return nil
                }
                if let known { continuation.resume(returning: known) }
                // The task may have been cancelled before the waiter was registered; that cancellation had no effect.
                if Task.isCancelled { giveUp(id) }
            }
        } onCancel: {
            giveUp(id)
        }
    }

    private func giveUp(_ id: Int) {
        let waiter = state.withLock { state in
            state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume(throwing: CancellationError())
    }

    // MARK: Threads

    private final class ThreadBody: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private func spawn(_ run: @escaping @Sendable () -> Void) -> pthread_t? {
        let body = Unmanaged.passRetained(ThreadBody(run))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, 512 * 1024)
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            &attributes,
            { raw in
                if let raw { Unmanaged<ThreadBody>.fromOpaque(raw).takeRetainedValue().run() }
                return nil
            },
            body.toOpaque()
        )
        guard code == 0 else {
            body.release()
            return nil
        }
        return thread
    }
}
