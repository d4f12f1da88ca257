import Glibc
import RelayTesting

/// The files of a TLS server could not be created.
struct TLSServerError: Error {
    let message: String
}

/// A TLS server on a free loopback port, with a new self-signed certificate: `openssl s_server`.
final class TLSServer {
    private static let command = "/usr/bin/openssl"
    static let isAvailable = access(command, X_OK) == 0

    let url: String
    /// The path of the certificate file.
    let certificate: String
    private let folder: String
    private let process: ChildProcess

    /// - Parameters:
    ///   - name: the certificate's subject alternative name, e.g. `IP:127.0.0.1`.
    ///   - arguments: additional arguments of `openssl s_server`.
    ///   - body: the response to `GET /body`, until the end of the connection; by default every response is a page
    ///     about the connection.
    init(name: String, arguments: [String] = [], body: [UInt8]? = nil) async throws {
        var template = Array("/tmp/zaphub-tls-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TLSServerError(message: "no temporary folder") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        certificate = "\(folder)/cert.pem"
        let key = "\(folder)/key.pem"
        let (output, errors) = ("\(folder)/output", "\(folder)/errors")

        let maker = try ChildProcess(
            Self.command,
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test", "-addext",
                "subjectAltName=\(name)", "-keyout", key, "-out", certificate,
            ],
            output: output,
            errors: errors
        )
        try await maker.end()

        if let body { try Self.write(body, to: "\(folder)/body") }
        // The server serves the files of its working directory. A process cannot be started in another directory, so a
        // shell changes to it and then executes the command.
        process = try ChildProcess(
            "/bin/sh",
            ["-c", "cd \"$0\" && exec \"$@\"", folder, Self.command, "s_server", "-accept", "127.0.0.1:0"]
                + ["-cert", certificate, "-key", key, body == nil ? "-www" : "-WWW"] + arguments,
            output: output,
            errors: errors
        )
        url = "https://127.0.0.1:\(try await process.line(after: "ACCEPT 127.0.0.1:"))/"
    }

    func stop() {
        process.kill()
        for file in ["cert.pem", "key.pem", "output", "errors", "body"] { unlink("\(folder)/\(file)") }
        rmdir(folder)
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = fopen(path, "w") else { throw TLSServerError(message: "no file for the body") }
        let count = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, count == bytes.count else {
            throw TLSServerError(message: "the body cannot be written")
        }
    }
}
