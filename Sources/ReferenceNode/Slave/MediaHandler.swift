import GoWire
import NodeProtocol

/// The routes of media metadata and thumbnails (ST-12, ST-13). They bind and look for the file; making either is not there yet.
struct MediaHandler: Sendable {
  let store: BlobStore

  /// Extensions that an extractor knows; case counts (ST-12).
  private static let extractable: Set<GoString> = [
    "jpg", "jpeg", "png", "heic", "heif", "tiff", "avif", "mp3", "m4a", "ogg", "flac",
  ]

  /// `GET file/meta/:src/:ext` (ST-12).
  func metadata(source: GoString, ext: GoString) async throws(Refusal) -> HTTPResponse {
    try await findFile(source)
    guard Self.extractable.contains(ext) else { return Reply.envelope(.success([MediaMeta]())) }
    throw .failed(NodeError(.internalSetting, "Media metadata is not available on this node"))
  }

  /// `GET file/thumb/:src/:ext` (ST-13).
  func thumbnail(source: GoString) async throws(Refusal) -> HTTPResponse {
    try await findFile(source)
    throw .failed(NodeError(.internalSetting, "Thumbnails are not available on this node"))
  }

  private func findFile(_ source: GoString) async throws(Refusal) {
    let text: GoString
    do throws(NodeError) {
      text = try ContentRequest.path(of: source)
    } catch {
      throw .failed(error)
    }
    do throws(DiskError) {
      guard let path = BlobPath.path(text) else { throw DiskError(.notFound, "invalid argument") }
      _ = try await store.disk.status(path, followLinks: true)
    } catch  where error.kind == .outsideRoot {
      throw .failed(BlobStore.outside(text))
    } catch {
      throw .failed(NodeError(.pathNotExist, "Path not exist", cause: GoString(error.text)))
    }
  }
}
