import Foundation
import RelayJSON
import RelayReference
import RelayTesting
import Testing

/// Validates YAML against the project's schemas with Python's `jsonschema`.
enum SchemaValidator {
    /// Reads `[{schema, text}]` and prints the error of each text, or null.
    private static let program = """
        import json, sys
        import yaml
        from jsonschema import Draft202012Validator

        schemas, samples = json.load(open(sys.argv[1]))
        validators = {}
        for name, schema in schemas.items():
            Draft202012Validator.check_schema(schema)
            validators[name] = Draft202012Validator(schema)
        answers = []
        for sample in samples:
            errors = list(validators[sample["schema"]].iter_errors(yaml.safe_load(sample["text"])))
            answers.append("; ".join(e.json_path + ": " + e.message for e in errors) or None)
        print(json.dumps(answers))
        """

    /// What is wrong with each text; nil: nothing.
    static func validate(_ samples: [(file: ConfigurationDocumentation.SchemaFile, text: String)]) async throws
        -> [String?]
    {
        let schemas = JSONObject(
            ConfigurationDocumentation.SchemaFile.allCases.map {
                ($0.rawValue, ConfigurationDocumentation.everything.schema($0))
            })
        let input: JSON = [
            .object(schemas),
            .array(samples.map { ["schema": .string($0.file.rawValue), "text": .string($0.text)] }),
        ]
        let folder = try TemporaryDirectory(files: ["in.json": input.text, "judge.py": program])
        let process = try ChildProcess(
            python(),
            [folder.path + "/judge.py", folder.path + "/in.json"],
            output: folder.path + "/out",
            errors: folder.path + "/err"
        )
        let status = try await process.end()
        try #require(status == 0, "\(process.errorText)")
        return try #require(try JSON(parsing: process.text).array).map(\.string)
    }

    /// The Python interpreter that `make test-packages` installs.
    private static func python() throws -> String {
        let python = Repository.root.appendingPathComponent(".build-venv/bin/python").path
        let isReady = try? ChildProcess.run(python, "-c", "import jsonschema, yaml")
        try #require(isReady == 0, "there is no \(python) with jsonschema and yaml in it: run make test-packages")
        return python
    }
}
