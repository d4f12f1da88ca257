import Glibc

/// A TLS server on a free loopback port, with a fresh self-signed certificate: the `openssl` command, run without
/// Foundation's `Process`, whose wait can block every thread of the test run.
final class TLSServer {
    private static let command = "/usr/bin/openssl"
    static let isAvailable = access(command, X_OK) == 0

    struct Failure: Error {
        let output: String
    }

    let url: String
    /// The certificate's file.
    let certificate: String
    private let key: String
    private let folder: String
    private let process: pid_t

    /// - Parameters:
    ///   - name: the certificate's subject alternative name, e.g. `IP:127.0.0.1`.
    ///   - arguments: more of them for `openssl s_server`.
    ///   - body: what it answers to `GET /body`, until the connection's end; by default it answers everything with a
    ///     page about the connection.
    init(name: String, arguments: [String] = [], body: [UInt8]? = nil) throws {
        var template = Array("/tmp/zaphub-tls-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(output: "no temporary folder") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        (certificate, key) = ("\(folder)/cert.pem", "\(folder)/key.pem")

        let request = [
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test", "-addext",
            "subjectAltName=\(name)", "-keyout", key, "-out", certificate,
        ]
        let maker = try Self.start(request)
        Self.wait(maker.process)
        close(maker.output)

        if let body { try Self.write(body, to: "\(folder)/body") }
        let server = try Self.start(
            ["s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, body == nil ? "-www" : "-WWW"]
                + arguments,
            in: folder
        )
        process = server.process
        defer { close(server.output) }
        var text = ""
        var port: Substring?
        while port == nil {
            let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
                count = max(0, read(server.output, buffer.baseAddress, 4096))
            }
            if bytes.isEmpty { throw Failure(output: text) }
            text += String(decoding: bytes, as: UTF8.self)
            port = text.split(separator: "\n").first { $0.hasPrefix("ACCEPT 127.0.0.1:") }?.split(separator: ":").last
        }
        url = "https://127.0.0.1:\(port ?? "")/"
    }

    func stop() {
        kill(process, SIGKILL)
        Self.wait(process)
        unlink(certificate)
        unlink(key)
        unlink("\(folder)/body")
        rmdir(folder)
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = fopen(path, "w") else { throw Failure(output: "no file for the body") }
        let count = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, count == bytes.count else { throw Failure(output: "no room for the body") }
    }

    private static func wait(_ process: pid_t) {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    }

    /// Starts the command in a folder, with its standard output in a pipe and the rest on `/dev/null`.
    private static func start(_ arguments: [String], in folder: String = "/") throws -> (process: pid_t, output: Int32)
    {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Failure(output: "no pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_RDWR, 0)

        // The shell goes to the folder, which spawning cannot, and becomes the command.
        let shell = "/bin/sh"
        let words =
            ([shell, "-c", "cd \"$0\" && exec \"$@\"", folder, command] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var process = pid_t()
        let code = posix_spawn(&process, shell, &actions, nil, words, environ)
        close(ends[1])
        guard code == 0 else {
            close(ends[0])
            throw Failure(output: "openssl did not start: error \(code)")
        }
        return (process, ends[0])
    }
}
