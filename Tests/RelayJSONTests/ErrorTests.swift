import RelayJSON
import Testing

@Suite struct ErrorTests {
    private func error(_ text: String) -> JSONError? {
        #expect(throws: JSONError.self) { try JSON(parsing: text) }
    }

    @Test func saysWhatIsWrongAndWhere() {
        #expect(
            error("{\"a\": 1,\n \"b\" 2}")?.message
                == "expected `:` after a key, found `2` at line 2, column 6 (byte 14), in /b")
        #expect(error("[1, x]")?.message == "expected a value, found `x` at line 1, column 5 (byte 4), in /1")
        #expect(error("[\"é\", é]")?.message == "expected a value, found `é` at line 1, column 7 (byte 7), in /1")
        #expect(error("\"a\u{1}\"")?.message.contains("control character 0x01") == true)
    }

    @Test(arguments: [
        (#"{"a":{"b":[1,{"c":tru}]}}"#, "/a/b/1/c", 18),
        (#"{"a/b":{"m~n":01}}"#, "/a~1b/m~0n", 14),
        (#"{"":[}"#, "//0", 5),
        (#"[1,2,3"#, "", 6),
        (#"{"a":[1}"#, "/a", 7),
        (#"{"a":1,"b":2"#, "", 12),
        ("{\"a\\n\":[0,-]}", "/a\n/1", 11),
    ])
    func pointsAtTheValue(text: String, pointer: String, offset: Int) {
        #expect(error(text)?.pointer == pointer)
        #expect(error(text)?.byteOffset == offset)
    }

    @Test func pointsAtTheOpeningQuote() {
        #expect(error(#"{"a":"b\"}"#)?.byteOffset == 5)
        #expect(error(#"{"a":"b\"}"#)?.message.contains("no closing quote") == true)
    }

    @Test(arguments: [
        (#"{"a":1,"a":2}"#, "/a", 7), (#"{"x":[{"k":1,"l":2,"k":3}]}"#, "/x/0/k", 19), (#"{"":0,"":0}"#, "/", 6),
        (#"{"a":1,"\u0061":2}"#, "/a", 7), (#"{"a":{"b":1,"c":{"b":1},"b":2}}"#, "/a/b", 24),
    ])
    func refusesTheSameKeyTwice(text: String, pointer: String, offset: Int) {
        let error = error(text)
        #expect(error?.code == .duplicateKey)
        #expect(error?.pointer == pointer)
        #expect(error?.byteOffset == offset)
    }

    @Test func acceptsTheSameKeyInOtherObjects() throws {
        let json = try JSON(parsing: #"{"a":{"a":{"a":1}},"b":{"a":1},"c":[{"a":1},{"a":2}]}"#)
        #expect(json["c"]?[1]?["a"] == 2)
    }

    @Test(arguments: [2, 23, 24, 25, 26, 100, 5000])
    func findsTheSameKeyInObjectsOfAnySize(count: Int) throws {
        let keys = (0..<count).map { "key\($0 * 7919 % 100_003)" }
        let members = keys.map { "\"\($0)\":{\"x\":1}" }
        #expect(try JSON(parsing: "{\(members.joined(separator: ","))}").object?.keys == keys)
        for twice in [0, count / 2, count - 1] {
            let error = error("[{\((members + [members[twice]]).joined(separator: ","))}]")
            #expect(error?.code == .duplicateKey)
            #expect(error?.pointer == "/0/\(keys[twice])")
        }
    }

    @Test func tellsDistinctErrorsApartByValue() {
        #expect(error("[") == error("["))
        #expect(error("[") != error("[1"))
        #expect(error("[")?.description == error("[")?.message)
    }
}
