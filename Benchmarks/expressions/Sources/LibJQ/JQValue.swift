internal import CJQ
import RelayJSON

// Values are converted directly, without JSON text. libjq's functions consume their arguments: a value that is needed
// again is passed as `jv_copy`.

extension JSON {
    /// The value for libjq, owned by the caller. Numbers become doubles: integers beyond 2^53 and long decimals lose
    /// their last digits.
    func jqValue() -> jv {
        switch self {
        case .null: return jv_null()
        case .bool(let value): return value ? jv_true() : jv_false()
        case .int(let value): return jv_number(Double(value))
        case .number(let text): return Double(text).map(jv_number) ?? jv_null()
        case .string(let text): return text.jqValue()
        case .array(let elements):
            var array = jv_array_sized(Int32(clamping: elements.count))
            for element in elements { array = jv_array_append(array, element.jqValue()) }
            return array
        case .object(let members):
            var object = jv_object()
            for (key, value) in members { object = jv_object_set(object, key.jqValue(), value.jqValue()) }
            return object
        }
    }

    /// Converts a value of libjq, which is consumed.
    init(consuming value: jv, depth: Int = 0) throws(JQError) {
        defer { jv_free(value) }
        guard depth < 1024 else { throw JQError(message: "the result is nested more than 1024 levels deep") }
        switch jv_get_kind(value) {
        case JV_KIND_FALSE: self = .bool(false)
        case JV_KIND_TRUE: self = .bool(true)
        case JV_KIND_NUMBER: self = JSON(jqNumber: jv_number_value(value))
        case JV_KIND_STRING: self = .string(String(jqString: value))
        case JV_KIND_ARRAY:
            let count = jv_array_length(jv_copy(value))
            var elements: [JSON] = []
            elements.reserveCapacity(Int(count))
            for place in 0..<count {
                elements.append(try JSON(consuming: jv_array_get(jv_copy(value), place), depth: depth + 1))
            }
            self = .array(elements)
        case JV_KIND_OBJECT:
            var members = JSONObject()
            var place = jv_object_iter(value)
            while jv_object_iter_valid(value, place) != 0 {
                let key = jv_object_iter_key(value, place)
                defer { jv_free(key) }
                members.append(
                    String(jqString: key),
                    try JSON(consuming: jv_object_iter_value(value, place), depth: depth + 1)
                )
                place = jv_object_iter_next(value, place)
            }
            self = .object(members)
        default: self = .null
        }
    }

    /// As jq writes numbers: NaN is null, and infinities are the largest double.
    private init(jqNumber value: Double) {
        let largest = Double.greatestFiniteMagnitude
        self = JSON(value.isNaN ? value : min(max(value, -largest), largest))
    }
}

extension String {
    /// A string for libjq, owned by the caller.
    func jqValue() -> jv {
        var text = self
        return text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { jv_string_sized($0.baseAddress, Int32(clamping: $0.count)) }
        }
    }

    /// The text of a string of libjq, which is not consumed.
    init(jqString value: jv) {
        let count = Int(jv_string_length_bytes(jv_copy(value)))
        let bytes = UnsafeRawBufferPointer(start: jv_string_value(value), count: count)
        self.init(decoding: bytes, as: UTF8.self)
    }

    /// The text of a libjq error, which is consumed: the thrown string, or the JSON of any other thrown value.
    init(consumingError value: jv) {
        let text = jv_get_kind(value) == JV_KIND_STRING ? value : jv_dump_string(value, 0)
        defer { jv_free(text) }
        self.init(jqString: text)
    }
}
