import RelayCore
import RelayJQ
import Testing

@testable import RelayConfig

/// Conclusions about programs without running them.
@Suite struct SymbolicConditionTests {
    private static func condition(_ program: String) throws -> SymbolicCondition {
        var reader = SymbolicConditionBuilder(epoch: "", keepsType: true)
        return reader.condition(try JQProgram(program))
    }

    private static let everything = PossibleEventTypes.everything
    private static let known = PossibleEventTypes(types: EventType.all.map(\.name), isOpen: false)

    @Test(arguments: [
        #".event == "message.read" and .event == "message.sent""#,
        #".event == "message.read" and (.event == "message.read" | not)"#,
        #"(.event | startswith("message.")) and (.event | startswith("call."))"#,
        #".event | IN("message.read", "message.sent") and startswith("session.")"#,
        #".sessionId == "a" and .sessionId == "b""#,
        #"."sessionId" == "a" and .["sessionId"] != "a""#,
        #".payload.type == "text" and (.payload.type | endswith("e"))"#,
        ".payload.isGroup and (.payload.isGroup | not)",
        ".payload.n == 1 and .payload.n == 2",
        #"(.payload.text | test("a")) and (.payload.text | test("a") | not)"#,
        "false or null",
        #""a" == "b""#,
        ".event == \"message.read\" # only these\n and (.event) == \"message.sent\"",
        #".event == "message.r\u0065ad" and .event != "message.read""#,
        #"(.payload.text|test("a"; "i")) and ( ( .payload.text | test("a" ; "i") ) | not)"#,
        "([.payload.items[]] == []) and ([ .payload.items[] ] == [] | not)",
        #"(.payload | .type == "text") and .payload.type == "image""#,
    ])
    func theseAreTrueOfNothing(program: String) throws {
        #expect(try !Self.condition(program).isPossible(in: Self.everything))
    }

    @Test(arguments: [
        #".event == "message.read" or .event == "message.sent""#,
        #".event == "a type of one's own""#,
        #"(.event | startswith("mess")) and (.event | startswith("message."))"#,
        #"(.payload.text | startswith("a")) and (.payload.text | endswith("b"))"#,
        ".payload.isGroup and .payload.isgroup == null",
        #".payload.items[] == 1 and .payload.items[] == 2"#,
        #"(.payload | .a, .b) == 1 and .payload.a == 2"#,
        #".event as $e | $e == "x" and $e == "y""#,
        #"(.event | ltrimstr("message.")) == "read" and (.event | ltrimstr("message.")) == "sent""#,
        ".a // false",
        "if .payload.isGroup then false else false end",
        ".payload.a + 1 == 2 and .payload.a + 1 == 3",
        "select(.a) and (select(.a) | not)",
        ".a? and (.a? | not)",
        #"".event == \"x\"""#,
        ".payload.n == 1 and .payload.n < 1",
        "def not: .; .payload.a and (.payload.a | not)",
        "def f: empty; f and (f | not)",
        "[def length: empty; .a | length] == [] and ([.a | length] == [] | not)",
        ".n == 9007199254740993 and .n == 9007199254740992",
    ])
    func ofTheseItIsNotKnown(program: String) throws {
        #expect(try Self.condition(program).isPossible(in: Self.everything))
    }

    @Test func whatASourceCannotMakeIsNotPossibleThere() throws {
        let condition = try Self.condition(#".event == "order.created""#)
        #expect(condition.isPossible(in: Self.everything))
        #expect(!condition.isPossible(in: Self.known))
        #expect(
            try Self.condition(#".event | startswith("session.")"#).possibleTypes(in: Self.known)
                == ["session.qr_updated", "session.connected", "session.disconnected"])
    }

    @Test func whatStagesMayHaveChangedIsAnotherValue() throws {
        var before = SymbolicConditionBuilder(epoch: "", keepsType: true)
        var after = SymbolicConditionBuilder(epoch: "default 1 ", keepsType: true)
        let name = SymbolicCondition.both(
            before.condition(try JQProgram(".payload.chatName | not")),
            after.condition(try JQProgram(".payload.chatName")))
        #expect(name.isPossible(in: Self.everything))
        let session = SymbolicCondition.both(
            before.condition(try JQProgram(#".sessionId == "a""#)),
            after.condition(try JQProgram(#".sessionId == "b""#)))
        #expect(!session.isPossible(in: Self.everything))
    }

    @Test func tooMuchToTryIsPossible() throws {
        // Nine pigeons in eight holes.
        let pigeons = (0..<9).map { ".p\($0)" }
        let holes = 0..<8
        let housed = pigeons.map { pigeon in
            "(" + holes.map { "\(pigeon) == \($0)" }.joined(separator: " or ") + ")"
        }
        let alone = pigeons.indices.flatMap { a in
            pigeons[(a + 1)...].flatMap { b in
                holes.map { "((\(pigeons[a]) == \($0) and \(b) == \($0)) | not)" }
            }
        }
        let parts = housed.reduce(SymbolicCondition.always) { result, part in
            (try? Self.condition(part)).map { .both(result, $0) } ?? result
        }
        let condition = alone.reduce(parts) { result, part in
            (try? Self.condition(part)).map { .both(result, $0) } ?? result
        }
        #expect(condition.isPossible(in: Self.everything))
    }

    /// What decides a condition is found whatever else it asks for.
    @Test func aConditionOnManyValuesIsDecided() throws {
        let program = (0..<40).map { ".a\($0)" }.joined(separator: " and ") + " and (.a0 | not)"
        #expect(try !Self.condition(program).isPossible(in: Self.everything))
    }

    @Test func aDeeplyNestedProgramIsNotAnalyzed() throws {
        let program = String(repeating: "[", count: 300) + ".a" + String(repeating: "]", count: 300) + " and false"
        #expect(try Self.condition(program).isPossible(in: Self.everything))
    }

    @Test func typesAreFoundWithTheirPlaces() throws {
        var reader = SymbolicConditionBuilder(epoch: "", keepsType: true)
        _ = reader.condition(
            try JQProgram(#".event == "a" or "b" != .event or (.event | IN("c", "d")) or .payload.event == "e""#))
        #expect(reader.types.map(\.name) == ["a", "b", "c", "d"])
        #expect(reader.types.map(\.offset) == [10, 17, 47, 52])
    }
}
