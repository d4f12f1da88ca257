/// The version of zaphub.
package enum RelayVersion {
    /// As `zaphub --version` prints it.
    package static let current = "0.1.0"
}
