import Foundation
import RelayJSON
import RelayTesting
import Testing

@Suite(
    .limitedConcurrency, .enabled(if: SmallFileSystem.isPermitted, "mounting a small tmpfs needs root (CAP_SYS_ADMIN)"))
struct DiskFullTests {
    /// Promise 8: the response is 503 with `Retry-After`, never a false 2xx, and the relay continues when there is
    /// space again.
    @Test
    func aFullDiskRefusesWithA503AndGoesOnByItself() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let disk = try SmallFileSystem(size: "40m")
        let relay = try RelayProcess(
            configuration: RelayProcess.configuration()
                .replacingOccurrences(of: "sqlite:data/zaphub.db", with: "sqlite:\(disk.directory.path)/zaphub.db")
        )
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession(
            "main", webhook: ["url": .string(receiver.url), "retry": "patient", "max_in_flight": 64])

        let filler = disk.directory.url.appendingPathComponent("filler")
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
        let readiness = try await relay.call("GET", "/readyz")
        #expect(readiness.status == 503 && readiness.document["error"]?["code"] == "not_ready")
        let reason = readiness.document["error"]?["details"]?[0]?.string ?? ""
        #expect(reason.hasPrefix("store: the disk of the store is full"), "\(readiness.document.text)")

        try FileManager.default.removeItem(at: filler)
        // A load balancer sends nothing until it is ready again.
        try await relay.eventually("it is ready again") { try await relay.call("GET", "/readyz").status == 200 }
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
