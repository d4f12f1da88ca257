import Foundation
import RelayChatwoot
import RelayJSON
import Testing

/// The text that agents see for every kind of message and event; `Golden/kinds.json` has one of each, by name.
struct KindTests {
    @Test(arguments: [
        ("kinds-en", ""), ("kinds-pt-BR", "language: pt-BR\nutc_offset: \"-03:00\"\ngroup_changes: note"),
    ])
    func everyKindLooksAsItDid(_ name: String, _ options: String) throws {
        let file = Golden.folder.appendingPathComponent("kinds.json")
        let kinds = try JSON(parsing: Array(Data(contentsOf: file))).array ?? []
        var plans = JSONObject()
        for kind in kinds {
            let event = try #require(kind["event"]?.string)
            let name = try #require(kind["name"]?.string)
            plans[name] = try plan(event, payload(kind["payload"]?.object ?? [:]), options: options).json
        }
        try #require(plans.count == kinds.count && plans.count > 70)
        try Golden.check(plans, name)
    }
}
