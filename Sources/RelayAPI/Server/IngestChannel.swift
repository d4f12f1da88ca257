internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1

/// A connection over HTTP/1.1 whose posted documents an ``IngestChannelHandler`` answers, and all other requests the
/// router.
struct IngestChannel: ServerChildChannel {
    let http: HTTP1Channel
    let makeHandler: @Sendable () -> IngestChannelHandler

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        let makeHandler = makeHandler
        return http.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(makeHandler(), position: .after(decoder))
            return value
        }
    }

    @concurrent
    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await http.handle(value: value, logger: logger)
    }
}
