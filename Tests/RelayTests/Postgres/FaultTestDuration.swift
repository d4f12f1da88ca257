import Foundation

/// How long the tests with faults run. `make faults-postgres` sets it; otherwise each has a short form.
enum FaultTestDuration {
    /// Nil: the short form.
    static let seconds = number("ZAPHUB_FAULT_SECONDS") as Int?

    /// A number of the environment.
    static func number<Value: FixedWidthInteger>(_ variable: String) -> Value? {
        ProcessInfo.processInfo.environment[variable].flatMap { Value($0) }
    }
}
