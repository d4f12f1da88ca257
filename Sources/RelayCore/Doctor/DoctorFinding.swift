/// What a look at the outside world has found about one thing of the configuration.
package struct DoctorFinding: Sendable, Hashable {
    package enum Severity: String, Sendable, CaseIterable {
        /// As it should be.
        case good = "ok"
        /// Information; nothing needs to be done.
        case note
        /// It works, but probably not as intended.
        case warning
        /// It does not work.
        case problem
        /// It did not work and was repaired.
        case fixed
    }

    package let severity: Severity
    /// What was found, for people. It holds no key, token, number or query.
    package let what: String
    /// What to do about it; nil: nothing.
    package let fix: String?

    package init(_ severity: Severity, _ what: String, fix: String? = nil) {
        self.severity = severity
        self.what = what
        self.fix = fix
    }
}
