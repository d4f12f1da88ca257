internal import Glibc
package import Logging
internal import RelayCore
internal import RelayJSON

/// Writes each log entry to standard error as one line: JSON for programs, or text for a terminal.
package struct RelayLogHandler: LogHandler {
    package enum Style: String, Sendable, CaseIterable {
        case json, pretty

        /// Text on a terminal, JSON otherwise.
        package static var automatic: Style { isatty(STDERR_FILENO) == 1 ? .pretty : .json }
    }

    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    private let label: String
    private let style: Style

    package init(label: String, style: Style, level: Logger.Level) {
        self.label = label
        self.style = style
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let merged = event.metadata.map { metadata.merging($0) { _, entry in entry } } ?? metadata
        var line =
            switch style {
            case .json: json(event.level, event.message, merged)
            case .pretty: pretty(event.level, event.message, merged)
            }
        line.append(UInt8(ascii: "\n"))
        // Each line is a single write, so that lines of different threads are not interleaved.
        _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private func json(_ level: Logger.Level, _ message: Logger.Message, _ metadata: Logger.Metadata) -> [UInt8] {
        var object = JSONObject()
        object.append("time", .string(SystemClock.wallNow.iso8601))
        object.append("level", .string(level.rawValue))
        object.append("logger", .string(label))
        object.append("message", .string(message.description))
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) where object[key] == nil {
            object.append(key, .string(value.description))
        }
        return JSON.object(object).bytes
    }

    private func pretty(_ level: Logger.Level, _ message: Logger.Message, _ metadata: Logger.Metadata) -> [UInt8] {
        let time = SystemClock.wallNow.iso8601.dropFirst(11).dropLast(1)
        let color =
            switch level {
            case .critical, .error: "\u{1B}[31m"
            case .warning: "\u{1B}[33m"
            case .notice, .info: "\u{1B}[32m"
            case .debug, .trace: "\u{1B}[90m"
            }
        let name = level.rawValue.uppercased()
        let padding = String(repeating: " ", count: max(0, 8 - name.count))
        let rest = metadata.sorted { $0.key < $1.key }
            .map { " \u{1B}[90m\($0.key)=\u{1B}[0m\($0.value)" }
            .joined()
        return Array("\(time) \(color)\(name)\u{1B}[0m\(padding) \(message)\(rest)".utf8)
    }
}
