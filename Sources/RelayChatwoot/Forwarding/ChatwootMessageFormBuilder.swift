internal import RelayCore
internal import RelayHTTPClient

/// Loads the files of messages into forms.
struct ChatwootMessageFormBuilder: Sendable {
    /// The relay's own copies; nil where there are none: then files are linked.
    let mediaStore: (any MediaStore)?
    /// In bytes; a larger file is linked.
    let maxSize: Int

    enum BuildError: Error {
        /// The file is not there any more, or too large: link it.
        case unavailable
        case form(MultipartFormBuilder.WriteError)
    }

    func form(
        _ message: NewChatwootMessage, _ content: String, _ replyTo: Int64?
    ) async throws(BuildError) -> MultipartFormBody {
        var form = MultipartFormBuilder(directory: mediaStore?.stagingDirectory ?? "/tmp")
        for (name, value) in message.fields(content, replyTo) {
            do { try form.append(field: name, value) } catch { throw .form(error) }
        }
        for file in message.files { try await append(file, to: &form) }
        do { return try form.finish() } catch { throw .form(error) }
    }

    private func append(_ file: NewChatwootAttachment, to form: inout MultipartFormBuilder) async throws(BuildError) {
        switch file.source {
        case .bytes(let bytes):
            try begin(file, &form)
            try add(bytes, &form)
        case .stored(_, let sha256, _):
            let stored = try await open(sha256)
            try begin(file, &form)
            try await add(stored, &form)
        }
        do { try form.endFile() } catch { throw .form(error) }
    }

    private func open(_ sha256: String?) async throws(BuildError) -> StoredMediaStream {
        guard let mediaStore, let id = sha256.flatMap({ MediaID($0) }),
            let content = try? await mediaStore.open(id, bounds: { 0..<$0 }), content.size <= Int64(maxSize)
        else { throw .unavailable }
        return content
    }

    private func add(_ content: StoredMediaStream, _ form: inout MultipartFormBuilder) async throws(BuildError) {
        do {
            for try await chunk in content.chunks { try add(chunk, &form) }
        } catch let failure as BuildError {
            throw failure
        } catch {
            throw .unavailable
        }
    }

    private func begin(_ file: NewChatwootAttachment, _ form: inout MultipartFormBuilder) throws(BuildError) {
        do {
            try form.beginFile("attachments[]", fileName: file.name, type: file.contentType)
        } catch {
            throw .form(error)
        }
    }

    private func add(_ bytes: [UInt8], _ form: inout MultipartFormBuilder) throws(BuildError) {
        do { try form.append(bytes) } catch { throw .form(error) }
    }
}
