/// The layout of a graph: sources on the left, pipelines in the middle with their stages from top to bottom,
/// destinations on the right. In pixels, from the upper left corner.
struct GraphLayout {
    struct Box {
        var x = 0
        var y = 0
        var width = 0
        var height = 0
        var title = ""
        var lines: [String] = []

        var right: Int { x + width }
        var bottom: Int { y + height }
        var middle: Int { y + height / 2 }
    }

    struct Pipeline {
        var frame: Box
        /// The stages in order; those of branches follow the stage that contains them.
        var stages: [(stage: ConfigurationGraph.Stage, box: Box)] = []
        /// The conditions above branches.
        var labels: [(text: String, x: Int, y: Int)] = []
        /// The arrows from the bottom of one stage to the top of the next.
        var arrows: [(x: Int, from: Int, to: Int)] = []
    }

    static let margin = 24
    static let gap = 16
    static let lineHeight = 17
    static let titleHeight = 30
    private static let sideWidth = 210
    private static let stageWidth = 400
    private static let padding = 16
    /// Between columns, for the arrows.
    private static let columnGap = 96
    private static let indent = 22
    /// The width of a character in the monospaced lines.
    private static let letterWidth = 7.3
    /// The maximum number of lines in a box; the rest is cut off.
    private static let maximumLines = 4

    private(set) var sources: [(name: String, box: Box)] = []
    private(set) var pipelines: [Pipeline] = []
    private(set) var destinations: [(name: String, box: Box)] = []
    private(set) var width = 0
    private(set) var height = 0

    init(_ graph: ConfigurationGraph) {
        let middle = Self.margin + Self.sideWidth + Self.columnGap
        let right = middle + Self.stageWidth + 2 * Self.padding + Self.columnGap
        var y = Self.margin
        for pipeline in graph.pipelines {
            pipelines.append(Self.pipeline(pipeline, x: middle, y: y))
            y = (pipelines.last?.frame.bottom ?? y) + Self.gap * 2
        }
        sources = Self.column(
            graph.sources.map { source in
                let readers = zip(graph.pipelines, pipelines).filter { $0.0.from.contains(source.name) }
                let box = Self.box(source.name, [source.detail], x: Self.margin, width: Self.sideWidth)
                return (source.name, box, readers.map { $0.1.frame.y + Self.titleHeight / 2 })
            }
        )
        destinations = Self.column(
            graph.destinations.map { destination in
                let senders = pipelines.flatMap(\.stages).filter { $0.stage.destinations.contains(destination.name) }
                let lines = [destination.detail] + (destination.events.map { ["events: \($0)"] } ?? [])
                let box = Self.box(destination.name, lines, x: right, width: Self.sideWidth)
                return (destination.name, box, senders.map(\.box.middle))
            }
        )
        width = right + Self.sideWidth + Self.margin
        let bottoms = pipelines.map(\.frame.bottom) + (sources + destinations).map(\.box.bottom)
        height = (bottoms.max() ?? 0) + Self.margin
    }

    private static func box(_ title: String, _ lines: [String], x: Int, width: Int) -> Box {
        let letters = Int(Double(width - 24) / letterWidth)
        let lines = lines.flatMap { broken($0, letters) }
        return Box(
            x: x, width: width, height: titleHeight + lines.count * lineHeight + (lines.isEmpty ? 0 : 6),
            title: title, lines: lines
        )
    }

    /// Breaks a text into lines of this number of characters; longer words are broken.
    private static func broken(_ text: String, _ letters: Int) -> [String] {
        var lines = TerminalTextLayout.lines(text, width: letters).flatMap { line -> [String] in
            var rest = line[...]
            var parts: [String] = []
            while rest.count > letters {
                parts.append(String(rest.prefix(letters)))
                rest = rest.dropFirst(letters)
            }
            return parts + [String(rest)]
        }
        if lines.count > maximumLines {
            lines = Array(lines.prefix(maximumLines))
            lines[maximumLines - 1] = lines[maximumLines - 1].prefix(letters - 1) + "…"
        }
        return lines
    }

    private static func pipeline(_ pipeline: ConfigurationGraph.Pipeline, x: Int, y: Int) -> Pipeline {
        var layout = Pipeline(
            frame: Box(x: x, y: y, width: stageWidth + 2 * padding, title: "pipeline \(pipeline.name)"))
        let end = place(pipeline.stages, x: x + padding, y: y + titleHeight + 4, width: stageWidth, in: &layout)
        layout.frame.height = end + padding - y
        return layout
    }

    /// - Returns: the bottom of the last stage.
    private static func place(
        _ stages: [ConfigurationGraph.Stage],
        x: Int,
        y: Int,
        width: Int,
        in layout: inout Pipeline
    ) -> Int {
        var y = y
        var previousBottom = y
        for (index, stage) in stages.enumerated() {
            if index > 0 {
                layout.arrows.append((x + indent / 2, previousBottom, y + gap))
                y += gap
            }
            var box = box(stage.title, stage.lines, x: x, width: width)
            box.y = y
            layout.stages.append((stage, box))
            y = box.bottom
            previousBottom = y
            for branch in stage.branches {
                layout.labels.append((branch.label, x + indent, y + lineHeight))
                y += lineHeight + 8
                y = place(branch.stages, x: x + indent, y: y, width: width - indent, in: &layout)
            }
        }
        return y
    }

    /// Stacks boxes, each as near as possible to the middle of the boxes that it is connected with.
    private static func column(_ parts: [(name: String, box: Box, at: [Int])]) -> [(name: String, box: Box)] {
        let sorted = parts.enumerated().sorted { one, other in
            let (a, b) = (mean(one.element.at), mean(other.element.at))
            return a == b ? one.offset < other.offset : a < b
        }
        var free = margin
        return sorted.map { part in
            var box = part.element.box
            let wanted = part.element.at.isEmpty ? free : mean(part.element.at) - box.height / 2
            box.y = max(free, wanted)
            free = box.bottom + gap
            return (part.element.name, box)
        }
    }

    private static func mean(_ values: [Int]) -> Int {
        values.isEmpty ? .max : values.reduce(0, +) / values.count
    }
}
