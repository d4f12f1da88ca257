import Foundation
import Glibc
import RelayJSON
import RelayTesting
import Testing

/// A writer of lines, logrotate, and a relay process that follows the file and writes its events into another one.
/// It belongs to one test, which calls it from one task.
final class FileSourceRound {
    /// What rotates the file.
    enum Rotation: CaseIterable {
        /// logrotate renames the file, makes a new one, and the writer opens it some lines later.
        case create
        /// logrotate renames the file, and the writer makes a new one some lines later.
        case nocreate
        /// logrotate copies the file and truncates it.
        case copytruncate
        /// logrotate copies the file and leaves it alone.
        case copy
        /// The writer renames the file to `.old`, over an earlier one that was read.
        case old
        /// The file is copied and truncated by hand.
        case cp
    }

    private static let logrotate = "/usr/sbin/logrotate"
    private let relay: RelayProcess
    private var random: SeededGenerator
    private var descriptor: Int32 = -1
    private var isRunning = false
    private var written: [String] = []
    private var archiveText = ""
    private var counts: [String: Int] = [:]
    private(set) var problems: [String] = []

    init(seed: UInt64) throws {
        random = SeededGenerator(seed: seed)
        relay = try RelayProcess(
            configuration: """
                server: { listen: 127.0.0.1:0 }
                store: { url: sqlite:data/zaphub.db }
                sources: { events: { transport: file, format: native, path: logs/events.ndjson } }
                destinations: { archive: { type: file, path: archive/events.ndjson } }
                """,
            pipeline: "stages:\n  - deliver: [archive]\n"
        )
        try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
        try #require(
            access(Self.logrotate, X_OK) == 0, "logrotate is missing: run scripts/bootstrap --tests (Debian's package)")
    }

    func remove() {
        if descriptor >= 0 { close(descriptor) }
        relay.remove()
    }

    private var logs: URL { relay.folder.appendingPathComponent("logs") }
    private var path: String { logs.appendingPathComponent("events.ndjson").path }

    /// What was done, in one line.
    var summary: String {
        let done = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        return "\(written.count) lines, \(done), \(missing.count) lost"
    }

    // MARK: - The relay

    func begin() async throws {
        try await start()
        try await relay.eventually("the source has looked for its file") {
            let names = try FileManager.default.contentsOfDirectory(
                atPath: relay.folder.appendingPathComponent("data").path)
            return names.contains { $0.hasSuffix(".position") }
        }
        reopen()
    }

    func start() async throws {
        try await relay.start()
        isRunning = true
    }

    func stop(_ signal: Int32) async throws {
        counts[signal == SIGKILL ? "kills" : "stops", default: 0] += 1
        let status = try await relay.end(signal)
        if signal == SIGTERM, status != 0 { problems.append("the relay ended with \(status)") }
        isRunning = false
    }

    /// The events that reached the destination: their delivery ids by message id.
    func eventsByMessage() -> [String: Set<String>] {
        let file = relay.folder.appendingPathComponent("archive/events.ndjson")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").reduce(into: [:]) { events, line in
            // The last line may be incomplete.
            guard let event = try? JSON(parsing: String(line)), let message = event["payload"]?["messageId"]?.string
            else { return }
            events[message, default: []].insert(event["deliveryId"]?.string ?? "")
        }
    }

    private var missing: [String] {
        let events = eventsByMessage()
        return written.filter { events[$0] == nil }
    }

    func waitUntilAllHasArrived() async throws {
        if !isRunning { try await start() }
        do {
            try await eventually("every line has arrived", every: .milliseconds(50)) {
                missing.isEmpty
            }
        } catch {
            problems.append("\(missing.count) of \(written.count) lines are lost, the first is \(missing.first ?? "")")
            throw error
        }
    }

    // MARK: - The writer

    /// Writes lines of any length, some in two parts.
    func write(_ count: Int) {
        for _ in 0..<count {
            let id = "M\(written.count + 1)"
            let length = random.pick([0, 0, 10, 300, 3000, random.pick([1, 1, 1, 1, 1, 1, 1, 1, 300_000])])
            let event: JSON = [
                "event": "message.received", "sessionId": "main",
                "payload": [
                    "messageId": .string(id), "chatId": .string("5511999990\(written.count % 7)@s.whatsapp.net"),
                    "pad": .string(String(repeating: "x", count: length)),
                ],
            ]
            let line = event.bytes + [UInt8(ascii: "\n")]
            let cut = Int(random.next() % UInt64(line.count))
            for part in [line[..<cut], line[cut...]] { append(part) }
            written.append(id)
        }
    }

    private func append(_ bytes: ArraySlice<UInt8>) {
        let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        #expect(count == bytes.count)
    }

    private func reopen() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        #expect(descriptor >= 0)
    }

    /// The writer goes on in the renamed file for a while, and then opens the new one.
    private func writeLate() async throws {
        write(Int(random.next() % 4))
        if random.next() % 3 == 0 { try await Task.sleep(for: .milliseconds(random.next() % 900)) }
        write(Int(random.next() % 3))
        reopen()
    }

    // MARK: - Rotations

    func rotate(_ rotation: Rotation) async throws {
        counts["\(rotation)", default: 0] += 1
        switch rotation {
        case .create:
            try await runLogrotate("create 0640")
            try await writeLate()
        case .nocreate:
            try await runLogrotate("nocreate")
            try await writeLate()
        case .copytruncate: try await runLogrotate("copytruncate")
        case .copy: try await runLogrotate("copy")
        case .old:
            if access(path + ".old", F_OK) == 0 {
                let wasRunning = isRunning
                try await waitUntilAllHasArrived()
                if !wasRunning { try await stop(SIGKILL) }
            }
            #expect(rename(path, path + ".old") == 0)
            try await writeLate()
        case .cp:
            let copy = "\(path)-\(100_000_000 + written.count)"
            if access(copy, F_OK) != 0 { try FileManager.default.copyItem(atPath: path, toPath: copy) }
            #expect(truncate(path, 0) == 0)
        }
    }

    private func runLogrotate(_ kind: String) async throws {
        let names = random.pick([
            "", "", "dateext\n  dateformat -%Y%m%d-%s", "extension .ndjson",
            "dateext\n  dateformat .%Y-%m-%d-%s\n  extension .ndjson",
        ])
        let file = relay.folder.appendingPathComponent("logrotate.conf")
        try "\(path) {\n  rotate 1000\n  missingok\n  \(kind)\n  \(names)\n}\n".write(
            to: file, atomically: false, encoding: .utf8)
        chmod(file.path, 0o600)
        let state = relay.folder.appendingPathComponent("logrotate.state").path
        let child = try ChildProcess(
            Self.logrotate, ["--force", "--state", state, file.path],
            output: relay.folder.appendingPathComponent("logrotate.out").path,
            errors: relay.folder.appendingPathComponent("logrotate.err").path
        )
        let status = try await child.end()
        // Two rotations in one second have one name with `dateext`; the second does nothing.
        #expect(status == 0 || child.errorText.contains("already exists, skipping rotation"), "\(child.errorText)")
    }

    /// The file is deleted after it was read, and another one takes its place, under its inode if the system does so.
    private func replaceWhileDown() async throws {
        try await waitUntilAllHasArrived()
        try await stop(SIGKILL)
        counts["replaced", default: 0] += 1
        var before = stat()
        var after = stat()
        fstat(descriptor, &before)
        close(descriptor)
        descriptor = -1
        #expect(unlink(path) == 0)
        reopen()
        fstat(descriptor, &after)
        if before.st_ino == after.st_ino { counts["inodes reused", default: 0] += 1 }
        write(1 + Int(random.next() % 60))
    }

    // MARK: - Everything in a random order

    func run(steps: Int) async throws {
        try await begin()
        for _ in 0..<steps {
            switch random.next() % 100 {
            case ..<40: write(random.pick([3, 10, 30, 200]))
            case ..<68: try await rotate(random.pick(Rotation.allCases + [.copytruncate, .create]))
            case ..<86:
                if isRunning { try await stop(random.pick([SIGKILL, SIGKILL, SIGTERM])) } else { try await start() }
            case ..<94: try await Task.sleep(for: .milliseconds(random.next() % 1200))
            default: try await replaceWhileDown()
            }
        }
        try await waitUntilAllHasArrived()
        let doubled = eventsByMessage().filter { $0.value.count > 1 }.keys
        if !doubled.isEmpty { problems.append("\(doubled.count) lines are two events, such as \(doubled.first ?? "")") }
        try await stop(SIGTERM)
        if relay.log.contains("a document of the line is not accepted") {
            problems.append("a line was read in parts: \(relay.log.suffix(1000))")
        }
    }
}
