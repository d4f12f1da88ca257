internal import RelayConfig
package import RelayJSON

extension ConfigurationDocumentation {
    /// What a schema describes.
    package enum SchemaFile: String, Sendable, CaseIterable {
        /// `config.yaml`
        case config
        /// `pipelines/NAME.yaml`
        case pipeline
        /// `pipelines/NAME_test.yaml`
        case tests
        /// The bodies that receivers get.
        case events
    }

    /// The JSON Schema (2020-12) of a file, for editors: names, types and values. Only `zaphub check` verifies rules
    /// about several options together.
    package func schema(_ file: SchemaFile) -> JSON {
        switch file {
        case .config: schema(registry.configurationFields, title: "ZapHub Relay: config.yaml")
        case .pipeline: schema(registry.pipelineFields, title: "ZapHub Relay: pipelines/NAME.yaml")
        case .tests: schema(registry.testFileFields, title: "ZapHub Relay: pipelines/NAME_test.yaml")
        case .events: EventSchemaWriter.schema
        }
    }

    private func schema(_ fields: [AnyOptionField], title: String) -> JSON {
        var writer = JSONSchemaWriter(reference: self)
        var schema: JSONObject = [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": .string(title),
        ]
        for (key, value) in writer.options(fields, isRoot: true) { schema[key] = value }
        schema["$defs"] = .object(writer.definitions)
        return .object(schema)
    }
}
