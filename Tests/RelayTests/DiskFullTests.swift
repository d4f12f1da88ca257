import Foundation
import RelayJSON
import RelayTesting
import Testing

/// A small file system in memory, for as long as the test holds it.
private final class SmallDisk: Sendable {
    let folder: URL

    /// Whether this process may mount; most may not, and then there is nothing to test with.
    static let isPermitted = (try? SmallDisk(size: "1m")) != nil

    init(size: String) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("disk-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Self.run("/usr/bin/mount", ["-t", "tmpfs", "-o", "size=\(size)", "tmpfs", folder.path])
    }

    deinit {
        try? Self.run("/usr/bin/umount", ["-l", folder.path])
        try? FileManager.default.removeItem(at: folder)
    }

    /// Both commands are over in moments, so this waits where it stands.
    private static func run(_ program: String, _ arguments: [String]) throws {
        let child = try ChildProcess(program, arguments, output: "/dev/null", errors: "/dev/null")
        while child.isRunning { usleep(500) }
        guard child.exitStatus == 0 else { throw CocoaError(.fileWriteNoPermission) }
    }
}

@Suite(.limitedConcurrency, .enabled(if: SmallDisk.isPermitted, "mounting a small tmpfs needs root (CAP_SYS_ADMIN)"))
struct DiskFullTests {
    /// Promise 8: 503 with `Retry-After`, never a false 2xx; and when there is space again, it goes on by itself.
    @Test
    func aFullDiskRefusesWithA503AndGoesOnByItself() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let disk = try SmallDisk(size: "40m")
        let relay = try RelayProcess(
            configuration: RelayProcess.configuration()
                .replacingOccurrences(of: "sqlite:data/zaphub.db", with: "sqlite:\(disk.folder.path)/zaphub.db")
        )
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession(
            "main", webhook: ["url": .string(receiver.url), "retry": "patient", "max_in_flight": 64])

        let filler = disk.folder.appendingPathComponent("filler")
        #expect(FileManager.default.createFile(atPath: filler.path, contents: nil))
        let handle = try FileHandle(forWritingTo: filler)
        for _ in 0..<(40 << 4) {
            do { try handle.write(contentsOf: Data(count: 64 << 10)) } catch { break }
        }
        try handle.close()

        var acknowledged: Set<String> = []
        var refusals = 0
        let text = String(repeating: "é", count: 20_000)
        for number in 0..<3000 where refusals < 20 {
            let message = "M\(number)"
            let chat = "55119\(10_000_000 + number % 50)"
            let answer = try await relay.call("POST", "/in/baileys", baileysText(message, chat: chat, text: text))
            if answer.status == 200 {
                acknowledged.insert(message)
            } else {
                refusals += 1
                #expect(answer.status == 503, "\(answer.document.text)")
                #expect(answer.document["error"]?["code"] == "disk_full", "\(answer.document.text)")
                #expect(answer.header("retry-after").flatMap { Int($0) } ?? 0 > 0)
            }
        }
        #expect(refusals == 20, "the disk was never full")
        #expect(try await relay.call("GET", "/livez").status == 200)

        try FileManager.default.removeItem(at: filler)
        try await relay.eventually("it takes events again") {
            try await relay.call("POST", "/in/baileys", baileysText("after", chat: "5511900000000")).status == 200
        }
        acknowledged.insert("after")
        try await relay.eventually("every acknowledged one is delivered") {
            let arrived = receiver.requests.compactMap {
                (try? JSON(parsing: $0.body))?["payload"]?["messageId"]?.string
            }
            return acknowledged.isSubset(of: arrived)
        }
        try await relay.eventually("settled") { try await relay.count("delivered") == acknowledged.count }
        #expect(try await relay.count("dead") == 0)
    }
}
