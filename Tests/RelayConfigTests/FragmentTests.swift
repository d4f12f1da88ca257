import RelayConfig
import RelayJQ
import RelayJSON
import Testing

@Suite struct FragmentTests {
    private func load(_ pipeline: String, _ fragments: [String: String]) throws -> RelayConfiguration.Loaded {
        var files = ["config.yaml": "version: 1\n", "pipelines/default.yaml": pipeline]
        for (name, text) in fragments { files["fragments/\(name).yaml"] = text }
        return try Workspace(files).load()
    }

    @Test func aFragmentsStagesRunInItsPlaceUnderItsName() throws {
        let loaded = try load(
            """
            stages:
              - persist
              - use: clean
              - use: clean
                when: .payload.isGroup
              - use: clean
                id: again
              - deliver: session
            """,
            [
                "clean": "- filter: { drop: .a }\n- filter: { drop: .b }\n- use: more\n  id: rest\n",
                "more": "stages:\n  - enrich: images\n    id: pictures\n",
            ]
        )
        let pipeline = try #require(loaded.configuration.pipelines.first)
        #expect(
            pipeline.steps.map(\.id) == [
                "persist",
                "clean", "clean.filter", "clean.filter-2", "clean.rest", "clean.rest.pictures",
                "clean-2", "clean-2.filter", "clean-2.filter-2", "clean-2.rest", "clean-2.rest.pictures",
                "again", "again.filter", "again.filter-2", "again.rest", "again.rest.pictures",
                "deliver",
            ])
        #expect(pipeline.steps[6].when?.source == ".payload.isGroup")
        #expect(loaded.warnings.isEmpty)
    }

    @Test func severalPipelinesMayUseOne() throws {
        let workspace = Workspace([
            "config.yaml": """
            sources: { a: { transport: http, format: native }, b: { transport: http, format: native } }
            """,
            "pipelines/a.yaml": "from: a\nstages:\n  - use: all\n",
            "pipelines/b.yaml": "from: b\nstages:\n  - use: all\n",
            "fragments/all.yaml": "- persist\n- deliver: session\n",
        ])
        let loaded = try workspace.load()
        #expect(loaded.configuration.pipelines.map { $0.steps.map(\.id) }.count == 2)
        #expect(loaded.warnings.isEmpty, "what it delivers counts for each")
        #expect(loaded.configuration.scrubbed["fragments"]?["all"] == ["persist", ["deliver": "session"]])
        #expect(loaded.configuration.scrubbed["pipelines"]?["a"]?["stages"] == [["use": "all"]])
    }

    @Test func variablesAreResolvedInFragmentsAsWell() throws {
        let workspace = Workspace([
            "config.yaml": "version: 1\n", "pipelines/a.yaml": "stages:\n  - use: all\n",
            "fragments/all.yaml": "- persist\n- deliver: ${WHERE}\n",
        ])
        #expect(try workspace.load(["WHERE": "session"]).warnings.isEmpty)
        #expect(workspace.report().hasPrefix("fragments/all.yaml:2:12: error: "))
    }
}
