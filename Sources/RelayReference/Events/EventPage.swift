internal import Foundation
internal import RelayCore
package import RelayJSON

/// The page docs/events.md: every event and every type of content with its fields and a real body.
package struct EventPage: Sendable {
    /// A body that the relay has made, and the name of its file.
    package struct Sample: Sendable {
        /// `message.received`, or `content.poll-votes` for another one of the same subject.
        package let name: String
        package let body: JSON

        package init(name: String, body: JSON) {
            self.name = name
            self.body = body
        }

        /// The event, or `content.` and the type of content, that it shows.
        fileprivate var subject: Substring { name.prefix { $0 != "-" } }
    }

    private let samples: [Sample]

    package init(samples: [Sample]) {
        self.samples = samples.sorted { $0.name < $1.name }
    }

    /// - Parameter folder: the path of the folder with the bodies, a file `NAME.json` each.
    /// - Throws: an error when a file cannot be read, or is no JSON.
    package init(folder: String) throws {
        let url = URL(fileURLWithPath: folder, isDirectory: true)
        let files = try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil)
        try self.init(
            samples: files.filter { $0.pathExtension == "json" }.map { file in
                Sample(
                    name: file.deletingPathExtension().lastPathComponent,
                    body: try JSON(parsing: Array(try Data(contentsOf: file))))
            })
    }

    /// The page's text, with a line break at its end.
    package var markdown: String {
        let parts = EventPageText.beforeEvents + events + sharedFields + contents
        return parts.joined(separator: "\n\n") + "\n"
    }

    private var events: [String] {
        let rows = EventCatalogue.events.map { event in
            "| [`\(event.type)`](#\(event.type.name.anchor)) | \(event.summary.inCell) |"
        }
        let sections = EventCatalogue.events.flatMap { event in
            ["### `\(event.type)`", event.summary] + forms(event.forms) + bodies(of: event.type.name) { $0 }
        }
        return ["## Events", (["| event | |", "|---|---|"] + rows).joined(separator: "\n")] + sections
    }

    private var sharedFields: [String] {
        let forms = EventCatalogue.events.flatMap(\.forms) + EventCatalogue.contents.flatMap(\.forms)
        var seen: Set<String> = []
        let groups = forms.flatMap(\.shared).filter { $0.omitted.isEmpty && seen.insert($0.name).inserted }
        return ["## Fields that several have in common"]
            + groups.flatMap { ["### \($0.title)", Self.table(of: $0.fields)] }
    }

    private var contents: [String] {
        let rows = EventCatalogue.contents.map { content in
            "| [`\(content.name)`](#content-\(content.name)) | \(content.summary.inCell) |"
        }
        let sections = EventCatalogue.contents.flatMap { content in
            let file =
                content.hasFile
                ? ["The message has `media` or `raw_media`: [context of a message](#context-of-a-message)."] : []
            return ["### content: `\(content.name)`", content.summary] + file + self.forms(content.forms)
                + bodies(of: "content." + content.name, part: Self.contentPart)
        }
        let intro = "`type` names what `content` has. Below each type is that part of a real body."
        return ["## Types of content", intro, (["| type | |", "|---|---|"] + rows).joined(separator: "\n")] + sections
    }

    /// The members of a body's payload that are about its content.
    private static func contentPart(_ body: JSON) -> JSON {
        let members = ["type", "content", "media", "raw_media"]
        let payload = body["payload"]?.object ?? [:]
        return .object(JSONObject(payload.filter { members.contains($0.key) }.map { ($0.key, $0.value) }))
    }

    private func forms(_ forms: [EventForm]) -> [String] {
        forms.flatMap { form -> [String] in
            let isLone = form.title == nil && form.shared.isEmpty
            let intro = isLone ? [] : [intro(form)]
            return intro + (form.own.isEmpty ? [] : [Self.table(of: form.own)])
        }
    }

    /// `**TITLE**: the fields of GROUP, GROUP and these:`
    private func intro(_ form: EventForm) -> String {
        let groups = form.shared.map { "[\($0.title)](#\($0.title.anchor))" } + (form.own.isEmpty ? [] : ["these"])
        let list = [groups.dropLast().joined(separator: ", "), groups.last ?? ""].filter { !$0.isEmpty }
        let fields = form.shared.isEmpty ? nil : "the fields of " + list.joined(separator: " and ")
        let text = [form.title.map { "**\($0)**" }, fields].compactMap { $0 }.joined(separator: ": ")
        return text.prefix(1).uppercased() + text.dropFirst() + (form.own.isEmpty ? "." : ":")
    }

    private func bodies(of subject: String, part: (JSON) -> JSON) -> [String] {
        samples.filter { $0.subject == subject }.flatMap { sample in
            [
                "[\(sample.name).json](../examples/bodies/\(sample.name).json):",
                "```json\n\(part(sample.body).prettyText)\n```",
            ]
        }
    }

    private static func table(of fields: [EventField]) -> String {
        ReferenceEntry.Group.event.table(of: fields.options)
    }
}

extension String {
    /// The anchor that a Markdown heading with this text has.
    fileprivate var anchor: String {
        String(lowercased().filter { $0.isLetter || $0.isNumber || "_- ".contains($0) }.map { $0 == " " ? "-" : $0 })
    }
}
