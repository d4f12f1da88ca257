import Glibc

/// Writes a line to standard output without buffering, because programs that read a pipe wait for these lines.
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
        // A reader that has closed the pipe is not an error.
        guard count > 0 else { return }
        bytes = bytes.dropFirst(count)
    }
}
