internal import Glibc
internal import RelayJSON

/// One evaluation: what it has used of its budget.
///
/// Bytes and depth are upper bounds of what is live. A generator restores both after each output (`pass`), because
/// what was made for that output is gone then; what collects outputs keeps its own account (`JQKept`).
final class JQEvaluation {
    let budget: JQBudget
    let functions: [JQFunction]
    let cancellation: JQCancellation?

    /// Steps until the next look at cancellation and time.
    private var fuel = 0
    private var stepsLeft: Int
    private var started: Int64
    private var hasBegun = false
    /// Upper bound of the bytes of temporary values.
    var bytes = 0
    /// Bytes that collectors hold.
    var kept = 0
    let byteLimit: Int
    /// Upper bound of the nesting of all live values.
    var nesting = JQEvaluation.inputNesting
    var depth = 0
    /// The lowest address of the stack that may be used before the evaluation moves.
    private var stackLimit: UInt
    private var isOnLargeStack = false
    private var labels = 0
    /// Whether a number without JSON text (`nan`, `infinite`) was made.
    var madeSpecialNumber = false
    var patterns = JQPatternCache()

    /// Inputs are nested at most this deep: it is the default of the parser.
    static let inputNesting = 128
    private static let chunk = 1024

    init(budget: JQBudget, functions: [JQFunction], cancellation: JQCancellation?) {
        self.budget = budget
        self.functions = functions
        self.cancellation = cancellation
        stepsLeft = budget.steps
        byteLimit = budget.bytes
        stackLimit = JQStack.address &- JQStack.share
        started = -1
    }

    // MARK: Steps

    @inline(__always)
    func step() throws(JQFailure) {
        fuel -= 1
        if fuel < 0 { try refuel() }
    }

    /// Counts work of `amount` units, each about as long as a step.
    @inline(__always)
    func work(_ amount: Int) throws(JQFailure) {
        fuel -= amount
        if fuel < 0 { try refuel() }
    }

    @inline(never)
    private func refuel() throws(JQFailure) {
        stepsLeft += fuel
        fuel = 0
        guard stepsLeft >= 0 else {
            throw .ended(exceeded("needs more than \(budget.steps) steps"))
        }
        // The first thousand steps take no time that matters, and most evaluations have no more.
        if hasBegun { try checkTime() } else if cancellation != nil { try checkCancellation() }
        hasBegun = true
        fuel = min(Self.chunk, stepsLeft)
        stepsLeft -= fuel
    }

    /// Looks at cancellation and CPU time.
    func checkTime() throws(JQFailure) {
        try checkCancellation()
        let now = Self.threadTime()
        if started < 0 { started = now }
        let (seconds, attoseconds) = budget.time.components
        guard now - started <= seconds * 1_000_000_000 + attoseconds / 1_000_000_000 else {
            throw .ended(exceeded("took more than \(budget.time) of CPU time"))
        }
    }

    private func checkCancellation() throws(JQFailure) {
        if let cancellation, cancellation.isCancelled {
            throw .ended(JQError(code: .cancelled, message: "the evaluation was cancelled"))
        }
    }

    private static func threadTime() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    func exceeded(_ what: String) -> JQError {
        JQError(code: .budget, message: "the expression \(what) and was stopped")
    }

    func label() -> Int {
        labels += 1
        return labels
    }

    // MARK: Memory

    @inline(__always)
    func charge(_ count: Int) throws(JQFailure) {
        bytes &+= count
        if bytes &+ kept > byteLimit { throw outOfBytes() }
    }

    @inline(never)
    /// How many steps are left.
    var remainingSteps: Int { stepsLeft + fuel }

    func outOfBytes() -> JQFailure { .ended(exceeded("needs more than \(byteLimit >> 20) MiB of values")) }

    /// A value of `count` bytes is about to be made; it is compared with the budget before anything is allocated.
    func reserve(_ count: Int, each size: Int) throws(JQFailure) {
        guard count < byteLimit / max(size, 1) else { throw outOfBytes() }
        try charge(count * size)
        try work(count * size / 64)
    }

    /// `value` was made with values of the current nesting inside.
    @inline(__always)
    func nest(_ value: JSON) throws(JQFailure) {
        nesting &+= 1
        if nesting > budget.depth { try measureNesting(of: value) }
    }

    @inline(never)
    private func measureNesting(of value: JSON) throws(JQFailure) {
        try work(JQMeasure.nodes(of: value, limit: 1_000_000) / 16)
        guard JQMeasure.nesting(of: value, limit: budget.depth + 1) <= budget.depth else { throw tooDeep() }
    }

    func tooDeep() -> JQFailure { .ended(exceeded("nests values more than \(budget.depth) levels deep")) }

    /// Hands on an output of a generator, and forgets what was made for it.
    @inline(never)
    func pass(_ value: JSON, to emit: JQEmit) throws(JQFailure) {
        let bytes = bytes
        let nesting = nesting
        try emit(value)
        self.bytes = bytes
        self.nesting = nesting
    }

    @inline(never)
    func pass(_ location: JQLocation, to emit: JQEmitLocation) throws(JQFailure) {
        let bytes = bytes
        let nesting = nesting
        try emit(location)
        self.bytes = bytes
        self.nesting = nesting
    }

    /// The account when an evaluation can be left by an error.
    struct Mark {
        var bytes: Int
        var kept: Int
        var nesting: Int
        var depth: Int
    }

    var mark: Mark { Mark(bytes: bytes, kept: kept, nesting: nesting, depth: depth) }

    func restore(_ mark: Mark) {
        bytes = mark.bytes
        kept = mark.kept
        nesting = mark.nesting
        depth = mark.depth
    }

    // MARK: Stack

    /// Runs `body` one level deeper, on a large stack when this one is used up.
    @inline(never)
    func deeper<T>(_ body: () throws(JQFailure) -> T) throws(JQFailure) -> T {
        depth += 1
        if depth > budget.depth { throw .ended(exceeded("calls functions more than \(budget.depth) levels deep")) }
        let result = JQStack.address < stackLimit ? try onLargeStack(body) : try body()
        depth -= 1
        return result
    }

    /// Runs `body` on a large stack when this one is used up.
    @inline(never)
    func withStack<T>(_ body: () throws(JQFailure) -> T) throws(JQFailure) -> T {
        JQStack.address < stackLimit ? try onLargeStack(body) : try body()
    }

    /// Runs what follows the nesting of values, on a large stack when they are deep.
    @inline(never)
    func withRoom<T>(for values: JSON..., do body: () throws(JQFailure) -> T) throws(JQFailure) -> T {
        if nesting <= Self.shallow + Self.inputNesting { return try body() }
        return try isDeep(values) ? try onLargeStack(body) : try body()
    }

    private static let shallow = 64

    @inline(never)
    private func isDeep(_ values: [JSON]) throws(JQFailure) -> Bool {
        if isOnLargeStack { return false }
        for value in values {
            try work(JQMeasure.nodes(of: value, limit: 1_000_000) / 16)
            if JQMeasure.nesting(of: value, limit: Self.shallow) >= Self.shallow { return true }
        }
        return false
    }

    @inline(never)
    func onLargeStack<T>(_ body: () throws(JQFailure) -> T) throws(JQFailure) -> T {
        if isOnLargeStack {
            guard JQStack.address >= stackLimit else { throw .ended(exceeded("is nested too deeply")) }
            return try body()
        }
        // A thread costs about as much as this many steps.
        try work(100)
        let limit = stackLimit
        let usedHere = started < 0 ? -1 : Self.threadTime() - started
        isOnLargeStack = true
        let result = JQStack.runLarge { (limit) throws(JQFailure) in
            stackLimit = limit
            started = usedHere < 0 ? -1 : Self.threadTime() - usedHere
            defer { started = started < 0 ? -1 : Self.threadTime() - started }
            return try body()
        }
        isOnLargeStack = false
        stackLimit = limit
        // While away, `started` held how much was used there.
        if started >= 0 { started = Self.threadTime() - started }
        guard let result else { throw .ended(exceeded("is nested too deeply")) }
        return try result.get()
    }

    // MARK: Numbers

    /// A computed number.
    @inline(__always)
    func number(_ value: Double) -> JSON {
        if value.magnitude < 9_223_372_036_854_775_808, value != 0 || value.sign == .plus, value == value.rounded() {
            return .int(Int64(value))
        }
        if !value.isFinite { madeSpecialNumber = true }
        return .number(JQNumber.text(value))
    }
}

typealias JQEmit = (JSON) throws(JQFailure) -> Void
typealias JQEmitLocation = (JQLocation) throws(JQFailure) -> Void
