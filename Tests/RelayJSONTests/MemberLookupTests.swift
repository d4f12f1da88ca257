import RelayJSON
import Testing

/// Members are found by their bytes, whatever their keys have in common, and others are not.
@Suite struct MemberLookupTests {
    /// Keys of all lengths, with the same and with other first bytes.
    private static let keys: [String] = (0..<40).flatMap { length in
        ["a", "k", "é", "🙏", "\u{1}"].map { String(($0 + String(repeating: "x", count: 40)).prefix(length)) }
    }

    @Test func everyMemberIsFoundAndNoOther() throws {
        let keys = Array(Set(Self.keys)).sorted()
        for start in stride(from: 0, to: keys.count, by: 7) {
            let present = keys[start..<min(start + 7, keys.count)]
            var object = JSONObject()
            for key in present { object.append(key, .string(key)) }
            let parsed = try #require(try JSON(parsing: JSON.object(object).bytes).object)
            for key in keys {
                let expected: JSON? = present.contains(key) ? .string(key) : nil
                #expect(object[key] == expected)
                #expect(parsed[key] == expected)
                #expect(JSON.object(parsed).value(at: [key]).value == expected ?? .null)
            }
        }
    }

    /// A key that was not read as it is written: half of a surrogate pair becomes U+FFFD.
    @Test func keysAreFoundAsTheyAreRead() throws {
        let object = try #require(try JSON(parsing: #"{"\ud83d":1,"\u0061b":2,"":3}"#).object)
        for (key, value) in object { #expect(object[key] == value) }
        #expect(object["ab"] == 2)
        #expect(object[""] == 3)
        #expect(object.keys.count == 3)
    }

    @Test func changesKeepMembersFindable() {
        var object: JSONObject = ["first": 1, "second": 2]
        object.removeValue(forKey: "first")
        #expect(object["first"] == nil)
        object["first"] = 3
        #expect(object["first"] == 3)
        object.update("third") { $0 = 4 }
        object.update("second") { $0 = nil }
        #expect(object["third"] == 4)
        #expect(object["second"] == nil)
        let many = JSONObject((0..<100).map { ("key \($0)", JSON.int(Int64($0))) })
        #expect((0..<100).allSatisfy { many["key \($0)"] == .int(Int64($0)) })
    }

    /// A character that needs an escape, at every place of texts of every length.
    @Test func textsAreEscapedAtEveryPlace() throws {
        for length in 0..<40 {
            let plain = String(repeating: "y", count: length)
            #expect(JSON.string(plain).text == "\"\(plain)\"")
            for place in 0..<length {
                for (character, escape) in [("\"", "\\\""), ("\\", "\\\\"), ("\n", "\\n"), ("\u{1}", "\\u0001")] {
                    let before = String(repeating: "y", count: place)
                    let after = String(repeating: "é", count: length - place - 1)
                    #expect(JSON.string(before + character + after).text == "\"\(before)\(escape)\(after)\"")
                }
            }
        }
    }

    @Test func theEncoderWritesWhatTheObjectWouldBe() {
        let members: [(String, JSON)] = [
            ("a", 1), ("b \"c\"", ["d": [nil, true]]), ("é", .string(String(repeating: "z", count: 9000))),
        ]
        var encoder = JSONObjectEncoder()
        let none = encoder.bytes
        #expect(none.isEmpty)
        var object = JSONObject()
        for (key, value) in members {
            encoder.append(key, value)
            object.append(key, value)
            let bytes = encoder.bytes
            #expect(bytes + [UInt8(ascii: "}")] == JSON.object(object).bytes)
        }
    }
}
