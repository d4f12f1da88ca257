import Foundation
import Glibc
import Logging
import RelayCore
import RelayDestinations
import RelayTesting
import Synchronization

extension TemporaryDirectory {
    /// The lines of a file, whose last line must be complete.
    func lines(_ name: String) throws -> [String] {
        let text = try text(name)
        guard text.isEmpty || text.hasSuffix("\n") else { throw CocoaError(.fileReadCorruptFile) }
        return text.split(separator: "\n").map(String.init)
    }
}

/// A pipe that is read on request.
final class TestPipe: Sendable {
    let writer: CInt
    private let reader: Mutex<CInt>

    init() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [CInt] = [0, 0]
        guard pipe(&ends) == 0 else { throw CocoaError(.fileWriteUnknown) }
        reader = Mutex(ends[0])
        writer = ends[1]
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    }

    /// The write end stays open, because a thread may still be using it.
    func closeReader() {
        reader.withLock { reader in
            if reader >= 0 { close(reader) }
            reader = -1
        }
    }

    /// Fills the pipe with complete lines.
    func fill() {
        let flags = fcntl(writer, F_GETFL)
        _ = fcntl(writer, F_SETFL, flags | O_NONBLOCK)
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 4095) + [UInt8(ascii: "\n")]
        while write(writer, line, line.count) > 0 {}
        _ = fcntl(writer, F_SETFL, flags)
    }

    /// Reads the available data.
    func available() -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        reader.withLock { reader in
            while case let count = read(reader, &buffer, buffer.count), count > 0 { bytes += buffer.prefix(count) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

let quiet = {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
}()
