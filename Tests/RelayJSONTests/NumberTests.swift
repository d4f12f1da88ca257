import RelayJSON
import Testing

@Suite struct NumberTests {
    @Test(arguments: [
        ("0", Int64(0)), ("-1", -1), ("9223372036854775807", .max), ("-9223372036854775808", .min),
        ("9007199254740993", 9_007_199_254_740_993), ("1152921504606846977", 1_152_921_504_606_846_977),
        ("1000000000000000000", 1_000_000_000_000_000_000), ("-9223372036854775807", -.max), ("10", 10),
    ])
    func readsIntegersExactly(text: String, value: Int64) throws {
        #expect(try JSON(parsing: text) == .int(value))
        #expect(JSON.int(value).text == text)
    }

    @Test(arguments: [
        "9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616",
        "10000000000000000000",
        "-10000000000000000000", "99999999999999999999", "123456789012345678901234567890", "-0", "0.0", "-0.0", "1.0",
        "1.10", "0.1",
        "1e5", "1E5", "1e+5", "1e-5", "0e0", "-0e-0", "1.5e300", "1e400", "123.456e-789",
        "3.141592653589793238462643383279502884",
    ])
    func keepsTheTextOfEveryOtherNumber(text: String) throws {
        for document in [text, "[\(text)]", "{\"n\":\(text)}", " \(text) "] {
            let json = try JSON(parsing: document)
            let number = json[0] ?? json["n"] ?? json
            #expect(number == .number(text))
            #expect(try JSON(parsing: json.bytes) == json)
        }
    }

    @Test(arguments: [
        "01", "-01", "00", "-", "+1", ".5", "-.5", "1.", "1.e5", "1e", "1e+", "1E-", "1.5.5", "1e5.5", "0x10", "1_000",
        "1a", "--1",
        "1-", "-a", "1e5e5", "1 .5", "- 1", "1,5", "½", "１", "-Infinity", "1\u{0}",
    ])
    func refusesWhatIsNoNumber(text: String) {
        for document in [text, "[\(text)", "{\"n\":\(text)}"] where text != "1,5" || document.first != "[" {
            #expect(throws: JSONError.self) { try JSON(parsing: document) }
        }
    }

    @Test func showsTypedViewsOnlyOfTheirKind() {
        #expect(JSON.int(3).int == 3)
        #expect(JSON.int(3).double == 3)
        #expect(JSON.number("1.0").int == nil)
        #expect(JSON.number("1.5e2").double == 150)
        #expect(JSON.number("18446744073709551615").double == 18_446_744_073_709_551_616)
        #expect(JSON.number("1e400").double == nil)
        #expect(JSON.string("3").int == nil)
        #expect(JSON.string("3").double == nil)
        #expect(JSON.bool(true).int == nil)
        #expect(JSON.int(1).bool == nil)
        #expect(JSON.null.string == nil)
    }

    @Test func makesNumbersOfDoubles() {
        #expect(JSON(3.0 as Double) == .int(3))
        #expect(JSON(9_007_199_254_740_992.0 as Double) == .int(9_007_199_254_740_992))
        #expect(JSON(1e300 as Double) == .number("1e+300"))
        #expect(JSON(0.1 as Double) == .number("0.1"))
        #expect(JSON(-0.0 as Double) == .number("-0.0"))
        #expect(JSON(Double.nan) == .null)
        #expect(JSON(Double.infinity) == .null)
        #expect((1.5 as JSON) == .number("1.5"))
    }

    @Test func findsEveryLengthOfInteger() throws {
        var value: Int64 = 1
        for _ in 0..<18 {
            for near in [value - 1, value, value + 1, -value, -value - 1] {
                #expect(JSON.int(near).text == String(near))
                #expect(try JSON(parsing: String(near)) == .int(near))
            }
            value *= 10
        }
    }
}
