internal import Synchronization

/// A value that two things which need each other are tied with: set once, right after both exist.
final class Later<Value: Sendable>: Sendable {
    private let box = Mutex<Value?>(nil)

    var value: Value? {
        get { box.withLock { $0 } }
        set { box.withLock { $0 = newValue } }
    }
}
