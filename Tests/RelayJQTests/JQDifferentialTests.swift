import Glibc
import RelayJQ
import RelayJSON
import Testing

/// Compares the evaluator with libjq 1.7.1, which the package `jq` of PyPI brings (scripts/requirements-tests.txt).
@Suite struct JQDifferentialTests {
    @Test func agreesWithLibjqOnTheTable() throws {
        let tasks = JQDifferentialTable.programs.map { LibjqTask(program: $0, inputs: [.null]) }
        let answers = try LibjqWorker().answers(to: tasks)
        for (task, answer) in zip(tasks, answers) {
            guard let answer else { continue }
            #expect(task.ownAnswer() == answer, "\(task.program)")
        }
        #expect(answers.count { $0 == nil } < 20, "libjq itself dies of few of them")
    }

    /// `ZAPHUB_JQ_PROGRAMS` is the number of programs, `ZAPHUB_JQ_SEED` the first seed.
    @Test func agreesWithLibjqOnRandomPrograms() throws {
        let environment = { (name: String) in getenv(name).map { String(cString: $0) } }
        let count = environment("ZAPHUB_JQ_PROGRAMS").flatMap { Int($0) } ?? 5_000
        let seed = environment("ZAPHUB_JQ_SEED").flatMap { UInt64($0) } ?? 1
        var random = JQRandomPrograms(seed: seed)
        let inputs = (0..<20).map { _ in random.input() }
        var start = 0
        var disagreements: [String] = []
        // What is compared, and what of it differs on purpose.
        var (programs, results, explained) = (0, 0, 0)
        while start < count {
            let tasks = (start..<min(start + 1_000, count)).map { index in
                var random = JQRandomPrograms(seed: seed &* 1_000_003 &+ UInt64(index))
                return LibjqTask(program: random.program(), inputs: inputs)
            }
            for (task, answer) in zip(tasks, try LibjqWorker().answers(to: tasks)) {
                guard let answer, !JQKnownDifferences.concern(task.program) else { continue }
                programs += 1
                results += answer.count
                var differences: JQKnownDifferences?
                for (place, pair) in zip(task.ownAnswer(), answer).enumerated() where pair.0 != pair.1 {
                    if differences == nil { differences = JQKnownDifferences(of: task.program) }
                    if differences?.explain(own: pair.0, libjq: pair.1) == true {
                        explained += 1
                        continue
                    }
                    disagreements.append("\(task.program)   with \(inputs[place].text)")
                    break
                }
            }
            start += 1_000
        }
        #expect(disagreements == [], "seed \(seed)")
        print(
            "seed \(seed): \(programs) of \(count) programs with \(results) results, of which \(explained) differ on purpose"
        )
    }
}

/// A program and its inputs, and what it makes of them.
struct LibjqTask {
    enum Answer: Equatable {
        case outputs(String)
        case failure
        /// The budget of the relay was exceeded.
        case exceeded
    }

    var program: String
    var inputs: [JSON]

    func ownAnswer() -> [Answer] {
        guard let program = try? JQProgram(program) else { return inputs.map { _ in .failure } }
        return inputs.map { input in
            do throws(JQError) {
                let outputs = try program.evaluate(input)
                return .outputs(Self.rounded(.array(outputs)).text)
            } catch {
                return error.code == .budget ? .exceeded : .failure
            }
        }
    }

    /// The form in which the worker writes values: numbers with 14 digits, members in the order of their keys.
    static func rounded(_ value: JSON) -> JSON {
        switch value {
        case .int, .number: return ["number": .string(digits(value.double ?? .nan))]
        case .array(let elements): return .array(elements.map(rounded))
        case .object(let members):
            let sorted = members.sorted { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) }
            return ["object": .object(JSONObject(sorted.map { ($0.key, rounded($0.value)) }))]
        default: return value
        }
    }

    private static func digits(_ number: Double) -> String {
        // The worker cannot tell -0 from 0.
        let number = number == 0 ? 0 : number
        var buffer = [CChar](repeating: 0, count: 64)
        let length = withVaList([number]) { vsnprintf(&buffer, buffer.count, "%.14g", $0) }
        return String(decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Evaluates programs with libjq in processes of their own, because a program can end its process.
struct LibjqWorker {
    private struct WorkerError: Error, CustomStringConvertible {
        var description: String
    }

    private let root = String(#filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined())

    /// For each task the answers to its inputs; `nil` when libjq died of it.
    func answers(to tasks: [LibjqTask]) throws -> [[LibjqTask.Answer]?] {
        var template = Array("/tmp/zaphub-jq-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw WorkerError(description: "no temporary folder") }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let (input, output) = ("\(folder)/tasks", "\(folder)/answers")
        defer {
            for path in [input, output, folder] { remove(path) }
        }
        let lines = tasks.map { JSON.object(["p": .string($0.program), "i": .array($0.inputs)]).text }
        try write(lines.joined(separator: "\n") + "\n", to: input)
        try write("", to: output)
        var answers: [[LibjqTask.Answer]?] = []
        while answers.count < tasks.count {
            try run(input, output, from: answers.count)
            let fresh = try read(output).split(separator: "\n").map(String.init)
            for line in fresh.prefix(tasks.count - answers.count) { answers.append(try Self.answers(in: line)) }
            try write("", to: output)
            if answers.count < tasks.count {
                // The worker died of the next one, or there is no worker.
                guard !fresh.isEmpty || answers.count > 0 || tasks.count > 1 else {
                    throw WorkerError(description: "libjq gave no answer: run scripts/bootstrap --tests")
                }
                answers.append(nil)
                guard answers.count(where: { $0 == nil }) < 100 else {
                    throw WorkerError(description: "libjq dies of everything: run scripts/bootstrap --tests")
                }
            }
        }
        return answers
    }

    private static func answers(in line: String) throws -> [LibjqTask.Answer] {
        guard case .array(let answers) = try JSON(parsing: line, maximumDepth: 1024) else { return [] }
        return answers.map { $0.isNull ? .failure : .outputs(sorted($0).text) }
    }

    private static func sorted(_ value: JSON) -> JSON {
        switch value {
        case .array(let elements): return .array(elements.map(sorted))
        case .object(let members):
            let sorted = members.sorted { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) }
            return .object(JSONObject(sorted.map { ($0.key, Self.sorted($0.value)) }))
        default: return value
        }
    }

    private func run(_ input: String, _ output: String, from start: Int) throws {
        let python = getenv("ZAPHUB_TEST_PYTHON").map { String(cString: $0) } ?? "\(root)/.build-venv/bin/python"
        let arguments = [python, "\(root)/scripts/libjq_worker.py", input, output, String(start)]
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var process = pid_t()
        guard posix_spawn(&process, python, nil, nil, &pointers, environ) == 0 else {
            throw WorkerError(description: "\(python) does not run: run scripts/bootstrap --tests")
        }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
    }

    private func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "w") else { throw WorkerError(description: "cannot write \(path)") }
        defer { fclose(file) }
        let bytes = Array(text.utf8)
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
            throw WorkerError(description: "cannot write \(path)")
        }
    }

    private func read(_ path: String) throws -> String {
        guard let file = fopen(path, "r") else { throw WorkerError(description: "cannot read \(path)") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        // The last line is not complete when the worker died while it wrote it.
        let end = bytes.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return String(decoding: bytes[..<end], as: UTF8.self)
    }
}
