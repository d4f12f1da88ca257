import RelayCore
import RelayTesting

@testable import RelayMedia

/// The dependencies of a test with a bucket.
struct S3Fixture {
    let directory: TemporaryDirectory
    let server: MotoServer

    init() async throws {
        directory = try TemporaryDirectory()
        server = try await MotoServer.shared()
    }

    func open(_ options: S3MediaStoreOptions, renewalAge: Duration = .seconds(86_400)) async throws -> S3MediaStore {
        try await S3MediaStore.open(
            options,
            staging: directory.path + "/staging",
            engine: server.engine,
            renewalAge: renewalAge
        )
    }

    func content(_ mediaStore: S3MediaStore, _ id: MediaID) async throws -> [UInt8] {
        var read: [UInt8] = []
        for try await chunk in try await mediaStore.open(id, bounds: { 0..<$0 }).chunks { read += chunk }
        return read
    }

    func stage(_ bytes: [UInt8], for mediaStore: S3MediaStore) throws -> (path: String, media: StoredMedia) {
        let draft = try StagedFile(in: mediaStore.stagingDirectory)
        try draft.append(bytes)
        return (draft.handOver(), draft.media)
    }

    /// Options for a server with scripted responses.
    func options(of receiver: ScriptedReceiver) throws -> S3MediaStoreOptions {
        try S3MediaStoreOptions(
            endpoint: receiver.url,
            region: "eu-west-1",
            bucket: "bucket",
            prefix: "media/",
            accessKey: "AKIDEXAMPLE",
            secretKey: "example/secret"
        )
    }
}
