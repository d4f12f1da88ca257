/// The spellings of one phone number: WhatsApp, gateways and address books sometimes differ.
package enum PhoneNumberVariants {
    /// The number of digits of the shorter one of two spellings, in every country that has them.
    static let shorterLength = 12

    /// - Parameter digits: an international number without `+`, as WhatsApp writes it.
    /// - Returns: that number first, then its other spelling if there is one; `+` and digits.
    package static func of(_ digits: String) -> [String] {
        ([digits] + [otherSpelling(of: digits)].compactMap { $0 }).map { "+" + $0 }
    }

    /// The spelling by which the relay compares numbers: of two spellings the longer one, else the number itself.
    package static func canonical(_ digits: String) -> String {
        guard digits.utf8.count == shorterLength else { return digits }
        return otherSpelling(of: digits) ?? digits
    }

    /// The other spelling of the same number; nil when there is only one.
    static func otherSpelling(of digits: String) -> String? {
        guard digits.utf8.first == UInt8(ascii: "5") else { return nil }
        return brazilian(digits) ?? argentine(digits) ?? mexican(digits)
    }

    /// Brazilian mobile numbers have a ninth digit: a 9 after the area code, before eight digits that begin with 6 to
    /// 9.
    private static func brazilian(_ digits: String) -> String? {
        guard digits.hasPrefix("55") else { return nil }
        let (prefix, number) = (digits.prefix(4), digits.dropFirst(4))
        if number.utf8.count == 8, isOldMobile(number) { return prefix + "9" + number }
        let old = number.dropFirst()
        // Without this check, the shorter number could be a landline.
        if number.utf8.count == 9, number.hasPrefix("9"), isOldMobile(old) { return String(prefix) + old }
        return nil
    }

    private static func isOldMobile(_ number: Substring) -> Bool {
        number.utf8.first.map { (UInt8(ascii: "6")...UInt8(ascii: "9")).contains($0) } ?? false
    }

    /// Argentine mobile numbers have a 9 after the country code, which is omitted within the country.
    private static func argentine(_ digits: String) -> String? {
        switch digits.utf8.count {
        case 13 where digits.hasPrefix("549"): "54" + digits.dropFirst(3)
        case 12 where digits.hasPrefix("54"): "549" + digits.dropFirst(2)
        default: nil
        }
    }

    /// Mexican mobile numbers had a 1 after the country code until 2019. WhatsApp still uses it.
    private static func mexican(_ digits: String) -> String? {
        switch digits.utf8.count {
        case 13 where digits.hasPrefix("521"): "52" + digits.dropFirst(3)
        case 12 where digits.hasPrefix("52"): "521" + digits.dropFirst(2)
        default: nil
        }
    }
}
