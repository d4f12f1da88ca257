internal import RelayJSON

/// A stored file with a URL that redirects to it.
struct ChatwootDoubleBlob: Sendable {
    let name: String
    let type: String
    let bytes: [UInt8]
    /// How often it was requested.
    var hits = 0
}

extension ChatwootDoubleRoute {
    static let files: [ChatwootDoubleRoute] = [
        application("POST", "/upload", .upload) { state, call throws(ChatwootDoubleRefusalError) in
            try state.upload(call)
        },
        ChatwootDoubleRoute("GET", "/rails/active_storage/blobs/redirect/:key/:name", .attachment, .open) {
            state, call throws(ChatwootDoubleRefusalError) in try state.redirect(call)
        },
        ChatwootDoubleRoute("GET", "/rails/active_storage/representations/redirect/:key/:name", .attachment, .open) {
            state, call throws(ChatwootDoubleRefusalError) in try state.redirect(call)
        },
        ChatwootDoubleRoute("GET", "/rails/active_storage/disk/:key/:name", .attachment, .open) {
            state, call throws(ChatwootDoubleRefusalError) in
            guard let blob = state.blobs[call.segments["key"] ?? ""] else { throw .publicMissing }
            return ChatwootDoubleResponse(headers: [("Content-Type", blob.type)], body: blob.bytes)
        },
    ]
}

extension ChatwootDoubleState {
    fileprivate mutating func redirect(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError)
        -> ChatwootDoubleResponse
    {
        let key = call.segments["key"] ?? ""
        guard var blob = blobs[key] else { throw .publicMissing }
        blob.hits += 1
        blobs[key] = blob
        if blob.hits <= chaos.attachmentMisses { throw .publicMissing }
        let location = "\(baseURL)/rails/active_storage/disk/\(key)/\(RailsParameterParser.encode(blob.name))"
        return ChatwootDoubleResponse(status: 302, headers: [("Location", location)])
    }

    fileprivate mutating func upload(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError)
        -> ChatwootDoubleResponse
    {
        let limit = options.limits.uploads
        guard throttle.admits("upload/\(call.accountID)", limit: limit, seconds: 3600, now: now) else {
            return .throttled
        }
        guard let file = call.files.first(where: { $0.field == "attachment" }) else {
            throw .unprocessable("No file or URL provided")
        }
        let (key, blob) = store(file.name, declaredType: file.type, file.bytes)
        return .json([
            "file_url": .string(address(of: key, blob.name)), "blob_key": .string(key), "blob_id": .string(key),
        ])
    }

    mutating func store(_ name: String, declaredType: String, _ bytes: [UInt8]) -> (String, ChatwootDoubleBlob) {
        let key = nextToken()
        let blob = ChatwootDoubleBlob(
            name: name, type: ChatwootFileTypeDetector.storedType(of: bytes, declared: declaredType), bytes: bytes)
        blobs[key] = blob
        return (key, blob)
    }

    func address(of key: String, _ name: String) -> String {
        "\(baseURL)/rails/active_storage/blobs/redirect/\(key)/\(RailsParameterParser.encode(name))"
    }

    /// The attachments of a request: files, or ids of earlier uploads.
    mutating func attachments(of call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError) -> [Double.Attachment]
    {
        if call.files.contains(where: { $0.field == "attachments" }) || call.parameters["attachments"]?.object != nil {
            throw .unprocessable("undefined method `each' for an instance of ActionDispatch::Http::UploadedFile")
        }
        var result: [Double.Attachment] = []
        let isVoice = profile.knowsVoiceMessages && call.flag("is_voice_message") == true
        for file in call.files where file.field == "attachments[]" {
            result.append(attach(file.name, file.type, file.bytes, isVoice: isVoice))
        }
        for value in call.parameters["attachments"]?.array ?? [] {
            guard let key = value.string, let blob = blobs[key] else {
                throw .unprocessable("ActiveSupport::MessageVerifier::InvalidSignature")
            }
            result.append(attach(blob.name, blob.type, blob.bytes, isVoice: isVoice))
        }
        if call.parameters["attachments"]?.string != nil {
            throw .unprocessable("undefined method `each' for an instance of String")
        }
        if result.count > 15 { throw .unprocessable("Validation failed: Attachments exceeded maximum allowed") }
        return result
    }

    mutating func attach(_ name: String, _ type: String, _ bytes: [UInt8], isVoice: Bool) -> Double.Attachment {
        let (key, blob) = store(name, declaredType: type, bytes)
        let fileType = ChatwootFileTypeDetector.name(of: type)
        return Double.Attachment(
            id: nextID(.attachment),
            fileType: fileType,
            fileName: name,
            contentType: blob.type,
            declaredType: type,
            bytes: bytes,
            isVoiceMessage: isVoice && fileType == "audio",
            key: key
        )
    }

    func view(_ attachment: Double.Attachment, of message: Double.Message) -> JSON {
        let address = address(of: attachment.key, attachment.fileName)
        let thumbnail = "\(baseURL)/rails/active_storage/representations/redirect/\(attachment.key)/"
        let dot = attachment.fileName.lastIndex(of: ".")
        var result: JSON = [
            "id": Self.number(attachment.id),
            "message_id": Self.number(message.id),
            "file_type": .string(attachment.fileType),
            "account_id": Self.number(message.accountID),
            "extension": Self.text(dot.map { String(attachment.fileName[$0...].dropFirst()) }),
            "content_type": .string(attachment.contentType),
            "data_url": .string(address),
            "thumb_url": .string(
                attachment.fileType == "image" ? thumbnail + RailsParameterParser.encode(attachment.fileName) : ""),
            "file_size": Self.number(attachment.bytes.count),
            "width": .null,
            "height": .null,
        ]
        if attachment.isVoiceMessage { result["meta"] = ["is_recorded_audio": true] }
        if attachment.fileType == "audio" { result["transcribed_text"] = "" }
        return result
    }
}

/// File types (`file_type_helper.rb`).
enum ChatwootFileTypeDetector {
    /// The file type for the exact text of the part's `Content-Type`: with a parameter, a video becomes a file.
    static func name(of type: String) -> String {
        switch type {
        case "image/jpeg", "image/png", "image/gif", "image/bmp", "image/webp": "image"
        case "video/ogg", "video/mp4", "video/webm", "video/quicktime": "video"
        default: type.contains("audio/") ? "audio" : "file"
        }
    }

    /// The type that Chatwoot detects from the bytes; otherwise the declared type without its parameters.
    static func storedType(of bytes: [UInt8], declared: String) -> String {
        let start = bytes.prefix(64)
        if start.starts(with: Array("OggS".utf8)), String(decoding: start, as: UTF8.self).contains("OpusHead") {
            return "audio/opus"
        }
        if start.starts(with: [0xff, 0xd8, 0xff]) { return "image/jpeg" }
        if start.starts(with: [0x89, 0x50, 0x4e, 0x47]) { return "image/png" }
        if start.starts(with: Array("%PDF-".utf8)) { return "application/pdf" }
        let type = declared.prefix { $0 != ";" }
        return type.isEmpty ? "application/octet-stream" : String(type)
    }
}
