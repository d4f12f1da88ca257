internal import RelayCore
internal import RelayJSON

/// Reads bytes in the encodings that gateways use (reference whatsapp.md, B-B1).
enum BinaryFieldReader {
    /// The maximum length in bytes. Keys and hashes are far shorter.
    private static let limit = 4096

    /// Reads a base64 string, `{"type":"Buffer","data":…}` with a string or numbers in it, an array of numbers, or an
    /// object with an index for each byte, in any order of keys. Nil for anything else.
    static func decode(_ json: JSON?) -> [UInt8]? {
        switch json {
        case .string(let text):
            return text.utf8.count <= limit * 2 ? Base64.decode(text) : nil
        case .array(let elements):
            return decode(elements)
        case .object(let object):
            guard let data = object["data"] else { return decode(indexed: object) }
            if let elements = data.array { return decode(elements) }
            if let text = data.string { return text.utf8.count <= limit * 2 ? Base64.decode(text) : nil }
            return data.object.flatMap(decode(indexed:))
        default:
            return nil
        }
    }

    private static func decode(_ elements: [JSON]) -> [UInt8]? {
        guard elements.count <= limit else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(elements.count)
        for element in elements {
            guard let byte = element.int.flatMap({ UInt8(exactly: $0) }) else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private static func decode(indexed object: JSONObject) -> [UInt8]? {
        guard (1...limit).contains(object.count) else { return nil }
        var bytes = [UInt8?](repeating: nil, count: object.count)
        for (key, value) in object {
            guard let index = Int(key), bytes.indices.contains(index),
                let byte = value.int.flatMap({ UInt8(exactly: $0) })
            else { return nil }
            bytes[index] = byte
        }
        let known = bytes.compactMap { $0 }
        return known.count == bytes.count ? known : nil
    }
}
