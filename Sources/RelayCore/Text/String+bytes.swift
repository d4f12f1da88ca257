/// Comparisons by bytes, for what is done several times for each event: `hasSuffix` and other operations on characters are
/// many times slower, and generic functions are not specialized for callers in other modules.
extension String {
    /// The texts one after the other. Appending them to a text one by one takes several times as long.
    package init(concatenating texts: String...) {
        let count = texts.reduce(0) { $0 + $1.utf8.count }
        self.init(unsafeUninitializedCapacity: count) { buffer in
            var place = 0
            for var text in texts {
                place = text.withUTF8 { buffer[place...].initialize(fromContentsOf: $0) }
            }
            return place
        }
    }

    /// Whether every UTF-8 byte satisfies a condition.
    package func allBytesSatisfy(_ condition: (UInt8) -> Bool) -> Bool {
        var text = self
        return text.withUTF8 { bytes in
            for byte in bytes where !condition(byte) { return false }
            return true
        }
    }

    /// Whether the text ends with an ASCII text.
    package func hasASCIISuffix(_ suffix: StaticString) -> Bool {
        var text = self
        return text.withUTF8 { $0.hasSuffix(suffix) }
    }

    /// Whether the text is an ASCII text of lower-case letters and hyphens, in any letter case.
    package func equalsIgnoringCase(_ name: StaticString) -> Bool {
        var text = self
        return text.withUTF8 { $0.equalsIgnoringCase(name) }
    }
}

extension String {
    /// Whether the text contains an ASCII text.
    package func containsASCII(_ part: StaticString) -> Bool {
        var text = self
        return text.withUTF8 { bytes in
            let part = UnsafeBufferPointer(start: part.utf8Start, count: part.utf8CodeUnitCount)
            guard let first = part.first, bytes.count >= part.count else { return part.isEmpty }
            for start in 0...(bytes.count - part.count) where bytes[start] == first {
                if bytes[start..<(start + part.count)].elementsEqual(part) { return true }
            }
            return false
        }
    }

    /// Whether the text begins with an ASCII text.
    package func hasASCIIPrefix(_ prefix: StaticString) -> Bool {
        var text = self
        return text.withUTF8 { bytes in
            let count = prefix.utf8CodeUnitCount
            guard bytes.count >= count else { return false }
            return bytes[..<count].elementsEqual(UnsafeBufferPointer(start: prefix.utf8Start, count: count))
        }
    }
}

extension Substring {
    /// Whether the text ends with an ASCII text.
    package func hasASCIISuffix(_ suffix: StaticString) -> Bool {
        var text = self
        return text.withUTF8 { $0.hasSuffix(suffix) }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether the bytes are an ASCII text of lower-case letters and hyphens, in any letter case.
    package func equalsIgnoringCase(_ name: StaticString) -> Bool {
        guard count == name.utf8CodeUnitCount else { return false }
        for index in indices {
            let byte = self[index]
            let folded = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
            if folded != name.utf8Start[index] { return false }
        }
        return true
    }

    func hasSuffix(_ suffix: StaticString) -> Bool {
        let count = suffix.utf8CodeUnitCount
        guard self.count >= count else { return false }
        return self[(self.count - count)...].elementsEqual(UnsafeBufferPointer(start: suffix.utf8Start, count: count))
    }
}
