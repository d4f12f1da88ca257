import ArgumentParser
import Foundation
import RelayCore
import RelayJSON
import RelayMedia

struct MediaCommandGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "media",
        abstract: "Opens the encrypted files of messages.",
        subcommands: [DecryptCommand.self]
    )
}

extension MediaCommandGroup {
    struct DecryptCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "decrypt",
            abstract: "Verifies and decrypts a file as WhatsApp's servers keep it.",
            discussion: """
                The file is what a GET of raw_media.url brought; the key and the type are raw_media's:
                  curl -so file.enc "$URL"
                  zaphub media decrypt file.enc --type image --key "$MEDIA_KEY" --output photo.jpg
                  zaphub media decrypt file.enc --reference raw_media.json --output photo.jpg
                Says what is wrong when it is not the file that was sent, and ends with status 1.
                """
        )

        @Argument(help: "The encrypted file.")
        var file: String

        @Option(help: "raw_media.mediaKey: 32 bytes in base64 or hexadecimal.")
        var key: String?

        @Option(help: "raw_media.mediaType: \(MediaKind.allCases.map(\.rawValue).joined(separator: ", ")).")
        var type: String?

        @Option(help: "A JSON file with raw_media, instead of --key and --type; its hashes are checked as well.")
        var reference: String?

        @Option(name: .shortAndLong, help: "Where the plain file goes; default FILE without .enc, or FILE.plain.")
        var output: String?

        func run() throws {
            let media = try sealedFile()
            let target = output ?? (file.hasSuffix(".enc") ? String(file.dropLast(4)) : file + ".plain")
            do {
                let stored = try media.decrypt(file, to: target)
                printLine("\(target): \(stored.size) bytes, \(media.kind.rawValue), sha256 \(stored.id)")
            } catch {
                printError("\(file) cannot be decrypted: \(error.message) (\(error.code.rawValue))")
                throw ExitCode(1)
            }
        }

        private func sealedFile() throws -> MediaFileDecryptor {
            if let reference { return try MediaFileDecryptor(reference: reference) }
            guard let type else { throw ValidationError("--type is missing: it decides how the keys are derived.") }
            guard let kind = MediaKind(rawValue: type) else {
                let known = MediaKind.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--type is one of \(known), not \"\(type)\".")
            }
            guard let key else { throw ValidationError("--key is missing: raw_media.mediaKey.") }
            guard let bytes = Self.keyBytes(key) else {
                throw ValidationError("--key is 32 bytes, written as 44 letters of base64 or 64 of hexadecimal.")
            }
            return MediaFileDecryptor(kind: kind, key: bytes)
        }

        /// The 32 bytes of a key; some exports of iOS put `0A 20` before them.
        static func keyBytes(_ text: String) -> [UInt8]? {
            let letters = text.trimmingCharacters(in: .whitespacesAndNewlines)
            let bytes = MediaID(letters.lowercased())?.digest ?? Base64.decode(letters) ?? []
            if bytes.count == 34, bytes.prefix(2) == [0x0A, 0x20] { return Array(bytes.dropFirst(2)) }
            return bytes.count == 32 ? bytes : nil
        }
    }
}

extension MediaFileDecryptor {
    /// Reads a file with `raw_media`, a payload or a whole delivery.
    fileprivate init(reference path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ValidationError("There is no file \(path).")
        }
        let document: JSON
        do { document = try JSON(parsing: Array(data)) } catch {
            throw ValidationError("\(path) is no JSON: \(error.message)")
        }
        let raw = document["payload"]?["raw_media"] ?? document["raw_media"] ?? document
        do {
            let media = try RawMediaReference(raw)
            for case .whatsApp(_, _, let key?) in media.locations {
                self.init(
                    kind: media.kind,
                    key: key,
                    encryptedSHA256: media.encryptedSHA256,
                    plainSHA256: media.fileSHA256
                )
                return
            }
        } catch {
            throw ValidationError("\(path) does not help: \(error.message)")
        }
        throw ValidationError("\(path) refers to no encrypted file.")
    }
}
