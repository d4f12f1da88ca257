internal import RelayJSON

/// The account of what keeps values while a generator runs: an array under construction, or the state of a loop.
struct JQKept {
    private let base: Int
    private let keptBefore: Int
    private var nesting: Int
    private(set) var bytes = 0
    private var measuredBytes = 0
    private var measuredNesting: Int

    init(_ run: JQEvaluation) {
        base = run.bytes
        keptBefore = run.kept
        nesting = run.nesting
        measuredNesting = run.nesting
    }

    /// An output is kept beside the earlier ones.
    mutating func add(_ value: JSON, _ run: JQEvaluation) throws(JQFailure) {
        let new = run.bytes - base
        var size = JQMeasure.valueSize
        if new > 0 {
            switch value {
            case .null, .bool, .int: break
            default: size += new <= 256 ? new : min(new, try Self.measure(value, limit: new, run))
            }
        }
        bytes += size
        run.kept = keptBefore + bytes
        if run.bytes + run.kept > run.byteLimit { throw run.outOfBytes() }
        if run.nesting > nesting { nesting = run.nesting }
    }

    /// The state of a loop is replaced by `value`, which was made since the account held `start` bytes.
    mutating func replace(with value: JSON, since start: Int, _ run: JQEvaluation) throws(JQFailure) {
        let new = run.bytes - start
        var size = bytes + max(new, 0)
        switch value {
        case .null, .bool, .int: size = 0
        default:
            if size > 2 * measuredBytes + 65_536 {
                size = min(size, try Self.measure(value, limit: size, run))
                measuredBytes = size
            }
        }
        bytes = size
        run.kept = keptBefore + bytes
        if run.bytes + run.kept > run.byteLimit { throw run.outOfBytes() }
        nesting = run.nesting
        if nesting > measuredNesting + 128 {
            try run.work(JQMeasure.nodes(of: value, limit: 1_000_000) / 64)
            nesting = JQMeasure.nesting(of: value, limit: run.budget.depth + 1)
            guard nesting <= run.budget.depth else { throw run.tooDeep() }
            measuredNesting = nesting
        }
    }

    /// Before an update: the state takes part in it.
    func begin(_ run: JQEvaluation) { run.nesting = max(run.nesting, nesting) }

    /// The generator has ended: what was kept becomes a temporary value.
    mutating func end(_ run: JQEvaluation) {
        run.kept = keptBefore
        run.bytes = base + bytes
        run.nesting = max(run.nesting, nesting)
    }

    private static func measure(_ value: JSON, limit: Int, _ run: JQEvaluation) throws(JQFailure) -> Int {
        let size = JQMeasure.bytes(of: value, limit: limit)
        try run.work(size / 512)
        return size
    }
}
