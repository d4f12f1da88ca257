/// Memory whose address does not change until it is filled again.
struct ReusableBuffer: ~Copyable {
    private(set) var base = UnsafeMutableRawPointer.allocate(byteCount: 4096, alignment: 16)
    private var capacity = 4096

    /// Capacity in bytes above which memory is released after a request.
    private static let keptCapacity = 256 * 1024

    deinit {
        base.deallocate()
    }

    /// Reserves `count` bytes, whose content is undefined.
    mutating func reserve(_ count: Int) {
        guard count > capacity else { return }
        base.deallocate()
        capacity = max(count, capacity * 2)
        base = .allocate(byteCount: capacity, alignment: 16)
    }

    mutating func fill(_ bytes: [UInt8]) {
        reserve(bytes.count)
        bytes.withUnsafeBytes { source in
            if let start = source.baseAddress { base.copyMemory(from: start, byteCount: source.count) }
        }
    }

    mutating func shrink() {
        guard capacity > Self.keptCapacity else { return }
        base.deallocate()
        capacity = 4096
        base = .allocate(byteCount: capacity, alignment: 16)
    }
}
