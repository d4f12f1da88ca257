import RelayJSON
import Testing

@Suite struct ParseTests {
    @Test func readsEveryKind() throws {
        let json = try JSON(parsing: #" {"a":null,"b":[true,false,1,-2.5,"x",{}],"c":{"d":[]}} "#)
        #expect(json == ["a": nil, "b": [true, false, 1, -2.5, "x", [:]], "c": ["d": []]])
        #expect(json["b"]?[3] == .number("-2.5"))
        #expect(json["c"]?["d"]?.array?.isEmpty == true)
        #expect(json["a"]?.isNull == true)
    }

    @Test(
        arguments: [
            ("null", JSON.null), ("true", true), ("false", false), ("0", 0), (#""""#, ""), ("[]", []), ("{}", [:]),
            ("\t\r\n 7 \n", 7), ("[[[[]]]]", [[[[]]]]), ("[ ]", []), ("{ }", [:]), ("[1,\n2]", [1, 2]),
        ] as [(String, JSON)])
    func acceptsAnyValueAsDocument(text: String, value: JSON) throws {
        #expect(try JSON(parsing: text) == value)
    }

    @Test func keepsTheOrderOfMembers() throws {
        let json = try JSON(parsing: #"{"z":1,"a":2,"m":{"y":1,"b":2}}"#)
        #expect(json.object?.keys == ["z", "a", "m"])
        #expect(json.text == #"{"z":1,"a":2,"m":{"y":1,"b":2}}"#)
    }

    @Test(arguments: [
        "[", "]", "{", "}", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1,,2]", "[1}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#,
        #"{"a" 1}"#, "{a:1}", "{1:1}", #"{"a":1 "b":2}"#, #"{"a":1]"#, #"{,"a":1}"#, "'a'", "nul", "nulll", "True",
        "NaN",
        "Infinity", "-Infinity", "undefined", "1 2", "[] []", "{}{}", #""a" "b""#, #""a"b"#, #"1"a""#, #"true"a""#,
        "[1]x",
        "// c\n1", "/**/1", "[1]//", "1,", ":", ",", "\"", "\"\\\"", #"["a"#, "[\"a\nb\"]", "[\"\u{0}\"]", "[1\u{0}]",
        "\u{C}1",
        #"{"a":"b":1}"#, #"["a":1]"#, #"{"a":1:2}"#, "[\u{A0}1]", "tru", "fals", "[nul", "[true", "a", "*", "[*]",
        #"[""],"#, "[\"x\"y\"z\"]",
    ])
    func refusesWhatIsNoJSON(text: String) {
        let error = #expect(throws: JSONError.self) { try JSON(parsing: text) }
        #expect(error?.code == .malformed)
        #expect(error?.byteOffset != nil)
    }

    @Test(arguments: ["", " ", "\n\t\r "])
    func tellsEmptyDocumentsApart(text: String) {
        #expect(#expect(throws: JSONError.self) { try JSON(parsing: text) }?.code == .empty)
    }

    @Test func refusesAByteOrderMark() {
        let error = #expect(throws: JSONError.self) { try JSON(parsing: [0xEF, 0xBB, 0xBF] + Array("{}".utf8)) }
        #expect(error?.code == .malformed)
        #expect(error?.message.contains("byte order mark") == true)
    }

    @Test func readsASliceOfMemory() throws {
        let bytes = Array(#"xx{"a":1}yy"#.utf8)
        let json = try bytes.withUnsafeBufferPointer { try JSON(parsing: UnsafeBufferPointer(rebasing: $0[2..<9])) }
        #expect(json == ["a": 1])
    }

    @Test func readsDocumentsAroundTheSizeOfBlocks() throws {
        for count in 0..<300 {
            let text = String(repeating: "x", count: count)
            #expect(try JSON(parsing: "[\"\(text)\"]") == [.string(text)])
            #expect(try JSON(parsing: String(repeating: " ", count: count) + "[1]") == [1])
        }
    }

    @Test func readsALargeDocumentAndThenASmallOne() throws {
        let large = JSON.array((0..<200_000).map { ["id": .int($0), "text": "line \($0)"] })
        #expect(try JSON(parsing: large.bytes) == large)
        #expect(try JSON(parsing: "[1]") == [1])
    }
}

@Suite struct DepthTests {
    @Test func readsUpToTheLimit() throws {
        let text = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
        #expect(try JSON(parsing: text).text == text)
        #expect(try JSON(parsing: #"{"a":[1]}"#, maximumDepth: 2)["a"] == [1])
        #expect(try JSON(parsing: "1", maximumDepth: 0) == 1)
    }

    @Test(arguments: ["[", "{\"a\":", "[{\"a\":"])
    func refusesWhatIsDeeper(opening: String) {
        for depth in [129, 10_000, 1_000_000] {
            let text = String(repeating: opening, count: depth)
            #expect(#expect(throws: JSONError.self) { try JSON(parsing: text) }?.code == .tooDeep)
        }
    }

    @Test func neverGoesBeyondTheStack() {
        let text = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
        let error = #expect(throws: JSONError.self) { try JSON(parsing: text, maximumDepth: .max) }
        #expect(error?.code == .tooDeep)
        #expect(error?.message.contains("1024") == true)
    }

    @Test func tellsTheLimitAndThePlace() {
        let error = #expect(throws: JSONError.self) { try JSON(parsing: #"{"a":[0,[1]]}"#, maximumDepth: 2) }
        #expect(error?.pointer == "/a/1")
        #expect(error?.byteOffset == 8)
        #expect(error?.message.contains("more than 2 levels") == true)
    }
}
