extension ConfigurationGraph {
    /// The graph as SVG, drawn without other programs.
    var svg: String {
        let layout = GraphLayout(self)
        var parts = [
            """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(layout.width)" height="\(layout.height)" \
            viewBox="0 0 \(layout.width) \(layout.height)" role="img">
            <title>The paths of events: sources, pipelines, destinations</title>
            <style>
            text { font: 12px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #37474f }
            .title { font: 600 14px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: #102027 }
            .box { fill: #ffffff; stroke: #90a4ae } .frame { fill: #f5f7f8; stroke: #b0bec5 }
            .source { fill: #e3f2fd; stroke: #64b5f6 } .destination { fill: #e8f5e9; stroke: #66bb6a }
            .idle { stroke-dasharray: 5 4 } .way { fill: none; stroke: #607d8b; stroke-width: 1.5 }
            </style>
            <defs><marker id="tip" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" \
            orient="auto"><path d="M0 0.5 8 4 0 7.5z" fill="#607d8b"/></marker></defs>
            <rect width="100%" height="100%" fill="#ffffff"/>
            """
        ]
        for pipeline in layout.pipelines { parts += Self.picture(of: pipeline) }
        let read = Set(pipelines.flatMap(\.from))
        for (name, box) in layout.sources {
            parts.append(Self.picture(of: box, class: read.contains(name) ? "source" : "source idle"))
        }
        let used = Set(pipelines.flatMap { $0.allStages.flatMap(\.destinations) })
        for (name, box) in layout.destinations {
            parts.append(Self.picture(of: box, class: used.contains(name) ? "destination" : "destination idle"))
        }
        parts += arrows(in: layout)
        return (parts + ["</svg>"]).joined(separator: "\n")
    }

    private static func picture(of pipeline: GraphLayout.Pipeline) -> [String] {
        [picture(of: pipeline.frame, class: "frame")]
            + pipeline.stages.map { picture(of: $0.box, class: "box") }
            + pipeline.labels.map { text($0.text, x: $0.x, y: $0.y) }
            + pipeline.arrows.map { arrow in
                "<path class=\"way\" marker-end=\"url(#tip)\" d=\"M\(arrow.x) \(arrow.from)V\(arrow.to)\"/>"
            }
    }

    private static func picture(of box: GraphLayout.Box, class name: String) -> String {
        let frame = """
            <rect class="\(name)" x="\(box.x)" y="\(box.y)" width="\(box.width)" height="\(box.height)" rx="6"/>
            """
        let lines = box.lines.enumerated().map { index, line in
            text(line, x: box.x + 12, y: box.y + GraphLayout.titleHeight + 11 + index * GraphLayout.lineHeight)
        }
        return ([frame, text(box.title, x: box.x + 12, y: box.y + 20, class: "title")] + lines).joined(separator: "\n")
    }

    /// The arrows between the columns.
    private func arrows(in layout: GraphLayout) -> [String] {
        var arrows: [String] = []
        for (pipeline, pipelineBox) in zip(pipelines, layout.pipelines) {
            let entry = (x: pipelineBox.frame.x, y: pipelineBox.frame.y + GraphLayout.titleHeight / 2)
            for (name, box) in layout.sources where pipeline.from.contains(name) {
                arrows.append(Self.arrow(from: (box.right, box.middle), to: entry))
            }
            for (stage, stageBox) in pipelineBox.stages {
                for (name, box) in layout.destinations where stage.destinations.contains(name) {
                    arrows.append(Self.arrow(from: (stageBox.right, stageBox.middle), to: (box.x, box.middle)))
                }
            }
        }
        return arrows
    }

    private static func arrow(from start: (x: Int, y: Int), to end: (x: Int, y: Int)) -> String {
        let bend = (end.x - start.x) / 2
        return """
            <path class="way" marker-end="url(#tip)" \
            d="M\(start.x) \(start.y)C\(start.x + bend) \(start.y) \(end.x - bend) \(end.y) \(end.x) \(end.y)"/>
            """
    }

    private static func text(_ text: String, x: Int, y: Int, class name: String? = nil) -> String {
        let attribute = name.map { " class=\"\($0)\"" } ?? ""
        return "<text\(attribute) x=\"\(x)\" y=\"\(y)\">\(escaped(text))</text>"
    }

    /// Escapes text for XML; control characters, which XML does not allow, become spaces.
    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.unicodeScalars.append(scalar.value < 0x20 ? " " : scalar)
            }
        }
    }
}
