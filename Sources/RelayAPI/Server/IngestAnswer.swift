internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import RelayCore

/// The answer to a posted document.
struct IngestAnswer: Sendable {
    let status: HTTPResponseStatus
    private let headers: HTTPHeaders
    let body: [UInt8]
    private let isAccepted: Bool

    /// The document was accepted.
    init(accepted body: [UInt8]) {
        status = .ok
        headers = Self.acceptedHeaders
        self.body = body
        isAccepted = true
    }

    init(status: HTTPResponse.Status, fields: HTTPFields, body: [UInt8]) {
        self.status = HTTPResponseStatus(statusCode: status.code, reasonPhrase: status.reasonPhrase)
        headers = HTTPHeaders(fields.map { ($0.name.rawName, $0.value) })
        self.body = body
        isAccepted = false
    }

    /// What an accepted document's answer begins with.
    private static let acceptedStart: [UInt8] = {
        let fields = APIResponseBuilder.fields.map { "\($0.name.rawName): \($0.value)\r\n" }
        return Array("HTTP/1.1 200 OK\r\n\(fields.joined())Content-Length: ".utf8)
    }()

    private static let acceptedHeaders = HTTPHeaders(APIResponseBuilder.fields.map { ($0.name.rawName, $0.value) })

    /// The whole answer as it goes over the connection; nil for another than that of an accepted document, which nearly
    /// all are.
    /// - Parameter date: of the answer, in the form of HTTP.
    func encoded(date: String) -> ByteBuffer? {
        guard isAccepted else { return nil }
        let rest = String(concatenating: String(body.count), "\r\nDate: ", date, "\r\n\r\n")
        var buffer = ByteBuffer()
        buffer.reserveCapacity(Self.acceptedStart.count + rest.utf8.count + body.count)
        buffer.writeBytes(Self.acceptedStart)
        buffer.writeString(rest)
        buffer.writeBytes(body)
        return buffer
    }

    /// - Parameter date: of the answer, in the form of HTTP.
    func head(date: String) -> HTTPResponseHead {
        var headers = headers
        headers.add(name: "Content-Length", value: String(body.count))
        headers.add(name: "Date", value: date)
        return HTTPResponseHead(version: .http1_1, status: status, headers: headers)
    }
}

/// The date of answers, which is written once a second.
struct AnswerDate {
    private var second: Int64?
    private var text = ""

    mutating func text(at moment: Timestamp) -> String {
        if second != moment.seconds {
            second = moment.seconds
            text = moment.httpDate
        }
        return text
    }
}
