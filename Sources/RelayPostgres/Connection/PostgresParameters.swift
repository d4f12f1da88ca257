internal import Glibc
internal import RelaySQL

/// The values of one statement in PostgreSQL's binary form, as libpq takes them. It is filled anew for each statement
/// and keeps its memory.
final class PostgresParameters {
    /// The types of the values; 0, which lets the server find the type, for NULL.
    private(set) var types: [UInt32] = []
    /// Where each value begins in `bytes`; nil for NULL.
    private var offsets: [Int?] = []
    private var lengths: [Int32] = []
    /// 1 means binary; it never changes.
    private var formats: [Int32] = []
    private var pointers: [UnsafePointer<CChar>?] = []
    /// All values. The first byte is none of a value: an empty value must not have the address NULL.
    private var bytes: [UInt8] = [0]
    /// Where the value that is being written begins.
    private var start = 0

    /// Bytes of memory that are kept after a statement with large values.
    private static let keptCapacity = 256 * 1024

    var count: Int32 { Int32(types.count) }
    var byteCount: Int { bytes.count }

    func removeAll() {
        types.removeAll(keepingCapacity: true)
        offsets.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptCapacity)
        bytes.append(0)
    }

    func append(_ value: SQLValue) {
        switch value {
        case .null: appendNull()
        case .int(let value): append(value)
        case .text(let text): append(text)
        case .blob(let blob): append(blob)
        }
    }

    func append(_ value: PostgresValue) {
        switch value {
        case .null: appendNull()
        case .int(let value): append(value)
        case .text(let text): append(text)
        case .blob(let blob): append(blob)
        case .ints(let list):
            begin(PostgresType.int8Array)
            writeArray(list, of: PostgresType.int8) { write($0) }
            end()
        case .texts(let list):
            begin(PostgresType.textArray)
            writeArray(list, of: PostgresType.text) { write($0) }
            end()
        case .bytes(let list):
            begin(PostgresType.byteaArray)
            writeArray(list, of: PostgresType.bytea) { bytes.append(contentsOf: $0) }
            end()
        }
    }

    /// Calls a function of libpq with the values, their lengths and their formats. The pointers are valid in it only.
    func withPointers<Result>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<Int32>, UnsafePointer<Int32>) -> Result
    ) -> Result {
        while formats.count < types.count { formats.append(1) }
        return bytes.withUnsafeBytes { memory in
            let start = memory.baseAddress?.assumingMemoryBound(to: CChar.self)
            pointers.removeAll(keepingCapacity: true)
            for offset in offsets { pointers.append(offset.flatMap { start?.advanced(by: $0) }) }
            return body(pointers, lengths, formats)
        }
    }

    private func appendNull() {
        types.append(0)
        offsets.append(nil)
        lengths.append(0)
    }

    private func append(_ value: Int64) {
        begin(PostgresType.int8)
        write(value)
        end()
    }

    private func append(_ text: String) {
        begin(PostgresType.text)
        write(text)
        end()
    }

    private func append(_ blob: [UInt8]) {
        begin(PostgresType.bytea)
        bytes.append(contentsOf: blob)
        end()
    }

    /// What is written from now on is the next value.
    private func begin(_ type: UInt32) {
        types.append(type)
        offsets.append(bytes.count)
        start = bytes.count
    }

    private func end() { lengths.append(Int32(bytes.count - start)) }

    func append(_ array: PostgresArray) {
        begin(array.arrayType)
        writeArrayHead(count: array.count, hasNulls: array.hasNulls, type: array.elementType)
        bytes.append(contentsOf: array.elements)
        end()
    }

    // MARK: Binary forms

    private func write(_ value: some FixedWidthInteger) { bytes.append(bigEndian: value) }

    private func write(_ text: String) { bytes.append(postgresText: text) }

    /// The head of an array of one dimension.
    private func writeArrayHead(count: Int, hasNulls: Bool, type: UInt32) {
        write(Int32(count == 0 ? 0 : 1))
        write(Int32(hasNulls ? 1 : 0))
        write(type)
        guard count > 0 else { return }
        write(Int32(count))
        // The index of the first element.
        write(Int32(1))
    }

    /// An array of one dimension: its head, and each element behind its length.
    private func writeArray<Element>(_ list: [Element?], of type: UInt32, _ writeElement: (Element) -> Void) {
        writeArrayHead(count: list.count, hasNulls: list.contains { $0 == nil }, type: type)
        for element in list {
            let place = bytes.count
            write(Int32(-1))
            guard let element else { continue }
            writeElement(element)
            let length = Int32(bytes.count - place - 4)
            withUnsafeBytes(of: length.bigEndian) { bytes.replaceSubrange(place..<place + 4, with: $0) }
        }
    }
}

extension [UInt8] {
    mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    /// Appends a text as PostgreSQL takes it: it has no NUL.
    mutating func append(postgresText text: String) {
        var text = text
        text.withUTF8 { utf8 in
            guard let start = utf8.baseAddress, memchr(start, 0, utf8.count) != nil else {
                return append(contentsOf: utf8)
            }
            for byte in utf8 {
                if byte == 0 { append(contentsOf: "\u{FFFD}".utf8) } else { append(byte) }
            }
        }
    }
}
