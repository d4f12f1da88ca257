internal import Glibc

/// Reads a time as `strptime` does, with English names.
struct JQTimeParser {
    private let text: [UInt8]
    private var place = 0
    private var fields = tm()
    private var hasDate = false
    private var isAfternoon: Bool?
    private var century: Int32?
    private var seconds: Int64?

    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]
    private static let days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]

    /// `nil` when the text does not have the format.
    static func parse(_ text: String, format: String) -> tm? {
        var parser = JQTimeParser(text: Array(text.utf8))
        parser.fields.tm_wday = 8
        parser.fields.tm_yday = 367
        guard parser.read(Array(format.utf8)), parser.place == parser.text.count else { return nil }
        return parser.result()
    }

    private init(text: [UInt8]) { self.text = text }

    private func peek() -> UInt8? { place < text.count ? text[place] : nil }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || (0x09...0x0D).contains(byte) { place += 1 }
    }

    private mutating func read(_ format: [UInt8]) -> Bool {
        var next = 0
        while next < format.count {
            let sign = format[next]
            next += 1
            if sign == 0x20 || (0x09...0x0D).contains(sign) {
                skipSpace()
                continue
            }
            guard sign == UInt8(ascii: "%"), next < format.count else {
                guard peek() == sign else { return false }
                place += 1
                continue
            }
            var field = format[next]
            next += 1
            // Flags and modifiers change nothing here.
            while "-_0^#EO".utf8.contains(field), next < format.count {
                field = format[next]
                next += 1
            }
            guard readField(field) else { return false }
        }
        return true
    }

    private mutating func readField(_ field: UInt8) -> Bool {
        switch UnicodeScalar(field) {
        case "Y": return number(4, -9999...9999) { $0.tm_year = $1 - 1900 } && date()
        case "C":
            return number(2, 0...99) { _, _ in
            } onValue: {
                $0.century = $1
            } && date()
        case "y": return number(2, 0...99) { $0.tm_year = $1 < 69 ? $1 + 100 : $1 } && date()
        case "m": return number(2, 1...12) { $0.tm_mon = $1 - 1 } && date()
        case "d", "e": return number(2, 1...31) { $0.tm_mday = $1 } && date()
        case "H", "k": return number(2, 0...23) { $0.tm_hour = $1 }
        case "I", "l": return number(2, 1...12) { $0.tm_hour = $1 % 12 }
        case "M": return number(2, 0...59) { $0.tm_min = $1 }
        case "S": return number(2, 0...61) { $0.tm_sec = $1 }
        case "j": return number(3, 1...366) { $0.tm_yday = $1 - 1 }
        case "u": return number(1, 1...7) { $0.tm_wday = $1 % 7 }
        case "w": return number(1, 0...6) { $0.tm_wday = $1 }
        case "U", "W", "V": return number(2, 0...53) { _, _ in }
        case "G": return number(4, 0...9999) { _, _ in }
        case "g": return number(2, 0...99) { _, _ in }
        case "a", "A": return name(Self.days) { $0.tm_wday = $1 }
        case "b", "B", "h": return name(Self.months) { $0.tm_mon = $1 } && date()
        case "p", "P":
            skipSpace()
            guard place + 2 <= text.count, text[place + 1] | 0x20 == UInt8(ascii: "m") else { return false }
            let letter = text[place] | 0x20
            guard letter == UInt8(ascii: "a") || letter == UInt8(ascii: "p") else { return false }
            isAfternoon = letter == UInt8(ascii: "p")
            place += 2
            return true
        case "s": return epoch()
        case "Z":
            skipSpace()
            while let byte = peek(), byte != 0x20, !(0x09...0x0D).contains(byte) { place += 1 }
            return true
        case "z": return zone()
        case "n", "t":
            skipSpace()
            return true
        case "%":
            guard peek() == field else { return false }
            place += 1
            return true
        case "T": return read(Array("%H:%M:%S".utf8))
        case "R": return read(Array("%H:%M".utf8))
        case "r": return read(Array("%I:%M:%S %p".utf8))
        case "D", "x": return read(Array("%m/%d/%y".utf8))
        case "F": return read(Array("%Y-%m-%d".utf8))
        case "X": return read(Array("%H:%M:%S".utf8))
        case "c": return read(Array("%a %b %e %H:%M:%S %Y".utf8))
        default: return false
        }
    }

    private mutating func date() -> Bool {
        hasDate = true
        return true
    }

    private mutating func number(
        _ digits: Int, _ range: ClosedRange<Int32>, _ set: (inout tm, Int32) -> Void,
        onValue: (inout JQTimeParser, Int32) -> Void = { _, _ in }
    ) -> Bool {
        skipSpace()
        let start = place
        var value: Int32 = 0
        while place - start < digits, let byte = peek(), (0x30...0x39).contains(byte) {
            value = value * 10 + Int32(byte - 0x30)
            place += 1
        }
        guard place > start, range.contains(value) else { return false }
        set(&fields, value)
        onValue(&self, value)
        return true
    }

    private mutating func name(_ names: [String], _ set: (inout tm, Int32) -> Void) -> Bool {
        skipSpace()
        let rest = text[place...].map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        for (index, name) in names.enumerated() {
            for form in [name, String(name.prefix(3))] where rest.starts(with: Array(form.utf8)) {
                place += form.utf8.count
                set(&fields, Int32(index))
                return true
            }
        }
        return false
    }

    private mutating func epoch() -> Bool {
        skipSpace()
        var value: Int64 = 0
        let start = place
        while place - start < 12, let byte = peek(), (0x30...0x39).contains(byte) {
            value = value * 10 + Int64(byte - 0x30)
            place += 1
        }
        seconds = value
        return place > start
    }

    /// `Z`, `+hh`, `+hhmm` and `+hh:mm`. As in jq, the time itself stays as written.
    private mutating func zone() -> Bool {
        skipSpace()
        guard let sign = peek() else { return false }
        place += 1
        if sign == UInt8(ascii: "Z") { return true }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return false }
        var digits = 0
        while digits < 4, let byte = peek(), (0x30...0x39).contains(byte) || digits == 2 && byte == UInt8(ascii: ":") {
            if byte != UInt8(ascii: ":") { digits += 1 }
            place += 1
        }
        return digits == 2 || digits == 4
    }

    private mutating func result() -> tm? {
        if let seconds {
            var time = time_t(seconds)
            return gmtime_r(&time, &fields) == nil ? nil : fields
        }
        if isAfternoon == true, fields.tm_hour < 12 { fields.tm_hour += 12 }
        if let century { fields.tm_year = (century - 19) * 100 + (fields.tm_year % 100) }
        guard hasDate else { return fields }
        // The weekday and the day of the year follow from the date.
        var copy = fields
        if copy.tm_mday == 0 { copy.tm_mday = 1 }
        copy.tm_isdst = 0
        _ = timegm(&copy)
        if fields.tm_mday > 0 || fields.tm_wday == 8 { fields.tm_wday = copy.tm_wday }
        if fields.tm_mday > 0 || fields.tm_yday == 367 { fields.tm_yday = copy.tm_yday }
        return fields
    }
}
