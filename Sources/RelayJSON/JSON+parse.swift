import CSimdjson

extension JSON {
    /// Parses one UTF-8 document.
    ///
    /// - Parameter maximumDepth: the maximum nesting of objects and arrays, at most 1024; default 128. Values are
    ///   released recursively, so the depth is limited by the stack.
    /// - Throws: `JSONError` for anything but exactly one document of RFC 8259 in valid UTF-8 without a byte order
    ///   mark, and for an object with a repeated key. Half of an escaped surrogate pair is no error: it becomes U+FFFD.
    package init(parsing bytes: [UInt8], maximumDepth: Int = 128) throws(JSONError) {
        self = try bytes.withUnsafeBufferPointer { (source) throws(JSONError) in
            try JSON(parsing: source, maximumDepth: maximumDepth)
        }
    }

    /// Parses one document; equivalent to parsing the UTF-8 of `text`.
    package init(parsing text: String, maximumDepth: Int = 128) throws(JSONError) {
        var text = text
        let result = text.withUTF8 { source in
            Result { () throws(JSONError) in try JSON(parsing: source, maximumDepth: maximumDepth) }
        }
        self = try result.get()
    }

    /// Parses one document in memory, which is not used after the call.
    package init(parsing source: UnsafeBufferPointer<UInt8>, maximumDepth: Int = 128) throws(JSONError) {
        var document = csj_document()
        let depth = min(max(maximumDepth, 0), 1024)
        let result = csj_parse(source.baseAddress, source.count, depth, &document)
        // The tape belongs to this thread and is read before any other code can run on it.
        defer { if source.count > 1 << 20 { csj_release() } }
        guard result == CSJ_OK, let tokens = document.tokens else {
            throw JSONError(result, document, source: source, maximumDepth: depth)
        }
        var tape = JSONTapeReader(next: tokens)
        self = tape.readValue()
    }
}

/// Reads the tape of a document from its start to its end.
private struct JSONTapeReader {
    var next: UnsafePointer<csj_token>

    mutating func readValue() -> JSON {
        let token = next.pointee
        next += 1
        switch csj_kind(rawValue: token.kind) {
        case CSJ_STRING: return .string(token.text)
        case CSJ_INT: return .int(token.payload)
        case CSJ_TRUE: return .bool(true)
        case CSJ_FALSE: return .bool(false)
        case CSJ_NUMBER: return .number(token.text)
        case CSJ_OBJECT:
            let count = Int(token.length)
            var keySets: UInt64 = 0
            var members: [JSONObject.Member] = []
            members.reserveCapacity(count)
            for _ in 0..<count {
                let key = next.pointee.text
                next += 1
                keySets |= key.keySet
                members.append(JSONObject.Member(key, readValue()))
            }
            return .object(JSONObject(members: members, keySets: keySets))
        case CSJ_ARRAY:
            var elements: [JSON] = []
            elements.reserveCapacity(Int(token.length))
            for _ in 0..<token.length { elements.append(readValue()) }
            return .array(elements)
        default: return .null
        }
    }
}

extension csj_token {
    /// The content of a string or the text of a number.
    fileprivate var text: String {
        let start = UnsafePointer<UInt8>(bitPattern: Int(payload))
        return String(decoding: UnsafeBufferPointer(start: start, count: Int(length)), as: UTF8.self)
    }
}

extension JSONError {
    fileprivate init(
        _ result: csj_error, _ document: csj_document, source: UnsafeBufferPointer<UInt8>, maximumDepth: Int
    ) {
        let code: Code =
            switch result {
            case CSJ_EMPTY: .empty
            case CSJ_INVALID_UTF8: .invalidUTF8
            case CSJ_TOO_DEEP: .tooDeep
            case CSJ_DUPLICATE_KEY: .duplicateKey
            case CSJ_TOO_LARGE: .tooLarge
            default: .malformed
            }
        var problem = document.error_message.map { String(cString: $0) } ?? "the document is not JSON"
        if code == .tooDeep { problem += " (more than \(maximumDepth) levels)" }
        self.init(
            code: code,
            problem: problem,
            offset: document.error_offset,
            pointer: Self.pointer(to: document),
            source: source
        )
    }

    /// The JSON pointer of an error; `nil` when parsing failed before the structure was known.
    private static func pointer(to document: csj_document) -> String? {
        guard document.frame_count > 0, let tokens = document.tokens, let frames = document.frames else { return nil }
        var pointer = ""
        for frame in UnsafeBufferPointer(start: frames, count: document.frame_count) where frame.current != 0 {
            pointer += "/"
            guard csj_kind(rawValue: tokens[Int(frame.container)].kind) == CSJ_OBJECT else {
                pointer += String(frame.count)
                continue
            }
            for character in tokens[Int(frame.current)].text.unicodeScalars {
                switch character {
                case "~": pointer += "~0"
                case "/": pointer += "~1"
                default: pointer.unicodeScalars.append(character)
                }
            }
        }
        return pointer
    }
}
