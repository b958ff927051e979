import GoWire

/// Compares gob payloads by value: zero fields may be left out, maps have no order, and what differs from run to run is masked.
struct GobComparison {
  let mask: TextMask
  /// What the slave calls its own folder is not known: any absolute path that ends as recorded will do.
  let folder: GoString
  let knowsFolder: Bool
  /// What stands in the recorded texts for what is to be there now: the slave's folder, the site.
  let rewrite: (GoString) -> GoString
  private(set) var differences: [Difference] = []
  /// Ids taken out on both sides, in the order of their places.
  private(set) var ids: [(recorded: GoString, seen: GoString)] = []

  init(mask: TextMask, folder: GoString, knowsFolder: Bool, rewrite: @escaping (GoString) -> GoString) {
    self.mask = mask
    self.folder = folder
    self.knowsFolder = knowsFolder
    self.rewrite = rewrite
  }

  /// Compares two decoded values.
  mutating func compare(_ recorded: GoValue, _ seen: GoValue, _ place: String) {
    switch (recorded, seen) {
    case (.structure(let left), .structure(let right)): compareFields(left, right, place)
    case (.map(let left), .map(let right)): compareEntries(left, right, place)
    case (.list(let left), .list(let right)):
      guard left.count == right.count else {
        differ(place, "\(left.count) elements", "\(right.count): \(GobText.of(seen))")
        return
      }
      for (index, pair) in zip(left, right).enumerated() { compare(pair.0, pair.1, "\(place)[\(index)]") }
    case (.string(let left), .string(let right)): compareTexts(left, right, place)
    case (.interface(let leftName, let left), .interface(let rightName, let right)):
      if leftName != rightName { differ("\(place) (type)", leftName.text, rightName.text) }
      compare(left, right, place)
    default:
      if recorded != seen { differ(place, GobText.of(recorded), GobText.of(seen)) }
    }
  }

  private mutating func compareFields(_ recorded: [GoFieldValue], _ seen: [GoFieldValue], _ place: String) {
    let isFolder = recorded.contains { $0.name == "IsDir" && $0.value == .bool(true) }
    let isThumbnail = recorded.contains { $0.name == "Name" && $0.value.string?.hasSuffix("._thumb_sidecar") == true }
    var names = recorded.map(\.name)
    names += seen.map(\.name).filter { !names.contains($0) }
    for name in names {
      let inner = "\(place).\(name)"
      let left = recorded.last { $0.name == name }?.value
      let right = seen.last { $0.name == name }?.value
      if ["LastModify", "CreatedAt", "UpdatedAt"].contains(name) {
        if (left == nil) != (right == nil) {
          differ(inner, left == nil ? "none" : "a time", right == nil ? "none" : "a time")
        }
      } else if name == "Size", isFolder || isThumbnail {
        if (right?.int ?? 0) <= 0 { differ(inner, "a positive number", right.map(GobText.of) ?? "none") }
      } else if let left, let right {
        compare(left, right, inner)
      } else if let left, !GobText.isZero(left) {
        differ(inner, GobText.of(left), "nothing")
      } else if let right, !GobText.isZero(right) {
        differ(inner, "nothing", GobText.of(right))
      }
    }
  }

  private mutating func compareEntries(_ recorded: [GoMapEntry], _ seen: [GoMapEntry], _ place: String) {
    for entry in recorded {
      let inner = "\(place)[\(GobText.of(entry.key))]"
      guard let other = seen.last(where: { $0.key == entry.key }) else {
        differ(inner, GobText.of(entry.value), "nothing")
        continue
      }
      compare(entry.value, other.value, inner)
    }
    for entry in seen where !recorded.contains(where: { $0.key == entry.key }) {
      differ("\(place)[\(GobText.of(entry.key))]", "nothing", GobText.of(entry.value))
    }
  }

  private mutating func compareTexts(_ old: GoString, _ seen: GoString, _ place: String) {
    let recorded = rewrite(old)
    let left = mask.apply(recorded.bytes)
    let right = mask.apply(seen.bytes)
    if left.bytes == right.bytes {
      ids += zip(left.ids, right.ids).map { ($0, $1) }
      return
    }
    if !knowsFolder, isSameButFolder(recorded.bytes, seen.bytes) { return }
    differ(place, recorded.text, seen.text)
  }

  /// Whether some absolute path stands where the recorded text has the folder, and all else is the same.
  private func isSameButFolder(_ recorded: [UInt8], _ seen: [UInt8]) -> Bool {
    guard let place = ByteSearch.ranges(of: folder.bytes, in: recorded).first else { return false }
    let (before, after) = (recorded[..<place.lowerBound], recorded[place.upperBound...])
    guard seen.count > before.count + after.count, seen.starts(with: before),
      seen.suffix(after.count).elementsEqual(after)
    else { return false }
    return seen[before.count] == UInt8(ascii: "/")
  }

  private mutating func differ(_ place: String, _ expected: String, _ seen: String) {
    differences.append(Difference(place, expected: expected, seen: seen))
  }
}

/// Gob values as people read them.
enum GobText {
  static func of(_ value: GoValue) -> String {
    switch value {
    case .null: "nil"
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .uint(let value): "\(value) (unsigned)"
    case .float(let value): "\(value) (float)"
    case .string(let value): "\"\(value)\""
    case .bytes(let value): "bytes \(Hexadecimal.text(value))"
    case .time(let value): "time \(value.unixSeconds)"
    case .opaque(let value): "opaque \(Hexadecimal.text(value))"
    case .list(let values): "[\(values.map(of).joined(separator: " "))]"
    case .map(let entries): "map[\(entries.map { "\(of($0.key)):\(of($0.value))" }.joined(separator: " "))]"
    case .structure(let fields): "{\(fields.map { "\($0.name):\(of($0.value))" }.joined(separator: " "))}"
    case .interface(let name, let value): "\(name)(\(of(value)))"
    }
  }

  /// Whether a value is what a stream may leave out.
  static func isZero(_ value: GoValue) -> Bool {
    switch value {
    case .null: true
    case .bool(let value): !value
    case .int(let value): value == 0
    case .uint(let value): value == 0
    case .float(let value): value == 0
    case .string(let value): value.isEmpty
    case .bytes(let value), .opaque(let value): value.isEmpty
    case .time(let value): value == .zero
    case .list(let values): values.isEmpty
    case .map(let entries): entries.isEmpty
    case .structure(let fields): fields.allSatisfy { isZero($0.value) }
    case .interface: false
    }
  }
}
