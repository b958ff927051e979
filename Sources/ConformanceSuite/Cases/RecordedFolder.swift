import GoWire

/// The working folder of the slave that was recorded: `/cloudreve/<machine>/<node>` in its answers.
enum RecordedFolder {
  private static let root = Array("/cloudreve/".utf8)

  /// The folder: from the payload of a listing when there is one, else from the first request or answer that shows it.
  static func find(in calls: [CallExchange]) -> GoString? {
    for gob in calls.compactMap(\.gob) {
      if let folder = find(in: GoJSON.write(gob, escapingHTML: false)) { return folder }
    }
    for call in calls {
      if let folder = find(in: call.request.body) { return folder }
      if case .bytes(let bytes) = call.body, let folder = find(in: bytes) { return folder }
    }
    return nil
  }

  /// The first `/cloudreve/x/y` that begins a path in `bytes`.
  static func find(in bytes: [UInt8]) -> GoString? {
    for start in ByteSearch.ranges(of: root, in: bytes).map(\.lowerBound) {
      var end = start + root.count
      for _ in 0..<2 {
        let component = bytes[end...].prefix { isPathByte($0) }
        guard !component.isEmpty else { break }
        end += component.count
        if end - start > root.count, bytes.indices.contains(end), bytes[end] == UInt8(ascii: "/"),
          bytes[(start + root.count)..<end].contains(UInt8(ascii: "/")) == false
        {
          end += 1
        } else {
          break
        }
      }
      let folder = bytes[start..<end]
      if folder.dropFirst(root.count).contains(UInt8(ascii: "/")), folder.last != UInt8(ascii: "/") {
        return GoString(folder)
      }
    }
    return nil
  }

  private static func isPathByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
