internal import Glibc

/// A JSON value (RFC 8259).
///
/// Numbers are exact: a number that fits in an `Int64` is an `int`, and every other number keeps the text of its
/// document, so that ids beyond 64 bits, decimals and exponents are written as they were read. Two numbers are equal
/// when their texts are: `1` is not equal to `1.0`.
package enum JSON: Sendable {
    case null
    case bool(Bool)
    /// A number without fraction or exponent, within 64 bits.
    case int(Int64)
    /// The source text of any other number: with a fraction, an exponent, more than 64 bits, or `-0`. It is written
    /// verbatim, so a value built in code must follow the grammar of RFC 8259, section 6.
    case number(String)
    case string(String)
    case array([JSON])
    case object(JSONObject)
}

extension JSON {
    /// A number: an `int` when `value` is whole and within 2^53, `null` when it is infinite or not a number (JSON has
    /// neither).
    package init(_ value: Double) {
        if value.magnitude <= 9_007_199_254_740_992, let whole = Int64(exactly: value),
            value != 0 || value.sign == .plus
        {
            self = .int(whole)
        } else if value.isFinite {
            self = .number(value.description)
        } else {
            self = .null
        }
    }

    /// The member `key` of an object; `nil` when it is missing, or this is not an object.
    ///
    /// Setting `nil` removes the member. Setting a member of a value that is not an object does nothing.
    package subscript(key: String) -> JSON? {
        get {
            guard case .object(let members) = self else { return nil }
            return members[key]
        }
        set {
            guard case .object(var members) = self else { return }
            // Releases the storage; otherwise the change would copy it.
            self = .null
            members[key] = newValue
            self = .object(members)
        }
    }

    /// The element `index` of an array; `nil` when it is missing, or this is not an array.
    package subscript(index: Int) -> JSON? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }
}

// MARK: - Typed views

extension JSON {
    package var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The text of a string; `nil` for any other kind.
    package var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The value of an `int`; `nil` for any other kind, and for numbers that are not exactly an `Int64` as written,
    /// such as `1.0`.
    package var int: Int64? {
        if case .int(let value) = self { value } else { nil }
    }

    /// The nearest double of any number; `nil` for other kinds, and for numbers beyond the range of doubles.
    package var double: Double? {
        switch self {
        case .int(let value): Double(value)
        case .number(let text): Double(text).flatMap { $0.isFinite ? $0 : nil }
        default: nil
        }
    }

    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    package var array: [JSON]? {
        if case .array(let value) = self { value } else { nil }
    }

    package var object: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }
}

// MARK: - Equality

extension JSON: Hashable {
    /// Strings are equal when their bytes are equal; unlike Swift's comparison, this ignores canonical equivalence. The
    /// order of members does not matter.
    package static func == (a: JSON, b: JSON) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.int(let a), .int(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.string(let a), .string(let b)): a.hasSameBytes(as: b)
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)): a == b
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value):
            hasher.combine(1)
            hasher.combine(value)
        case .int(let value):
            hasher.combine(2)
            hasher.combine(value)
        case .number(let text):
            hasher.combine(3)
            hasher.combine(text)
        case .string(let value):
            hasher.combine(4)
            hasher.combine(value)
        case .array(let elements):
            hasher.combine(5)
            hasher.combine(elements)
        case .object(let members):
            hasher.combine(6)
            hasher.combine(members)
        }
    }
}

extension String {
    /// Whether both have the same UTF-8. `==` alone would treat `é` and `e` with a combining accent as the same key.
    @inline(__always)
    package func hasSameBytes(as other: String) -> Bool {
        // Equal short strings have the same representation, and most different strings differ in length or first byte.
        hasSameRepresentation(as: other)
            || utf8.count == other.utf8.count && utf8.first == other.utf8.first && hasSameContent(as: other)
    }

    /// Whether both are the same text in the same storage, or inside the value itself. False says nothing.
    @inline(__always)
    func hasSameRepresentation(as other: String) -> Bool {
        // A string is two words; the same words are the same text, whatever they mean.
        let (own, other) = (unsafeBitCast(self, to: (UInt, UInt).self), unsafeBitCast(other, to: (UInt, UInt).self))
        return own == other
    }

    @inline(never)
    private func hasSameContent(as other: String) -> Bool {
        let isSame = utf8.withContiguousStorageIfAvailable { own in
            other.utf8.withContiguousStorageIfAvailable { other in
                guard let own = own.baseAddress, let start = other.baseAddress else { return true }
                return memcmp(own, start, other.count) == 0
            }
        }
        // Native strings are contiguous; only other strings are compared byte by byte.
        return isSame.flatMap { $0 } ?? utf8.elementsEqual(other.utf8)
    }
}
