import RelayJSON
import Testing

@Suite struct ObjectTests {
    @Test func setsReplacesAndRemoves() {
        var object: JSONObject = ["a": 1, "b": 2, "c": 3]
        object["b"] = "two"
        object["d"] = 4
        object["a"] = nil
        object["x"] = nil
        #expect(object.map(\.key) == ["b", "c", "d"])
        #expect(object["b"] == "two")
        #expect(object.removeValue(forKey: "c") == 3)
        #expect(object.removeValue(forKey: "c") == nil)
        #expect(object.contains("d") && !object.contains("c"))
        #expect(object.count == 2 && !object.isEmpty)
        object.append("e", nil)
        #expect(object.keys == ["b", "d", "e"])
        #expect(object.values == ["two", 4, nil])
        #expect(object[2].key == "e")
        #expect(JSONObject().isEmpty)
    }

    @Test func leavesCopiesAlone() {
        let before: JSONObject = ["a": ["b": 1]]
        var after = before
        after["a"]?["b"] = 2
        #expect(before["a"]?["b"] == 1)
        #expect(after["a"]?["b"] == 2)
    }

    @Test func setsMembersThroughNestedValues() {
        var json: JSON = ["a": ["b": ["c": 1]]]
        json["a"]?["b"]?["d"] = 2
        json["a"]?["b"]?["c"] = nil
        json["new"] = [1]
        #expect(json == ["a": ["b": ["d": 2]], "new": [1]])
        var text: JSON = "x"
        text["a"] = 1
        #expect(text == "x")
        #expect(text["a"] == nil && text[0] == nil)
        #expect(([1, 2] as JSON)[2] == nil && ([1, 2] as JSON)[-1] == nil)
    }

    @Test func equalsInAnyOrder() {
        let a: JSON = ["x": 1, "y": [["p": 1, "q": 2]]]
        let b: JSON = ["y": [["q": 2, "p": 1]], "x": 1]
        #expect(a == b)
        #expect(a.hashValue == b.hashValue)
        #expect(Set([a, b]).count == 1)
        #expect(a != ["x": 1, "y": [["p": 1, "q": 3]]])
        #expect(a != ["x": 1])
        #expect((["a": nil] as JSON) != (["b": nil] as JSON))
    }

    @Test func comparesLargeObjectsInAnyOrder() {
        let members = (0..<20_000).map { ("key\($0)", JSON.int($0)) }
        let a = JSONObject(members)
        var b = JSONObject(members.reversed())
        #expect(a == b)
        #expect(a.hashValue == b.hashValue)
        b["key77"] = "other"
        #expect(a != b)
    }

    @Test func takesLiterals() {
        let name = "Ana"
        let json: JSON = [
            "n": nil, "b": true, "i": 1, "f": 1.5, "s": "x", "t": "hi \(name)", "a": [1, "2", nil], "o": [:],
        ]
        #expect(json.text == #"{"n":null,"b":true,"i":1,"f":1.5,"s":"x","t":"hi Ana","a":[1,"2",null],"o":{}}"#)
        #expect((["a": 1, "b": 2, "a": 3] as JSONObject) == ["a": 3, "b": 2])
        #expect("\(json)" == json.text)
    }
}
