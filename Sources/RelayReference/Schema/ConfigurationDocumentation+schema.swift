internal import RelayConfig
package import RelayJSON

extension ConfigurationDocumentation {
    /// The file that a schema describes.
    package enum SchemaFile: String, Sendable, CaseIterable {
        /// `config.yaml`
        case config
        /// `pipelines/NAME.yaml`
        case pipeline
        /// `pipelines/NAME_test.yaml`
        case tests
    }

    /// The JSON Schema (2020-12) of a file, for editors: names, types and values. Only `zaphub check` verifies rules
    /// about several options together.
    package func schema(_ file: SchemaFile) -> JSON {
        var writer = JSONSchemaWriter(reference: self)
        let (title, fields) =
            switch file {
            case .config: ("ZapHub Relay: config.yaml", registry.configurationFields)
            case .pipeline: ("ZapHub Relay: pipelines/NAME.yaml", registry.pipelineFields)
            case .tests: ("ZapHub Relay: pipelines/NAME_test.yaml", registry.testFileFields)
            }
        var schema: JSONObject = [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": .string(title),
        ]
        for (key, value) in writer.options(fields, isRoot: true) { schema[key] = value }
        schema["$defs"] = .object(writer.definitions)
        return .object(schema)
    }
}
