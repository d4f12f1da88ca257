import Glibc

/// How the process shares its file descriptors, so that receivers that hang cannot take those of the store and of
/// callers.
struct FileDescriptorBudget: Sendable, Equatable {
    let limit: Int

    /// For the store, logs, downloads and everything else that is no connection.
    static let reserve = 256
    /// More would only make the tables of the system larger.
    private static let most = 262_144

    init(limit: Int) {
        self.limit = limit
    }

    /// Raises the limit of the process as far as the system allows.
    static func raised() -> FileDescriptorBudget {
        var limits = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else {
            return FileDescriptorBudget(limit: 1024)
        }
        let wanted = min(limits.rlim_max, rlim_t(most))
        if limits.rlim_cur < wanted {
            let raised = rlimit(rlim_cur: wanted, rlim_max: limits.rlim_max)
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), [raised]) == 0 { limits = raised }
        }
        return FileDescriptorBudget(limit: Int(min(limits.rlim_cur, rlim_t(most))))
    }

    private var available: Int { max(6, limit - Self.reserve) }

    /// Connections of callers.
    var callers: Int { min(10_000, available / 3) }

    /// Idle connections to receivers.
    var idle: Int { min(1024, available / 6) }

    /// Requests under way to receivers.
    var requests: Int { available - callers - idle }
}
