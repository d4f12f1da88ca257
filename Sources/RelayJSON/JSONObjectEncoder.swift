/// Writes an object member by member, in the form of ``JSON/bytes``, without building the object.
package struct JSONObjectEncoder: ~Copyable {
    private var buffer = JSONOutputBuffer()
    private var isEmpty = true

    package init() {}

    deinit { buffer.free() }

    /// Appends a member. The caller guarantees that there is none of the same key.
    package mutating func append(_ key: String, _ value: JSON) {
        buffer.reserve(1)
        buffer.put(isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
        isEmpty = false
        buffer.write(key)
        // `write` reserves one additional byte.
        buffer.put(UInt8(ascii: ":"))
        buffer.write(value)
    }

    /// The text so far: of an object without its closing brace, or nothing when it has no members.
    package var bytes: [UInt8] { Array(buffer.written) }
}
