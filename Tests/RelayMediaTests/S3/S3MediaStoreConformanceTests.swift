import RelayCore
import RelayTesting
import Testing

@testable import RelayMedia

@Suite(.limitedConcurrency)
struct S3MediaStoreConformanceTests {
    /// Which bucket and staging directory each media store has.
    private actor Buckets {
        private var all: [ObjectIdentifier: (bucket: String, directory: TemporaryDirectory)] = [:]

        func open(_ bucket: String, _ directory: TemporaryDirectory) async throws -> any MediaStore {
            let server = try await MotoServer.shared()
            let mediaStore = try await S3MediaStore.open(
                try server.options(bucket),
                staging: directory.path,
                engine: server.engine
            )
            all[ObjectIdentifier(mediaStore)] = (bucket, directory)
            return mediaStore
        }

        func reopen(_ mediaStore: any MediaStore) async throws -> any MediaStore {
            guard let known = take(mediaStore) else { throw CancellationError() }
            return try await open(known.bucket, known.directory)
        }

        @discardableResult
        func take(_ mediaStore: any MediaStore) -> (bucket: String, directory: TemporaryDirectory)? {
            all.removeValue(forKey: ObjectIdentifier(mediaStore as AnyObject))
        }
    }

    private static let buckets = Buckets()

    private static let conformance = MediaStoreConformance(
        sweeps: false,
        makeMediaStore: { _ in try await buckets.open(try await MotoServer.shared().makeBucket(), TemporaryDirectory())
        },
        reopen: { mediaStore, _ in try await buckets.reopen(mediaStore) },
        discard: { _ = await buckets.take($0) }
    )

    @Test(arguments: MediaStoreConformance.Behaviour.allCases)
    func conforms(_ behaviour: MediaStoreConformance.Behaviour) async throws {
        try await Self.conformance.run(behaviour)
    }
}
