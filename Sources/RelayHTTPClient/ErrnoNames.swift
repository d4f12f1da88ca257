import Glibc

/// The system's text for an error number.
func errnoText(_ code: Int32) -> String { strerror(code).map { String(cString: $0) } ?? "error \(code)" }

/// The symbol of an error number that networking and files can give, e.g. `ECONNREFUSED`; nil for 0.
func errnoName(_ code: Int32) -> String? {
    switch code {
    case 0: nil
    case ECONNREFUSED: "ECONNREFUSED"
    case ECONNRESET: "ECONNRESET"
    case ECONNABORTED: "ECONNABORTED"
    case EPIPE: "EPIPE"
    case ETIMEDOUT: "ETIMEDOUT"
    case EHOSTUNREACH: "EHOSTUNREACH"
    case EHOSTDOWN: "EHOSTDOWN"
    case ENETUNREACH: "ENETUNREACH"
    case ENETDOWN: "ENETDOWN"
    case EADDRNOTAVAIL: "EADDRNOTAVAIL"
    case EACCES: "EACCES"
    case EPERM: "EPERM"
    case EMFILE: "EMFILE"
    case ENFILE: "ENFILE"
    case ENOBUFS: "ENOBUFS"
    case ENOMEM: "ENOMEM"
    case ENOENT: "ENOENT"
    case EIO: "EIO"
    case EAFNOSUPPORT: "EAFNOSUPPORT"
    default: "errno \(code)"
    }
}
