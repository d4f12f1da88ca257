/// The names of events as gateways write them.
enum EventName {
    /// Words in lower case, joined by dots or hyphens: gateways add events faster than the relay learns them.
    static func isPlausible(_ name: String) -> Bool {
        let words = name.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "-" }
        return words.count > 1
            && words.allSatisfy { word in
                !word.isEmpty
                    && word.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
            }
    }
}
