import CFuzzer
import Glibc
import RelayJQ

// Any bytes as an expression. One that compiles is written back and compiled again, which must give the same syntax tree.

var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
exit(
    LLVMFuzzerRunDriver(&count, &arguments) { data, size in
        guard let data, let source = String(validating: UnsafeBufferPointer(start: data, count: size), as: UTF8.self),
            let program = try? JQProgram(source), !source.contains("__loc__")
        else { return 0 }
        let text = program.expression.text
        // The parentheses that the text has more can exceed the permitted nesting.
        if let again = try? JQProgram(text) { precondition(again.expression.text == text, text) }
        _ = try? JQProgram.condition(source)
        return 0
    })
