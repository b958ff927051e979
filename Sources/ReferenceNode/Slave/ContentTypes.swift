import GoWire
import NodeProtocol

struct ContentTypes: Sendable {
  init(settings: NodeSettings) {}
  func type(ofName name: GoString) -> GoString? { name.hasSuffix(".bin") ? "application/octet-stream" : nil }
  static func sniffed(_ head: [UInt8]) -> GoString { "text/plain; charset=utf-8" }
}
extension NodeSettings {
  var thumbnailSuffix: GoString { "._thumb_sidecar" }
  var temporaryFolder: DiskPath { DiskPath("data/temp") ?? DiskPath.home }
  var publicMaxAge: Int64 { 86400 }
}
