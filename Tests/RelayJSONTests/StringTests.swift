import RelayJSON
import Testing

@Suite struct StringTests {
    @Test(arguments: [
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
        (#""\u0041\u00e9\u20AC""#, "Aé€"),
        (#""\ud83d\ude00""#, "😀"),
        (#""\uD83D\uDE00x""#, "😀x"),
        (#""a\u0000b""#, "a\u{0}b"),
        (#""\u0000""#, "\u{0}"),
        ("\"é€😀\"", "é€😀"),
        (#""\\""#, "\\"),
        (#""\\\"""#, "\\\""),
        ("\"\u{7F}\u{2028}\u{FFFF}\u{10FFFF}\"", "\u{7F}\u{2028}\u{FFFF}\u{10FFFF}"),
        (#""  spaces  ""#, "  spaces  "),
        (#""{[,:]}""#, "{[,:]}"),
    ])
    func readsStrings(text: String, value: String) throws {
        #expect(try JSON(parsing: text) == .string(value))
        #expect(try JSON(parsing: "{\(text): [\(text) ]}") == [value: [.string(value)]])
    }

    @Test(arguments: [
        (#""\ud83d""#, "\u{FFFD}"), (#""\ude00""#, "\u{FFFD}"), (#""a\ud83d b""#, "a\u{FFFD} b"),
        (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"), (#""\ud83d\u0041""#, "\u{FFFD}A"),
        (#""\ude00\ud83d""#, "\u{FFFD}\u{FFFD}"),
        (#""\ud83d\n""#, "\u{FFFD}\n"), (#""\ud83dude00""#, "\u{FFFD}ude00"),
    ])
    func replacesHalfASurrogatePair(text: String, value: String) throws {
        #expect(try JSON(parsing: text) == .string(value))
    }

    @Test(arguments: [
        #""\x""#, #""\u""#, #""\u12""#, #""\u12g4""#, #""\U0041""#, #""\ ""#, #""\'""#, #""\ud83d\u12""#, #""\0""#,
        #""\a""#,
        "\"\\\n\"", "\"a\tb\"", "\"\u{1F}\"", "\"\\u00e\"", "\"\\",
    ])
    func refusesWrongEscapesAndControlCharacters(text: String) {
        for document in [text, "[\(text)]", "{\(text):1}"] {
            #expect(#expect(throws: JSONError.self) { try JSON(parsing: document) }?.code == .malformed)
        }
    }

    @Test(
        arguments: [
            [0x80], [0xFF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE2, 0x82], [0xE0, 0x9F, 0xBF],
            [0xED, 0xA0, 0x80],
            [0xED, 0xBF, 0xBF], [0xF0, 0x9F, 0x98], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xFE],
        ] as [[UInt8]])
    func refusesInvalidUTF8WithItsPlace(bytes: [UInt8]) {
        for padding in [0, 1, 61, 200] {
            let start = Array("[\"é".utf8) + [UInt8](repeating: 0x20, count: padding)
            let error = #expect(throws: JSONError.self) { try JSON(parsing: start + bytes + Array("\"]".utf8)) }
            #expect(error?.code == .invalidUTF8)
            #expect(error?.byteOffset == start.count)
        }
    }

    @Test func writesWithNothingEscapedThatNeedNotBe() throws {
        #expect(JSON.string("a\"b\\c/d\u{7F}é😀").text == #""a\"b\\c/d"# + "\u{7F}é😀\"")
        #expect(JSON.string("\u{0}\u{1}\u{8}\t\n\u{B}\u{C}\r\u{1F}").text == #""\u0000\u0001\b\t\n\u000b\f\r\u001f""#)
        #expect(JSON.object(["a\n\"": 1]).text == #"{"a\n\"":1}"#)
    }

    @Test func writesAnEscapeAtEveryPlace() throws {
        for length in 0..<40 {
            for place in 0..<max(length, 1) {
                for special in ["\"", "\\", "\n", "\u{1F}", " ", "!", "é", "]", "\u{7F}"] {
                    var scalars = Array(repeating: "x", count: length)
                    if length > 0 { scalars[place] = special }
                    let value = JSON.string(scalars.joined())
                    #expect(try JSON(parsing: value.bytes) == value)
                }
            }
        }
    }

    @Test func comparesBytesAndNotCanonicalForms() throws {
        let composed = "\u{E9}"
        let decomposed = "e\u{301}"
        #expect(JSON.string(composed) != .string(decomposed))
        let json = try JSON(parsing: "{\"\(composed)\":1,\"\(decomposed)\":2}")
        #expect(json[composed] == 1)
        #expect(json[decomposed] == 2)
        #expect(json.object?.count == 2)
    }
}
