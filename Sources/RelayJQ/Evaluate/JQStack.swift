internal import CRE2

/// The stack of the evaluating thread.
///
/// Threads of the relay have stacks of 512 KiB, which is less than an expression of the permitted depth needs. What
/// needs more continues on a thread of its own with a large stack, while the first one waits.
enum JQStack {
    /// How much of the first thread's stack an evaluation uses before it moves.
    static let share: UInt = 128 << 10
    #if DEBUG
        /// The frames of debug builds are several times larger.
        private static let largeSize = 512 << 20
    #else
        private static let largeSize = 128 << 20
    #endif
    /// What is kept free for functions that do not look at the stack.
    private static let reserve = 1 << 20

    static var address: UInt { UInt(cre2_frame_address()) }

    /// Runs `body` on a large stack. `limit` is the lowest address that it may use there.
    ///
    /// - Returns: `nil` when no thread can be created.
    static func runLarge<T, E: Error>(_ body: (_ limit: UInt) throws(E) -> T) -> Result<T, E>? {
        var result: Result<T, E>?
        withoutActuallyEscaping(body) { body in
            let work = Work<T, E>(body)
            // The caller waits, so the other thread uses what belongs to this one alone.
            _ = cre2_run_on_stack(
                largeSize,
                { context in
                    guard let context else { return }
                    Unmanaged<AnyWork>.fromOpaque(context).takeUnretainedValue().run()
                }, Unmanaged<AnyWork>.passUnretained(work).toOpaque())
            result = work.result
        }
        return result
    }

    /// Runs `body` on a large stack when `condition` holds, or when there is no thread for it, here.
    static func runLarge<T, E: Error>(when condition: Bool, _ body: () throws(E) -> T) throws(E) -> T {
        guard condition, let result = runLarge({ (_) throws(E) in try body() }) else { return try body() }
        return try result.get()
    }

    private class AnyWork {
        func run() {}
    }

    private final class Work<T, E: Error>: AnyWork {
        private let body: (UInt) throws(E) -> T
        private(set) var result: Result<T, E>?

        init(_ body: @escaping (UInt) throws(E) -> T) { self.body = body }

        override func run() {
            let limit = JQStack.address - UInt(JQStack.largeSize - JQStack.reserve)
            result = Result { () throws(E) in try body(limit) }
        }
    }
}
