/// The transports that come with the relay: the names that `transport:` takes.
public enum BuiltInTransports {
    /// `http` takes POSTs at `/in/SOURCE`; `stdin` and `file` read documents line by line (``LineReaderService``).
    public static let names = ["http", "stdin", "file"]
}
