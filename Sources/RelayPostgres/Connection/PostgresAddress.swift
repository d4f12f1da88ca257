internal import CPostgres

/// Where a PostgreSQL database is and how it is reached, as `store.url` says it:
/// `postgres://USER:PASSWORD@HOST:PORT/DATABASE?OPTION=VALUE`.
///
/// Everything that libpq knows can stand in it: several hosts with commas, `host=/run/postgresql` for a socket, and
/// options such as `target_session_attrs`. What is left out comes from libpq: the variables `PGUSER`, `PGPASSWORD` and
/// so on, the file `~/.pgpass`, and its defaults. So without `sslmode` a connection to a host uses TLS when the server
/// offers it, and the server's certificate is not checked (`prefer`); over networks that others use,
/// `sslmode=verify-full` checks it. Sockets never use TLS.
package struct PostgresAddress: Sendable, Hashable, CustomStringConvertible {
    /// The whole URL, with the password: only for libpq.
    let url: String
    /// The URL without the password and the options.
    package let description: String
    /// Whether a pooler in between gives each transaction another connection to the server.
    package let isPooledByTransaction: Bool

    /// - Throws: ``PostgresAddressError`` when libpq does not understand the URL, or when it is probably not what was
    ///   meant.
    package init(_ url: String, isPooledByTransaction: Bool = false) throws(PostgresAddressError) {
        guard url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") else {
            throw PostgresAddressError("it must begin with postgres:// or postgresql://")
        }
        guard !url.utf8.contains(0) else { throw PostgresAddressError("it has a NUL character; remove it") }
        let options = try Self.options(of: url)
        let hosts = options["host"] ?? options["hostaddr"] ?? ""
        // What libpq takes for the host or the database is then a part of the password.
        for host in hosts.split(separator: ",") where host.dropFirst().contains("@") {
            throw PostgresAddressError("the user or the password has an @ in it; write it as %40")
        }
        guard options["dbname"]?.contains("@") != true else {
            throw PostgresAddressError("the password has a / in it; write it as %2F")
        }
        for port in (options["port"] ?? "").split(separator: ",") where !(UInt16(port).map { $0 > 0 } ?? false) {
            throw PostgresAddressError(
                "the port is not a number from 1 to 65535; in a password, write / as %2F and @ as %40")
        }
        if let mode = options["sslmode"], !Self.sslModes.contains(mode) {
            throw PostgresAddressError("sslmode is none of \(Self.sslModes.joined(separator: ", "))")
        }
        self.url = url
        self.isPooledByTransaction = isPooledByTransaction
        description = Self.text(options, hosts)
    }

    private static let sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]

    /// What libpq reads from the URL. Its error messages quote parts of the URL, the password among them, so that only
    /// the words before the quotation are passed on.
    private static func options(of url: String) throws(PostgresAddressError) -> [String: String] {
        var message: UnsafeMutablePointer<CChar>?
        guard let list = PQconninfoParse(url, &message) else {
            let words = message.map { String(cString: $0) } ?? ""
            PQfreemem(message)
            let reason = words.prefix { $0 != "\"" && $0 != ":" }.split(separator: " ").joined(separator: " ")
            throw PostgresAddressError("libpq says: \(reason.isEmpty ? "it cannot be read" : reason)")
        }
        defer { PQconninfoFree(list) }
        var options: [String: String] = [:]
        var option = list
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { options[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return options
    }

    private static func text(_ options: [String: String], _ hosts: String) -> String {
        let user = options["user"].map { "\($0)@" } ?? ""
        let database = options["dbname"] ?? ""
        if hosts.hasPrefix("/") || hosts.hasPrefix("@") { return "postgres://\(user)/\(database) at \(hosts)" }
        let port = options["port"].map { ":\($0)" } ?? ""
        return "postgres://\(user)\(hosts)\(port)/\(database)"
    }
}

/// A URL of a PostgreSQL database that cannot be used. The description has no part of the URL.
package struct PostgresAddressError: Error, Sendable, CustomStringConvertible {
    package let description: String

    init(_ reason: String) {
        description = """
            the URL of the PostgreSQL database cannot be used: \(reason). The form is \
            postgres://USER:PASSWORD@HOST:PORT/DATABASE
            """
    }
}
