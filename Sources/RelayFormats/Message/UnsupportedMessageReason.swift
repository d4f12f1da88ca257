/// Why a message has no content that can be read: `content.reason` of a message of type `unsupported`.
enum UnsupportedMessageReason: String, CaseIterable {
    /// The gateway does not have the message yet, or cannot decrypt it. WhatsApp shows "Waiting for this message".
    case undecryptable
    /// Only the phone shows it, because its sender hides it on linked devices.
    case hiddenOnLinkedDevices = "hidden_on_linked_devices"
    /// A view-once message, which only the phone can open.
    case viewOnceUnavailable = "view_once_unavailable"
    /// The new text of an edited message is encrypted.
    case encryptedEdit = "encrypted_edit"
    /// The gateway sent nothing but the message's key.
    case noContent = "no_content"

    /// Whether the message itself may still arrive under the same id.
    var mayStillArrive: Bool { self == .undecryptable || self == .hiddenOnLinkedDevices }
}
