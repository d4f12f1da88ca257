internal import Glibc

/// The name under which operators know a node.
enum NodeName {
    /// `ZAPHUB_NODE_NAME`, else the name of the machine.
    static func current(environment: [String: String]) -> String {
        if let name = environment["ZAPHUB_NODE_NAME"], !name.isEmpty { return name }
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "zaphub" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
