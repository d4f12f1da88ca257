import RelayJSON
import Testing

@Suite struct WriteTests {
    @Test func appendsToWhatIsThere() {
        var bytes = Array("data: ".utf8)
        JSON.array([1, "é"]).write(into: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "data: [1,\"é\"]")
    }

    @Test func writesPrettyText() {
        let json: JSON = ["a": 1, "b": [true, ["c": nil]], "empty": [:], "none": []]
        #expect(
            json.prettyText == """
                {
                  "a": 1,
                  "b": [
                    true,
                    {
                      "c": null
                    }
                  ],
                  "empty": {},
                  "none": []
                }
                """
        )
        #expect(JSON.string("x").prettyText == "\"x\"")
    }

    @Test func growsItsBuffer() throws {
        for size in [4085, 4090, 4095, 4096, 4097, 9000, 100_000] {
            let json: JSON = [
                .string(String(repeating: "a", count: size)), .string(String(repeating: "\u{1}", count: size)), 1,
            ]
            #expect(try JSON(parsing: json.bytes) == json)
            let many = JSON.array(Array(repeating: .array([]), count: size))
            #expect(many.bytes.count == size * 3 + 1)
            #expect(try JSON(parsing: JSON.array(Array(repeating: .int(.min), count: size)).bytes).array?.count == size)
        }
    }
}
