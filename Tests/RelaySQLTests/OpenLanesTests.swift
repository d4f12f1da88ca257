import RelayCore
import RelayTesting
import Testing

@testable import RelaySQL

/// What the writer knows of lanes without a look at the store.
struct OpenLanesTests {
    @Test func aLaneIsEmptyAfterItsOnlyDelivery() {
        var lanes = OpenLanes()
        #expect(!lanes.isEmpty("l", of: "crm"), "nothing is known of it")
        lanes.add(1, to: "l", of: "crm", isFirst: true)
        #expect(!lanes.isEmpty("l", of: "crm"))
        let afterUnknown = lanes.finish(2, in: "m", of: "crm")
        #expect(!afterUnknown)
        let afterOnly = lanes.finish(1, in: "l", of: "crm")
        #expect(afterOnly)
        #expect(lanes.isEmpty("l", of: "crm") && !lanes.isEmpty("l", of: "erp"))
    }

    @Test func withTwoDeliveriesNothingIsKnown() {
        var lanes = OpenLanes()
        lanes.add(1, to: "l", of: "crm", isFirst: true)
        lanes.add(2, to: "l", of: "crm", isFirst: false)
        let afterFirst = lanes.finish(1, in: "l", of: "crm")
        #expect(!afterFirst)
        let afterSecond = lanes.finish(2, in: "l", of: "crm")
        #expect(!afterSecond)
        #expect(!lanes.isEmpty("l", of: "crm"))
    }

    @Test func whatHasChangedIsForgotten() {
        var lanes = OpenLanes()
        lanes.add(1, to: "l", of: "crm", isFirst: true)
        lanes.forget("l", of: "crm")
        let afterChange = lanes.finish(1, in: "l", of: "crm")
        #expect(!afterChange)
        lanes.claim(3, at: OpenLanes.Position(destination: "crm", lane: "l"))
        let claim = lanes.takeClaim(3)
        #expect(claim?.lane == "l")
        let again = lanes.takeClaim(3)
        #expect(again == nil)
    }
}
