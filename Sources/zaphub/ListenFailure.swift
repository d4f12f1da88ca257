import Glibc
import NIOCore

/// The error text for an address on which the process cannot listen; nil for any other error.
func listenFailure(_ error: any Error, address: String, remedy: String) -> String? {
    guard let error = error as? IOError else { return nil }
    switch error.errnoCode {
    case EADDRINUSE: return "error: \(address) is in use: stop what listens there, or \(remedy)"
    case EACCES: return "error: \(address) may not be listened on by this user: \(remedy)"
    case EADDRNOTAVAIL: return "error: \(address) is no address of this machine: \(remedy)"
    default: return "error: \(address) cannot be listened on: \(error)"
    }
}
