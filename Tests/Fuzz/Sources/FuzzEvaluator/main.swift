import CFuzzer
import Glibc
import RelayJQ
import RelayJSON

// Bytes up to a NUL as an expression, and what follows as its input. libFuzzer finds crashes, and with -timeout and
// -rss_limit_mb what exceeds time and memory in spite of the budget.

var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
exit(
    LLVMFuzzerRunDriver(&count, &arguments) { data, size in
        guard let data else { return 0 }
        let bytes = UnsafeBufferPointer(start: data, count: size)
        let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let source = String(validating: first, as: UTF8.self),
            let program = try? JQProgram(source)
        else { return 0 }
        let document = parts.count > 1 ? try? JSON(parsing: Array(parts[1])) : nil
        let input: JSON = document ?? ["a": [1, "x", nil, ["b": 1.5]], "text": "pedido 123 @ção", "n": -9]
        let budget = JQBudget.small
        if let outputs = try? program.evaluate(input, budget: budget) {
            precondition(outputs.count <= budget.outputs)
            // Outputs are JSON.
            for output in outputs.prefix(10) {
                let text = output.text
                precondition(text.utf8.count < 8 * budget.resultBytes)
                precondition((try? JSON(parsing: text, maximumDepth: 2_048)) != nil, text)
            }
        }
        _ = try? program.isTrue(input, budget: budget)
        return 0
    })
