package import RelayCore

extension DoctorFinding {
    /// A host that no connection comes to.
    package init(unreached place: String, _ failure: HTTPClientError) {
        let fix =
            switch failure.code {
            case .dns: "check the name in url: and this machine's DNS"
            case .connect: "start it, or let this machine through its firewall; check host and port in url:"
            case .tls:
                "it needs a certificate for this name, from an authority that this machine trusts; check also that "
                    + "url: does not have https where the port speaks http"
            case .timeout: "a firewall drops the packets, or it is overloaded; `timeout` is how long is waited"
            case .reset, .protocolError: "check that the port in url: speaks http, or https where url: has https"
            case .blockedAddress: "add its address to egress.allow if it is meant"
            case .localShortage: "raise the limit of open files of this machine"
            case .tooLarge, .invalidRequest, .cancelled, .other: "check url:"
            }
        self.init(.problem, "\(place) is not reached: \(failure.message)", fix: fix)
    }
}
