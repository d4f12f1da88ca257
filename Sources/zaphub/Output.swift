import Glibc

/// Writes a line to standard output at once, also when that is a pipe: people and programs wait for these lines.
func printLine(_ text: String) {
    write(text + "\n", to: STDOUT_FILENO)
}

/// Writes a line to standard error.
func printError(_ text: String) {
    write(text + "\n", to: STDERR_FILENO)
}

private func write(_ text: String, to file: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
        let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        // A reader that has gone is no reason to fail.
        guard count > 0 else { return }
        bytes = bytes.dropFirst(count)
    }
}
