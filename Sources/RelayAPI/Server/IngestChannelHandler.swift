internal import NIOCore
internal import NIOHTTP1
internal import RelayCore

/// Answers posted documents on a connection's event loop.
///
/// The path over the router takes about 100,000 instructions for each request. Here a document is taken that arrives
/// completely with its request's head, in the form that nearly all gateways use (see ``PostedDocumentHead``); every other
/// request is passed on unchanged. While a document is being accepted, what is read is held, and then nothing more is
/// read, so that answers have the order of their requests.
///
/// It also closes idle connections, because handlers behind it do not see all requests.
final class IngestChannelHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    struct Configuration: Sendable {
        /// The maximum size of a body, in bytes.
        var maximumLength: Int
        /// How long a connection may have no request; also the longest pause between two parts of one.
        var idleTimeout: TimeAmount
    }

    /// What was read while a document is being accepted.
    private enum Held {
        case part(HTTPServerRequestPart)
        case readComplete
        case event(Any)
        case error(any Error)
    }

    /// A posted document of which parts have arrived.
    private struct Arrival {
        let post: PostedDocumentHead
        let head: HTTPRequestHead
        var body: ByteBuffer?
    }

    private let configuration: Configuration
    private let routes: IngestRoutes
    private let failures: ErrorResponder
    private let clock: any RelayClock

    private var context: ChannelHandlerContext?
    /// The handler that encodes answers; nil: there is none.
    private var encoder: ChannelHandlerContext?
    private var arrival: Arrival?
    private var isAccepting = false
    private var held = CircularBuffer<Held>(initialCapacity: 4)
    /// Whether a read was asked for while nothing is to be read.
    private var isReadPending = false
    /// Requests that were passed on and have no answer yet.
    private var passedCount = 0
    /// Whether the last of these has not arrived completely.
    private var isPassing = false
    /// Whether something was passed on since the last end of a read.
    private var hasPassed = false
    private var date = AnswerDate()

    private var lastActivity = NIODeadline.uptimeNanoseconds(0)
    private var idleCheck: Scheduled<Void>?

    init(
        configuration: Configuration, routes: IngestRoutes, failures: ErrorResponder, clock: any RelayClock
    ) {
        self.configuration = configuration
        self.routes = routes
        self.failures = failures
        self.clock = clock
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        encoder = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
        lastActivity = context.eventLoop.now
        scheduleIdleCheck(in: configuration.idleTimeout)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        encoder = nil
        held.removeAll()
        idleCheck?.cancel()
    }

    // MARK: Inbound

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = Self.unwrapInboundIn(data)
        if isAccepting { held.append(.part(part)) } else { take(part, context) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        guard isAccepting else { return endRead(context) }
        if hasPassed || !held.isEmpty { held.append(.readComplete) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isAccepting { held.append(.event(event)) } else { passOn(event, context) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isAccepting { held.append(.error(error)) } else { passOn(error: error, context) }
    }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let head):
            if passedCount == 0, !routes.process.isDraining,
                let post = PostedDocumentHead(head, maximumLength: configuration.maximumLength)
            {
                arrival = Arrival(post: post, head: head)
                return
            }
        case .body(var buffer):
            guard arrival != nil else { break }
            if arrival?.body?.writeBuffer(&buffer) == nil { arrival?.body = buffer }
            return
        case .end(let trailers):
            guard let arrival, let body = arrival.body else { break }
            guard trailers == nil, body.readableBytes == arrival.post.length else { break }
            self.arrival = nil
            accept(PostedDocument(arrival.post, body: Array(body.readableBytesView)), context)
            return
        }
        passOnArrival(context)
        passOn(part, context)
    }

    /// Everything that was there has been read.
    private func endRead(_ context: ChannelHandlerContext) {
        lastActivity = context.eventLoop.now
        // The rest of a document may take any time; the route limits it.
        passOnArrival(context)
        guard hasPassed else { return }
        hasPassed = false
        context.fireChannelReadComplete()
    }

    // MARK: Documents

    private func accept(_ document: PostedDocument, _ context: ChannelHandlerContext) {
        isAccepting = true
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        let (loop, channel, routes, failures) = (context.eventLoop, context.channel, routes, failures)
        Task {
            let answer = await routes.answer(to: document, failures: failures, channel: channel)
            loop.execute { handler.value.finish(answer) }
        }
    }

    private func finish(_ answer: IngestAnswer) {
        isAccepting = false
        guard let context else { return }
        lastActivity = context.eventLoop.now
        write(answer, context)
        while !isAccepting, let next = held.popFirst() {
            switch next {
            case .part(let part): take(part, context)
            case .readComplete: endRead(context)
            case .event(let event): passOn(event, context)
            case .error(let error): passOn(error: error, context)
            }
        }
        guard !isAccepting, isReadPending else { return }
        isReadPending = false
        context.read()
    }

    private func write(_ answer: IngestAnswer, _ context: ChannelHandlerContext) {
        let date = date.text(at: clock.wall)
        if let encoder, let bytes = answer.encoded(date: date) {
            // From the encoder on, because this has its form already.
            encoder.writeAndFlush(NIOAny(IOData.byteBuffer(bytes)), promise: nil)
            return
        }
        context.write(Self.wrapOutboundOut(.head(answer.head(date: date))), promise: nil)
        context.write(Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
    }

    // MARK: All else

    private func passOn(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head:
            passedCount += 1
            isPassing = true
        case .body: break
        case .end: isPassing = false
        }
        hasPassed = true
        context.fireChannelRead(Self.wrapInboundOut(part))
    }

    /// Passes on what has arrived of a posted document: it is not complete, or not as it was announced.
    private func passOnArrival(_ context: ChannelHandlerContext) {
        guard let arrival else { return }
        self.arrival = nil
        passOn(.head(arrival.head), context)
        if let body = arrival.body { passOn(.body(body), context) }
    }

    private func passOn(_ event: Any, _ context: ChannelHandlerContext) {
        passOnArrival(context)
        context.fireUserInboundEventTriggered(event)
    }

    private func passOn(error: any Error, _ context: ChannelHandlerContext) {
        passOnArrival(context)
        context.fireErrorCaught(error)
    }

    // MARK: Outbound

    func read(context: ChannelHandlerContext) {
        // As long as nothing is held, reading goes on: a client that waits for its answer sends nothing.
        if isAccepting, !held.isEmpty { isReadPending = true } else { context.read() }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = Self.unwrapOutboundIn(data) {
            passedCount = max(0, passedCount - 1)
            lastActivity = context.eventLoop.now
        }
        context.write(data, promise: promise)
    }

    // MARK: Idle connections

    private func scheduleIdleCheck(in time: TimeAmount) {
        guard let context else { return }
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        idleCheck = context.eventLoop.scheduleTask(in: time) { handler.value.checkIdle() }
    }

    private func checkIdle() {
        guard let context else { return }
        // A request that has arrived may be answered at any time.
        if isAccepting || passedCount > 0 && !isPassing {
            scheduleIdleCheck(in: configuration.idleTimeout)
            return
        }
        let rest = lastActivity + configuration.idleTimeout - context.eventLoop.now
        if rest <= .zero { context.close(promise: nil) } else { scheduleIdleCheck(in: rest) }
    }
}
