/// The transports that come with the relay: the names that `transport:` takes.
package enum BuiltInTransports {
    /// `http` takes POSTs at `/in/SOURCE`; `stdin` and `file` read documents line by line (``LineReaderService``).
    package static let names = ["http", "stdin", "file"]
    /// What each is for: one sentence.
    package static let summaries = [
        "http": "Accepts POST requests at `/in/NAME` and `/in/NAME/SESSION`.",
        "stdin": "Reads one JSON document per line from standard input; at most one source.",
        "file": "Reads one JSON document per line from `path`, from its beginning, and follows it like `tail -F`.",
    ]
}
