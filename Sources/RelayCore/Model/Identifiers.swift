/// The number under which the journal keeps an event: time-ordered, unique in a store, shown as `evt_` and 13 letters.
package struct EventID: Sendable, Hashable, Comparable, CustomStringConvertible {
    package var rawValue: Int64

    package init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// Reads the text form, with or without `evt_`; nil when it is not one.
    package init?(_ text: some StringProtocol) {
        guard let value = SortableIDCodec.decode(text.hasPrefix("evt_") ? text.dropFirst(4) : text[...]) else {
            return nil
        }
        self.rawValue = value
    }

    package var description: String { String(concatenating: "evt_", SortableIDCodec.encode(rawValue)) }

    package static func < (lhs: EventID, rhs: EventID) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// The number of a delivery: time-ordered and unique in a store. Its letters end every `deliveryId`.
package struct DeliveryID: Sendable, Hashable, Comparable, CustomStringConvertible {
    package var rawValue: Int64

    package init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// Reads a `deliveryId` (`webhook-<session>-<event>-<unix>-<suffix>`), a `webhook-id` (`msg_<suffix>`) or the
    /// bare suffix; nil when it is none of them.
    package init?(_ text: some StringProtocol) {
        let suffix = text.hasPrefix("msg_") ? text.dropFirst(4) : text.split(separator: "-").last ?? text[...]
        guard let value = SortableIDCodec.decode(suffix) else { return nil }
        self.rawValue = value
    }

    /// The 13 letters that end the `deliveryId`.
    package var suffix: String { SortableIDCodec.encode(rawValue) }

    /// The id under which Standard Webhooks headers name the delivery. The specification wants an id that is not
    /// user-controlled and has no `.`, which stage-07's `deliveryId` (session and event type in it) cannot promise.
    package var webhookID: String { String(concatenating: "msg_", suffix) }

    package var description: String { suffix }

    package static func < (lhs: DeliveryID, rhs: DeliveryID) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// Numbers that sort by time, and their letters (Crockford's base 32 in lower case, fixed width, so texts sort as
/// well).
package enum SortableIDCodec {
    /// Bits below the milliseconds: about a million ids in each millisecond.
    package static let counterBits = 20

    private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    private static let values: [Int8] = {
        var table = [Int8](repeating: -1, count: 256)
        for (index, digit) in digits.enumerated() { table[Int(digit)] = Int8(index) }
        return table
    }()

    /// The next id after `last`, at or after the given moment.
    package static func next(after last: Int64, at now: Timestamp) -> Int64 {
        max(last + 1, now.milliseconds << counterBits)
    }

    package static func encode(_ value: Int64) -> String {
        String(unsafeUninitializedCapacity: 13) { buffer in
            var rest = UInt64(bitPattern: value)
            for index in stride(from: 12, through: 0, by: -1) {
                buffer[index] = digits[Int(rest & 31)]
                rest >>= 5
            }
            return 13
        }
    }

    package static func decode(_ text: some StringProtocol) -> Int64? {
        guard text.utf8.count == 13 else { return nil }
        var value: UInt64 = 0
        for byte in text.utf8 {
            let digit = values[Int(byte)]
            // 13 letters hold 65 bits: one that would not fit is no id, or two texts would name the same.
            guard digit >= 0, value >> 59 == 0 else { return nil }
            value = value << 5 | UInt64(digit)
        }
        return Int64(bitPattern: value)
    }

    /// When an id was made.
    package static func timestamp(of value: Int64) -> Timestamp {
        Timestamp(milliseconds: value >> counterBits)
    }
}
