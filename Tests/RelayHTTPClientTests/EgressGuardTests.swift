import RelayHTTPClient
import Testing

struct EgressGuardTests {
    private func isAllowed(
        _ address: String,
        by rules: EgressGuard,
        port: Int = 443,
        host: String = "example.com"
    ) throws -> Bool {
        try rules.decision(address: #require(IPAddress(address)), port: port, host: host) == .allowed
    }

    @Test(arguments: AddressVectors.denied)
    func addressesThatAreNotPublicAreDenied(address: String) throws {
        #expect(try !isAllowed(address, by: EgressGuard()))
    }

    @Test(arguments: AddressVectors.allowed)
    func publicAddressesAreAllowed(address: String) throws {
        #expect(try isAllowed(address, by: EgressGuard()))
    }

    @Test func theVectorsAreAllThere() {
        #expect(AddressVectors.denied.count + AddressVectors.allowed.count == 104)
    }

    @Test func entriesOpenJustWhatTheyName() throws {
        let address = try EgressGuard(allow: ["10.0.0.5"])
        #expect(try isAllowed("10.0.0.5", by: address, port: 9))
        #expect(try isAllowed("::ffff:10.0.0.5", by: address))
        #expect(try !isAllowed("10.0.0.6", by: address))

        let withPort = try EgressGuard(allow: ["10.0.0.5:8080", "[fd00::5]:8080"])
        #expect(try isAllowed("10.0.0.5", by: withPort, port: 8080))
        #expect(try !isAllowed("10.0.0.5", by: withPort, port: 8081))
        #expect(try isAllowed("fd00::5", by: withPort, port: 8080))
        #expect(try !isAllowed("fd00::5", by: withPort, port: 80))

        let network = try EgressGuard(allow: ["10.0.0.0/8", "fd00::/8"])
        #expect(try isAllowed("10.255.0.1", by: network))
        #expect(try isAllowed("fd12::1", by: network))
        #expect(try !isAllowed("192.168.0.1", by: network))

        let mapped = try EgressGuard(allow: ["::ffff:10.0.0.0/104"])
        #expect(try isAllowed("10.1.1.1", by: mapped))
        #expect(try !isAllowed("192.168.0.1", by: mapped))
    }

    @Test func hostEntriesOpenWhateverTheHostResolvesTo() throws {
        let rules = try EgressGuard(allow: ["Chatwoot:3000", "n8n"])
        #expect(try isAllowed("172.18.0.4", by: rules, port: 3000, host: "chatwoot"))
        #expect(try isAllowed("172.18.0.4", by: rules, port: 3000, host: "CHATWOOT."))
        #expect(try !isAllowed("172.18.0.4", by: rules, port: 3001, host: "chatwoot"))
        #expect(try isAllowed("fd00::1", by: rules, port: 5678, host: "n8n"))
        #expect(try !isAllowed("172.18.0.4", by: rules, port: 3000, host: "other"))
    }

    @Test(arguments: [
        "169.254.169.254", "169.254.170.2", "fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "192.0.0.192",
        "168.63.129.16", "64:ff9b::a9fe:a9fe", "::ffff:169.254.169.254",
    ])
    func metadataOpensOnlyWhenWrittenAsAnAddress(address: String) throws {
        let wide = try EgressGuard(allow: ["0.0.0.0/0", "::/0", "169.254.0.0/16", "metadata.example"])
        #expect(try !isAllowed(address, by: wide, host: "metadata.example"))
        #expect(try isAllowed(address, by: EgressGuard(allow: [address])))
        #expect(try !isAllowed(address, by: EgressGuard(allow: ["1.2.3.4"])))
    }

    @Test func ownListenerIsDeniedEvenWhenAllowed() throws {
        let rules = try EgressGuard(allow: ["127.0.0.1"], denyListen: [("127.0.0.1", 3000)])
        #expect(try !isAllowed("127.0.0.1", by: rules, port: 3000))
        #expect(try !isAllowed("::ffff:127.0.0.1", by: rules, port: 3000))
        #expect(try isAllowed("127.0.0.1", by: rules, port: 3001))

        let wildcard = try EgressGuard(allow: ["127.0.0.0/8", "::1", "0.0.0.0"], denyListen: [("0.0.0.0", 3000)])
        for address in ["127.0.0.1", "127.9.9.9", "::1", "0.0.0.0"] {
            #expect(try !isAllowed(address, by: wildcard, port: 3000), "\(address)")
        }
    }

    @Test func nat64IsJudgedByTheAddressInside() throws {
        let rules = try EgressGuard(nat64: true)
        #expect(try isAllowed("64:ff9b::808:808", by: rules))
        #expect(try !isAllowed("64:ff9b::7f00:1", by: rules))
        #expect(try !isAllowed("64:ff9b:1::808:808", by: rules))
    }

    @Test func portsCanBeLimited() throws {
        let rules = try EgressGuard(allow: ["10.0.0.5", "hooks.example.com:9000"], ports: .common)
        #expect(try isAllowed("1.1.1.1", by: rules, port: 8443))
        #expect(try !isAllowed("1.1.1.1", by: rules, port: 22))
        #expect(try isAllowed("10.0.0.5", by: rules, port: 22))
        #expect(try isAllowed("1.1.1.1", by: rules, port: 9000, host: "hooks.example.com"))
        #expect(try isAllowed("1.1.1.1", by: EgressGuard(), port: 22))
    }

    @Test func aDenialSaysWhatToAdd() throws {
        let rules = try EgressGuard()
        let address = try #require(IPAddress("10.0.0.5"))
        #expect(
            rules.decision(address: address, port: 3000, host: "crm.corp.example")
                == .denied(
                    reason: "10.0.0.5 (the IP address of crm.corp.example) is a private network (10.0.0.0/8), where "
                        + "deliveries may not go; if it is meant, add \"crm.corp.example:3000\" to egress.allow"
                )
        )
        #expect(
            try rules.decision(address: #require(IPAddress("::1")), port: 80, host: "::1")
                == .denied(
                    reason: "::1 is not a global IPv6 address, where deliveries may not go; "
                        + "if it is meant, add \"[::1]:80\" to egress.allow"
                )
        )
    }

    @Test(arguments: [
        ("", "is empty; write a host, an IP address or a network"),
        ("http://chatwoot:3000", "is a URL; write only its host and port, e.g. chatwoot:3000"),
        ("*", "is not a pattern; to allow every address write 0.0.0.0/0 and ::/0"),
        ("*.example.com", "has a wildcard, which stands for nothing; list each host, or a network such as 10.0.0.0/8"),
        ("10.0.0.5/8", "has bits beyond its prefix; write 10.0.0.0/8"),
        ("10.0.0.0/33", "needs a number from 0 to 32 after its slash, e.g. 10.0.0.0/32"),
        ("crm/8", "is not a network; write e.g. 10.0.0.0/8 or fd00::/8"),
        ("crm:99999", "needs a port from 1 to 65535, e.g. chatwoot:3000"),
        ("[10.0.0.1]:80", "has no IPv6 address between its brackets, e.g. [fd00::5]:8080"),
        ("[fd00::5]80", "has no port after its bracket, e.g. [fd00::5]:8080"),
        ("fd00::5:x", "is not an IPv6 address; with a port write it as [fd00::5]:8080"),
        ("a b", "has a space or a control character; remove it"),
        ("-bad-.com", "is not a host; write e.g. chatwoot, 10.0.0.5 or 10.0.0.0/8"),
        ("a..b", "is not a host; write e.g. chatwoot, 10.0.0.5 or 10.0.0.0/8"),
    ])
    func unreadableEntriesSayWhatToWrite(entry: String, message: String) throws {
        let error = #expect(throws: EgressGuard.ParseError.self) { try EgressGuard(allow: ["1.2.3.4", entry]) }
        #expect(error?.description == "egress.allow \"\(entry)\": \(message)")
    }
}
