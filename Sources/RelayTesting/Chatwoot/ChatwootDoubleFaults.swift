/// The faults that a test has requested.
struct ChatwootDoubleFaults: Sendable {
    typealias Fault = ChatwootDouble.Fault
    typealias Operation = ChatwootDouble.Operation

    private struct Chance {
        let operation: Operation
        let fault: Fault
        let probability: Double
    }

    private var script: [(operation: Operation, fault: Fault)] = []
    private var chances: [Chance] = []
    private var random: SeededGenerator
    /// The number of next webhooks of an event that are sent twice.
    var duplicatedWebhooks: [String: Int] = [:]
    var webhookDuplication = 0.0
    /// The number of requests for each attachment that answer 404.
    var attachmentMisses = 0

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func order(_ count: Int, _ operation: Operation, _ fault: Fault) {
        for _ in 0..<count { script.append((operation, fault)) }
    }

    mutating func inject(_ fault: Fault, into operation: Operation, probability: Double) {
        chances.append(Chance(operation: operation, fault: fault, probability: probability))
    }

    mutating func end() {
        script = []
        chances = []
        duplicatedWebhooks = [:]
        webhookDuplication = 0
        attachmentMisses = 0
    }

    /// The fault for the next request of this kind: the requested ones first, then the random ones.
    mutating func take(_ operation: Operation) -> Fault? {
        if let index = script.firstIndex(where: { $0.operation.covers(operation) }) {
            return script.remove(at: index).fault
        }
        for chance in chances where chance.operation.covers(operation) {
            if Double.random(in: 0..<1, using: &random) < chance.probability { return chance.fault }
        }
        return nil
    }

    mutating func duplicatesWebhook(_ event: String) -> Bool {
        if let count = duplicatedWebhooks[event], count > 0 {
            duplicatedWebhooks[event] = count - 1
            return true
        }
        return webhookDuplication > 0 && Double.random(in: 0..<1, using: &random) < webhookDuplication
    }
}
