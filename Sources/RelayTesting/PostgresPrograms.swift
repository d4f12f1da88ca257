import Glibc

/// The programs of a PostgreSQL server, and how they are run: a server refuses to run as root, so that it then runs as
/// the user `postgres`.
package struct PostgresPrograms: Sendable {
    /// The directory of `initdb`, `postgres` and `psql`.
    let directory: String

    /// The newest of `/usr/lib/postgresql/*/bin`, or else what is on the `PATH`.
    /// - Throws: when there is none.
    package init() throws {
        let versions = (Self.names(in: "/usr/lib/postgresql").compactMap { Int($0) }).sorted(by: >)
        let installed = versions.map { "/usr/lib/postgresql/\($0)/bin" }
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        let candidates = installed + path.split(separator: ":").map(String.init)
        guard let found = candidates.first(where: { access("\($0)/initdb", X_OK) == 0 }) else {
            throw ChildProcessError(
                code: .cannotStart,
                description: "no PostgreSQL server is installed: run scripts/bootstrap --tests, which installs one")
        }
        directory = found
    }

    /// A command that runs one of the programs as a user that it accepts.
    /// - Parameter endsWithParent: stop the program when the thread that has started it ends.
    func command(_ program: String, _ arguments: [String], endsWithParent: Bool) -> (program: String, [String]) {
        Self.command(at: "\(directory)/\(program)", arguments, endsWithParent: endsWithParent)
    }

    /// The same for a program elsewhere.
    static func command(
        at path: String, _ arguments: [String], endsWithParent: Bool
    ) -> (program: String, [String]) {
        var options: [String] = []
        if getuid() == 0 { options += ["--reuid", "postgres", "--regid", "postgres", "--init-groups"] }
        // SIGQUIT makes a server end at once, with all its processes.
        if endsWithParent { options += ["--pdeathsig", "QUIT"] }
        return options.isEmpty ? (path, arguments) : ("/usr/bin/setpriv", options + [path] + arguments)
    }

    /// Makes a directory that the server's user owns.
    static func makeDirectory(_ path: String) throws {
        guard mkdir(path, 0o700) == 0 else {
            throw ChildProcessError(code: .cannotStart, description: "cannot make \(path): errno \(errno)")
        }
        guard getuid() == 0 else { return }
        guard let user = getpwnam("postgres"), chown(path, user.pointee.pw_uid, user.pointee.pw_gid) == 0 else {
            throw ChildProcessError(
                code: .cannotStart, description: "there is no user postgres: run scripts/bootstrap --tests")
        }
    }

    static func names(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names
    }
}
