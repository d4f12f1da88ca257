/// The numbers under which one phone may be known: WhatsApp and telephone books do not always write them alike.
enum PhoneNumberVariants {
    /// - Parameter digits: an international number without `+`, as WhatsApp has it.
    /// - Returns: that number first, then the other one it may go by; `+` and digits.
    static func of(_ digits: String) -> [String] {
        ([digits] + [brazilian(digits), argentine(digits), mexican(digits)].compactMap { $0 }).map { "+" + $0 }
    }

    /// Brazilian mobiles got a ninth digit, a 9 after the area code, in front of eight that begin with 6 to 9.
    private static func brazilian(_ digits: String) -> String? {
        guard digits.hasPrefix("55") else { return nil }
        let (prefix, number) = (digits.prefix(4), digits.dropFirst(4))
        if number.count == 8, isOldMobile(number) { return prefix + "9" + number }
        let old = number.dropFirst()
        // Without this, what is left could be somebody's landline.
        if number.count == 9, number.hasPrefix("9"), isOldMobile(old) { return String(prefix) + old }
        return nil
    }

    private static func isOldMobile(_ number: Substring) -> Bool {
        number.first.map { "6789".contains($0) } ?? false
    }

    /// Argentine mobiles have a 9 after the country code, which is left out within the country.
    private static func argentine(_ digits: String) -> String? {
        switch digits.count {
        case 13 where digits.hasPrefix("549"): "54" + digits.dropFirst(3)
        case 12 where digits.hasPrefix("54"): "549" + digits.dropFirst(2)
        default: nil
        }
    }

    /// Mexican mobiles had a 1 after the country code until 2019, and still have it in WhatsApp.
    private static func mexican(_ digits: String) -> String? {
        switch digits.count {
        case 13 where digits.hasPrefix("521"): "52" + digits.dropFirst(3)
        case 12 where digits.hasPrefix("52"): "521" + digits.dropFirst(2)
        default: nil
        }
    }
}
