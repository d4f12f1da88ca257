import Foundation
import RelayJSON
import RelayTesting
import Testing

/// A Chatwoot double with an account, a token and an inbox, and a relay configuration for it, for `zaphub doctor`.
final class DoctorFixture {
    let chatwoot: ChatwootDouble
    let url: String
    let account: ChatwootDouble.Account
    let user: ChatwootDouble.User
    let inbox: ChatwootDouble.Inbox
    private let folder: URL

    /// Options of the destination `support`, as `name: value`; nil removes an option.
    var options: [String: String?]
    /// The source that Chatwoot posts to; nil for none.
    var source: String?
    var publicURL = "https://relay.example.com"
    /// The destination that sends agents' messages: `type` with its options.
    var sender: String?
    var extra = ""
    /// The `sessions` option of the destination.
    var sessions: String?
    /// A server that is used instead of Chatwoot.
    var proxy: String?

    /// Creates a valid configuration with an administrator's token.
    init(
        _ profile: ChatwootDouble.Release = .v4_15,
        _ setup: ChatwootDouble.Options = .init(),
        role: ChatwootDouble.Role = .administrator,
        isMember: Bool = true,
        isLocked: Bool = true
    ) async throws {
        chatwoot = ChatwootDouble(profile: profile, options: setup)
        url = try await chatwoot.start()
        account = chatwoot.addAccount("Acme")
        inbox = chatwoot.addInbox(
            "WhatsApp", in: account.id, isLockedToSingleConversation: isLocked,
            webhookURL: "https://relay.example.com/in/chatwoot/main")
        user = chatwoot.addUser("Ana", in: account.id, role: role, inboxes: isMember ? [inbox.id] : [])
        options = ["account": "\(account.id)", "inbox": "\(inbox.id)", "token": user.token]
        source = "auth: { type: chatwoot_signature, secret: \"\(inbox.secret)\" }"
        // A bridge only has to exist.
        sender = "whatsapp, provider: bridge, url: \"\(url)/bridge\", reports_to: support"
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("zaphub-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("pipelines"), withIntermediateDirectories: true)
    }

    deinit {
        chatwoot.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    struct Report {
        struct Line: Equatable {
            let subject: String
            let severity: String
            let what: String
            let fix: String?
        }

        let status: Int32
        let lines: [Line]
        let output: String

        /// The findings about Chatwoot with a severity.
        func told(_ severity: String, of subject: String = "destinations.support") -> [String] {
            lines.filter { $0.severity == severity && $0.subject == subject }.map(\.what)
        }

        func fix(of what: String) -> String? { lines.first { $0.what.contains(what) }?.fix }
    }

    func write() throws {
        let quoted = options.compactMap { name, value in
            value.map { ", \(name): " + (["account", "inbox"].contains(name) ? $0 : "\"\($0)\"") }
        }.sorted().joined()
        let configuration = """
            version: 1
            server: { listen: "127.0.0.1:0", public_url: "\(publicURL)" }
            sources:
              baileys: { transport: http, format: baileys }
              \(source.map { "chatwoot: { transport: http, format: chatwoot\($0.isEmpty ? "" : ", ")\($0) }" } ?? "")
            destinations:
              support: { type: chatwoot, url: "\(proxy ?? url)"\(quoted)\(sessions.map { ", sessions: \($0)" } ?? "") }
              \(sender.map { "phone: { type: \($0) }" } ?? "")
            \(extra)
            egress: { allow: ["127.0.0.1"] }
            """
        try configuration.write(
            to: folder.appendingPathComponent("config.yaml"), atomically: true, encoding: .utf8)
        let pipeline = "stages:\n  - persist\n  - deliver: [support\(sender == nil ? "" : ", phone")]\n"
        try pipeline.write(
            to: folder.appendingPathComponent("pipelines/default.yaml"), atomically: true, encoding: .utf8)
    }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    func doctor(_ arguments: String...) async throws -> Report {
        try write()
        let result = try await CommandTests().zaphub(
            ["doctor", "-c", path("config.yaml"), "--format", "json"] + arguments)
        let document = try #require(try? JSON(parsing: result.output), "\(result.output)\n\(result.errors)")
        let lines = (document["findings"]?.array ?? []).map { line in
            Report.Line(
                subject: line["subject"]?.string ?? "",
                severity: line["severity"]?.string ?? "",
                what: line["what"]?.string ?? "",
                fix: line["fix"]?.string
            )
        }
        return Report(status: result.status, lines: lines, output: result.output)
    }
}

extension ChatwootDouble.Options {
    static func with(_ change: (inout Self) -> Void) -> Self {
        var options = Self()
        change(&options)
        return options
    }
}
