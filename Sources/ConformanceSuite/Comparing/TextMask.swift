import GoWire
import ReferenceNode

/// Texts with what differs from run to run put aside: made ids, times, temporary paths, the slave's own version.
struct TextMask {
  /// A text after masking, and the ids that were taken out of it.
  struct Masked: Hashable {
    var bytes: [UInt8]
    /// In the order of their places.
    var ids: [GoString]
  }

  /// Request ids that were given and so have to return as they are.
  let given: [GoString]

  /// Keys whose values are times of the slave's own.
  private static let times: [GoString] = ["LastModify", "CreatedAt", "UpdatedAt"]

  /// The text with each mask applied.
  func apply(_ bytes: [UInt8]) -> Masked {
    var result = bytes
    result = Self.maskValues(after: "Slave: ", in: result) { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
    for key in Self.times {
      result = Self.maskValues(after: "\"" + key + "\":\"", in: result) { $0 == UInt8(ascii: "\"") }
    }
    result = Self.maskValues(after: "fm_workflows/", in: result) { !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0) }
    return maskIDs(result)
  }

  private static func maskValues(
    after prefix: GoString, in bytes: [UInt8], endingAt isEnd: (UInt8) -> Bool
  ) -> [UInt8] {
    var result = bytes
    for place in ByteSearch.ranges(of: prefix.bytes, in: bytes).reversed() {
      let value = bytes[place.upperBound...].prefix { !isEnd($0) }
      if !value.isEmpty { result.replaceSubrange(value.indices, with: [UInt8(ascii: "*")]) }
    }
    return result
  }

  /// Takes out each id that a node makes: a version 4 UUID in lower case that was not given.
  private func maskIDs(_ bytes: [UInt8]) -> Masked {
    var masked = Masked(bytes: [], ids: [])
    var index = 0
    while index < bytes.count {
      if bytes.count - index >= 36, bytes[index + 8] == UInt8(ascii: "-") {
        let id = GoString(bytes[index..<(index + 36)])
        if Self.isMade(id), !given.contains(id) {
          masked.bytes += Array("<id>".utf8)
          masked.ids.append(id)
          index += 36
          continue
        }
      }
      masked.bytes.append(bytes[index])
      index += 1
    }
    return masked
  }

  /// Whether a text is a version 4 UUID in lower case with dashes (HDR-2).
  static func isMade(_ text: GoString) -> Bool {
    guard text.count == 36 else { return false }
    for (index, byte) in text.bytes.enumerated() {
      switch index {
      case 8, 13, 18, 23: guard byte == UInt8(ascii: "-") else { return false }
      case 14: guard byte == UInt8(ascii: "4") else { return false }
      case 19: guard "89ab".utf8.contains(byte) else { return false }
      default: guard "0123456789abcdef".utf8.contains(byte) else { return false }
      }
    }
    return true
  }

  /// The request ids of a request in the form in which they return (HDR-2); a nil or malformed one is none.
  static func ids(givenBy fields: HTTPFields) -> [GoString] {
    guard let text = fields.first("X-Cr-Correlation-Id"), let id = try? GoUUID(text), id != .zero else { return [] }
    return [id.text]
  }
}

/// Which id of the run stands for which recorded one: the same for the same, another for another.
struct IDPairs {
  private var seen: [GoString: GoString] = [:]

  /// Notes that these stand at the same places; a difference for each that stands for another already.
  mutating func match(_ recorded: [GoString], _ found: [GoString], _ place: String) -> [Difference] {
    zip(recorded, found).compactMap { recorded, found in
      if let other = seen[recorded] {
        return other == found
          ? nil : Difference("\(place): id", expected: "\(other) as before", seen: found.text)
      }
      if let other = seen.first(where: { $0.value == found }) {
        return Difference("\(place): id", expected: "another id than for \(other.key)", seen: found.text)
      }
      seen[recorded] = found
      return nil
    }
  }
}
