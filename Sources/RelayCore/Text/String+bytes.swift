/// Comparisons by bytes, for what is done several times for each event: `hasSuffix` and other operations on characters are
/// many times slower, and generic functions are not specialized for callers in other modules.
extension String {
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

    fileprivate func hasSuffix(_ suffix: StaticString) -> Bool {
        let count = suffix.utf8CodeUnitCount
        guard self.count >= count else { return false }
        return self[(self.count - count)...].elementsEqual(UnsafeBufferPointer(start: suffix.utf8Start, count: count))
    }
}
