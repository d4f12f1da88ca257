/// The part of a file that a `Range` header requests (RFC 9110, 14.2).
enum ByteRange: Sendable, Equatable {
    /// The whole file: no range, or one that a server may ignore (another unit, several ranges, invalid syntax).
    case whole
    case part(Range<Int64>)
    /// The range is outside of the file: 416.
    case unsatisfiable

    /// - Parameter header: nil when there is none.
    init(_ header: String?, size: Int64) {
        self = .whole
        guard let header, header.hasPrefix("bytes=") else { return }
        let spec = header.dropFirst(6).filter { $0 != " " }
        guard !spec.contains(",") else { return }
        let ends = spec.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, ends.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else { return }
        switch (Int64(ends[0]), Int64(ends[1])) {
        case (nil, nil): return
        case (nil, let count?):
            guard ends[0].isEmpty else { return }
            self = count > 0 && size > 0 ? .part(max(0, size - count)..<size) : .unsatisfiable
        case (let first?, nil):
            guard ends[1].isEmpty else { return }
            self = first < size ? .part(first..<size) : .unsatisfiable
        case (let first?, let last?):
            guard first <= last else { return }
            self = first < size ? .part(first..<min(last, size - 1) + 1) : .unsatisfiable
        }
    }
}
