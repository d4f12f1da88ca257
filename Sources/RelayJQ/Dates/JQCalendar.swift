internal import Glibc
internal import RelayJSON

/// Times as jq has them: seconds since 1970, or `[year, month - 1, day, hour, minute, second, weekday, day of year]`.
enum JQCalendar {
    /// Years that the functions of the system take.
    private static let maximumSeconds = 8_000_000_000_000.0

    static func seconds(_ value: JSON, _ name: String) throws(JQFailure) -> Double {
        guard let seconds = JQNumber.double(value) else { throw .message("\(name) requires numeric inputs") }
        guard seconds.magnitude <= maximumSeconds else { throw .message("\(name): the time is out of range") }
        return seconds
    }

    static func brokenDown(_ seconds: Double, isLocal: Bool) throws(JQFailure) -> tm {
        var time = time_t(seconds.rounded(.down))
        var fields = tm()
        let done = isLocal ? localtime_r(&time, &fields) : gmtime_r(&time, &fields)
        guard done != nil else { throw .message("the time is out of range") }
        return fields
    }

    static func json(_ fields: tm, fraction: Double, _ run: JQEvaluation) -> JSON {
        let second = fraction == 0 ? JSON.int(Int64(fields.tm_sec)) : run.number(Double(fields.tm_sec) + fraction)
        return [
            .int(Int64(fields.tm_year) + 1900), .int(Int64(fields.tm_mon)), .int(Int64(fields.tm_mday)),
            .int(Int64(fields.tm_hour)), .int(Int64(fields.tm_min)), second, .int(Int64(fields.tm_wday)),
            .int(Int64(fields.tm_yday)),
        ]
    }

    /// Reads a broken-down time.
    static func fields(_ value: JSON, _ name: String) throws(JQFailure) -> tm {
        guard case .array(let parts) = value, parts.count >= 6 else {
            throw .message("\(name) requires parsed datetime inputs")
        }
        var numbers: [Int32] = []
        for part in parts.prefix(8) {
            guard let number = JQNumber.double(part), !number.isNaN, number.magnitude < 1_000_000 else {
                throw .message("\(name) requires parsed datetime inputs")
            }
            numbers.append(Int32(number.rounded(.down)))
        }
        var fields = tm()
        fields.tm_year = numbers[0] - 1900
        fields.tm_mon = numbers[1]
        fields.tm_mday = numbers[2]
        fields.tm_hour = numbers[3]
        fields.tm_min = numbers[4]
        fields.tm_sec = numbers[5]
        // The names of days are looked up by these.
        if numbers.count > 6 { fields.tm_wday = min(max(numbers[6], 0), 6) }
        if numbers.count > 7 { fields.tm_yday = min(max(numbers[7], 0), 365) }
        return fields
    }

    /// The seconds of a broken-down time in UTC, whatever it says about summer time.
    static func seconds(of fields: tm) -> Int64 {
        var fields = fields
        fields.tm_isdst = 0
        return Int64(timegm(&fields))
    }

    /// The name of the time zone of times that are not local.
    private static let utc: StaticString = "UTC"

    static func inUTC(_ fields: tm) -> tm {
        var fields = fields
        fields.tm_zone = UnsafeRawPointer(utc.utf8Start).assumingMemoryBound(to: CChar.self)
        return fields
    }

    static func format(_ fields: tm, _ format: String, _ run: JQEvaluation) throws(JQFailure) -> String {
        guard format.utf8.count <= 4096, !format.utf8.contains(0) else {
            throw .message("the format of a time is longer than 4096 bytes")
        }
        guard !format.isEmpty else { return "" }
        var fields = fields
        var buffer = [CChar](repeating: 0, count: 65_536)
        try run.work(256)
        // A sign at the end tells an empty result from one that does not fit.
        let length = Glibc.strftime(&buffer, buffer.count, format + ".", &fields)
        guard length > 0 else { throw .message("the formatted time is too long") }
        return String(decoding: buffer[..<(length - 1)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static func parse(_ text: String, _ format: String) throws(JQFailure) -> tm {
        guard text.utf8.count <= 4096, format.utf8.count <= 4096, !text.utf8.contains(0), !format.utf8.contains(0)
        else {
            throw .message("the text of a time is longer than 4096 bytes")
        }
        guard let fields = JQTimeParser.parse(text, format: format) else {
            throw .message("the date does not match the format")
        }
        return fields
    }
}

extension JQBuiltin {
    /// Functions of dates and times.
    static let dates: [JQBuiltin] = [
        value("gmtime") { (input, run) throws(JQFailure) in try brokenDown(input, "gmtime()", isLocal: false, run) },
        value("localtime") { (input, run) throws(JQFailure) in
            try brokenDown(input, "localtime()", isLocal: true, run)
        },
        value("mktime") { (input, run) throws(JQFailure) in
            .int(JQCalendar.seconds(of: try JQCalendar.fields(input, "mktime")))
        },
        function("strftime", 1) { (input, arguments, run) throws(JQFailure) in
            try formatted(input, arguments[0], "strftime/1", isLocal: false, run)
        },
        function("strflocaltime", 1) { (input, arguments, run) throws(JQFailure) in
            try formatted(input, arguments[0], "strflocaltime/1", isLocal: true, run)
        },
        function("strptime", 1) { (input, arguments, run) throws(JQFailure) in
            guard case .string(let text) = input, case .string(let format) = arguments[0] else {
                throw .message("strptime/1 requires string inputs and arguments")
            }
            return JQCalendar.json(try JQCalendar.parse(text, format), fraction: 0, run)
        },
    ]

    private static func brokenDown(_ input: JSON, _ name: String, isLocal: Bool, _ run: JQEvaluation)
        throws(JQFailure) -> JSON
    {
        let seconds = try JQCalendar.seconds(input, name)
        let fields = try JQCalendar.brokenDown(seconds, isLocal: isLocal)
        return JQCalendar.json(fields, fraction: seconds - seconds.rounded(.down), run)
    }

    private static func formatted(_ input: JSON, _ format: JSON, _ name: String, isLocal: Bool, _ run: JQEvaluation)
        throws(JQFailure) -> JSON
    {
        guard case .string(let format) = format else { throw .message("\(name) requires a string format") }
        var fields: tm
        switch input {
        case .int, .number:
            fields = try JQCalendar.brokenDown(try JQCalendar.seconds(input, name), isLocal: isLocal)
        case .array:
            fields = try JQCalendar.fields(input, name)
            if isLocal {
                // Finds out whether it is summer time then.
                var copy = fields
                copy.tm_isdst = -1
                _ = Glibc.mktime(&copy)
                fields.tm_isdst = copy.tm_isdst
                fields.tm_gmtoff = copy.tm_gmtoff
                fields.tm_zone = copy.tm_zone
            }
        default: throw .message("\(name) requires parsed datetime inputs")
        }
        if !isLocal { fields = JQCalendar.inUTC(fields) }
        return .string(try JQCalendar.format(fields, format, run))
    }
}
