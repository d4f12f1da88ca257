internal import RelayCore
internal import RelayHTTPClient
internal import RelayJSON

/// How one gateway is asked to send. Pure: requests out, answers in.
protocol WhatsAppProvider: Sendable {
    /// Whether the gateway takes the id that we choose for a message.
    var choosesID: Bool { get }
    /// How it takes files that the relay has.
    var handover: FileTransferMode { get }

    /// Hands a file over before the message that has it; nil where it goes along with it.
    func upload(_ attachment: SendCommand.Attachment) -> ProviderRequest?
    /// The gateway's name for the file, out of a 2xx answer.
    func uploadedID(in answer: JSON) -> String?
    func send(_ part: SendCommand.Part, of command: SendCommand) throws(SendCommandError) -> ProviderRequest
    /// Deletes a message for everyone.
    func revoke(_ message: String, of command: SendCommand) throws(SendCommandError) -> ProviderRequest
    /// WhatsApp's id of the message, out of a 2xx answer; nil when the gateway does not tell.
    func messageID(in answer: JSON) -> String?
    /// Why a 2xx answer is none; nil when it is one.
    func problem(in answer: JSON) -> String?

    /// Asks the gateway how it is, and changes nothing.
    var question: ProviderRequest { get }
    /// What its answer says.
    func findings(status: Int, _ answer: JSON?) -> [CheckupFinding]
    /// How the session is, by a 2xx answer.
    func standing(in answer: JSON) -> [CheckupFinding]
}

extension WhatsAppProvider {
    var choosesID: Bool { false }
    var handover: FileTransferMode { .bytes }
    func upload(_ attachment: SendCommand.Attachment) -> ProviderRequest? { nil }
    func uploadedID(in answer: JSON) -> String? { nil }
    func problem(in answer: JSON) -> String? { nil }
}

/// A request to a gateway, but for what all of a destination's have.
struct ProviderRequest: Sendable, Equatable {
    enum Body: Sendable, Equatable {
        case json(JSONObject)
        case form(ProviderFormFields)
    }

    var method = "POST"
    /// Behind the base address, with its leading slash, percent-encoded.
    var path: String
    var headers: [String: String] = [:]
    var body: Body?
}

/// Parts of paths.
enum PathEncoding {
    /// Percent-encoded, so that a value never leaves its place.
    static func encoded(_ value: String) -> String { PercentCoding.encode(value, keepsDots: false) }
}
