internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import RelayCore

/// The answer to a posted document.
struct IngestAnswer: Sendable {
    let status: HTTPResponseStatus
    private let headers: HTTPHeaders
    let body: [UInt8]

    /// The document was accepted.
    init(accepted body: [UInt8]) {
        status = .ok
        headers = Self.acceptedHeaders
        self.body = body
    }

    init(status: HTTPResponse.Status, fields: HTTPFields, body: [UInt8]) {
        self.status = HTTPResponseStatus(statusCode: status.code, reasonPhrase: status.reasonPhrase)
        headers = HTTPHeaders(fields.map { ($0.name.rawName, $0.value) })
        self.body = body
    }

    private static let acceptedHeaders = HTTPHeaders(APIResponseBuilder.fields.map { ($0.name.rawName, $0.value) })

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
