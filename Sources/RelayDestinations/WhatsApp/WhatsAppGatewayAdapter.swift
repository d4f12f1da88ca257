internal import RelayCore
internal import RelayHTTPClient
internal import RelayJSON

/// The API of one kind of gateway: builds requests and reads responses, without I/O.
protocol WhatsAppGatewayAdapter: Sendable {
    /// Whether the gateway accepts a message id chosen by the relay.
    var choosesID: Bool { get }
    /// How the gateway accepts files that the relay has.
    var handover: AttachmentTransferMode { get }

    /// The request that uploads a file before its message; nil when the file is sent with the message.
    func upload(_ attachment: OutboundMessageRequest.Attachment) -> GatewayRequest?
    /// The gateway's id of the file, from a 2xx response.
    func uploadedID(in answer: JSON) -> String?
    func send(_ part: OutboundMessageRequest.SingleMessage, of command: OutboundMessageRequest)
        throws(OutboundMessageRequestError) -> GatewayRequest
    /// The request that deletes a message for everyone.
    func revoke(_ message: String, of command: OutboundMessageRequest) throws(OutboundMessageRequestError)
        -> GatewayRequest
    /// WhatsApp's id of the message, from a 2xx response; nil when the gateway does not return it.
    func messageID(in answer: JSON) -> String?
    /// The error in a 2xx response; nil when the request succeeded.
    func problem(in answer: JSON) -> String?

    /// The request for the gateway's status; it changes nothing.
    var question: GatewayRequest { get }
    /// What its answer says.
    func findings(status: Int, _ answer: JSON?) -> [DoctorFinding]
    /// How the session is, by a 2xx answer.
    func standing(in answer: JSON) -> [DoctorFinding]
}

extension WhatsAppGatewayAdapter {
    var choosesID: Bool { false }
    var handover: AttachmentTransferMode { .bytes }
    func upload(_ attachment: OutboundMessageRequest.Attachment) -> GatewayRequest? { nil }
    func uploadedID(in answer: JSON) -> String? { nil }
    func problem(in answer: JSON) -> String? { nil }
}

/// A request to a gateway, without what all requests of a destination have in common.
struct GatewayRequest: Sendable, Equatable {
    enum Body: Sendable, Equatable {
        case json(JSONObject)
        case form(GatewayFormFields)
    }

    var method = "POST"
    /// The path after the base URL, with a leading slash, percent-encoded.
    var path: String
    var headers: [String: String] = [:]
    var body: Body?
}

/// Encodes path segments.
enum URLPathEncoding {
    /// The value percent-encoded, so that it never leaves its segment.
    static func encoded(_ value: String) -> String { PercentCoding.encode(value, keepsDots: false) }
}
