internal import Glibc
internal import Logging
internal import RelayCore
internal import ServiceLifecycle

/// Reloads the configuration when one of its files has changed: `serve --watch`.
///
/// The files are checked once a second. A change is loaded when the files have not changed further for a second,
/// because editors write files in several steps.
struct ConfigurationWatcher: Service {
    /// The path of `config.yaml`; `pipelines/` and `fragments/` are in the same folder.
    let file: String
    let clock: any RelayClock
    let reload: @Sendable () async -> Void

    private static let pause: Duration = .seconds(1)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var loaded = state
            var last = loaded
            while !Task.isCancelled {
                try? await clock.sleep(until: clock.now + Self.pause)
                let now = state
                if now != loaded, now == last {
                    loaded = now
                    await reload()
                }
                last = now
            }
        }
    }

    /// The state of all files of the configuration, which differs after any file has changed.
    private var state: [String: FileModificationStamp] {
        let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
        var state: [String: FileModificationStamp] = [file: FileModificationStamp(file)]
        for directory in ["pipelines", "fragments"] {
            for name in (try? SystemDirectory(folder + directory).names()) ?? [] where name.hasSuffix(".yaml") {
                let path = "\(folder)\(directory)/\(name)"
                state[path] = FileModificationStamp(path)
            }
        }
        return state
    }
}

/// The attributes of a file that reveal a change.
private struct FileModificationStamp: Hashable {
    var inode: UInt64 = 0
    var size: Int64 = 0
    var seconds: Int = 0
    var nanoseconds: Int = 0

    init(_ path: String) {
        var figures = stat()
        guard stat(path, &figures) == 0 else { return }
        inode = UInt64(figures.st_ino)
        size = Int64(figures.st_size)
        seconds = figures.st_mtim.tv_sec
        nanoseconds = figures.st_mtim.tv_nsec
    }
}
