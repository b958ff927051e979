import GoWire

/// Pieces that hostile requests are made of.
enum HostileTexts {
  /// Bytes with a few of them changed, cut out, doubled or put in.
  static func flipped(_ bytes: [UInt8], _ choices: inout Choices) -> [UInt8] {
    var bytes = bytes
    for _ in 0...choices.next(3) {
      guard !bytes.isEmpty else { return choices.bytes(choices.next(20)) }
      let place = choices.next(bytes.count)
      switch choices.next(5) {
      case 0: bytes[place] = UInt8(truncatingIfNeeded: choices.next())
      case 1: bytes[place] ^= 1 << UInt8(choices.next(8))
      case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + choices.next(8)))
      case 3: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 1 + choices.next(16))], at: place)
      default: bytes.insert(contentsOf: choices.pick(special), at: place)
      }
    }
    return bytes
  }

  private static let special: [[UInt8]] = [
    [0], [0xFF], [0xC0, 0xAF], [0xEF, 0xBB, 0xBF], Array("\r\n".utf8), Array("\\u0000".utf8), Array("\\ud800".utf8),
    Array("../".utf8), Array("%00".utf8), Array("9223372036854775808".utf8), Array("-1".utf8), Array("1e400".utf8),
    Array("null".utf8), Array("[[[[[[".utf8), Array("\"".utf8), Array("\\".utf8),
  ]

  static func targetPiece(_ choices: inout Choices) -> GoString {
    choices.pick([
      "%00", "%2e%2e", "%2F", "..", ".", "/", "//", "\\", "%5c", "%zz", "%", "?", "&", "#", ";", "+", "=", "%ff",
      "%0d%0a",
      "?sign=", "&sign=x", "&chunk=99999999999999999999", "&chunk=-1", "&recursive=x", "&download=", "é", "%C3%A9",
      GoString([UInt8](repeating: 0x61, count: 5000)), "/../../../../../../x", "~", "*",
    ])
  }

  static func inserting(_ piece: GoString, into text: GoString, _ choices: inout Choices) -> GoString {
    let place = choices.next(text.count + 1)
    return GoString(text.bytes[..<place]) + piece + GoString(text.bytes[place...])
  }

  static func replacingSegment(of target: GoString, _ choices: inout Choices) -> GoString {
    let mark = target.bytes.firstIndex(of: UInt8(ascii: "?")) ?? target.count
    var segments = target.bytes[..<mark].split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map {
      GoString($0)
    }
    let place = choices.next(segments.count)
    segments[place] = choices.pick([
      "", ".", "..", "0", "-1", "1", "99999999999999999999", "x", "%00", "%2e%2e",
      Base64.url.encode(path(&choices).bytes),
      Base64.url.encode(choices.bytes(choices.next(30))), "content", "list", "upload", "task", "slave",
    ])
    return GoString(segments.map(\.bytes).joined(separator: "/".utf8)) + GoString(target.bytes[mark...])
  }

  static func path(_ choices: inout Choices) -> GoString {
    choices.pick([
      "", ".", "..", "/", "conf", "conf/", "conf/uploads/a.bin", "conf/../x", "../outside", "../../outside/secret",
      "conf/x\0y",
      "conf\\..\\x", "conf/%2e%2e/x", GoString([UInt8](repeating: 0x62, count: 5000)),
      "conf/" + GoString(choices.bytes(8)),
      "conf//x//", "conf/link/secret", "conf/filelink", "conf/loop/x", "conf/dangling",
    ])
  }

  static func headerName(_ choices: inout Choices) -> GoString {
    choices.pick([
      "X-Cr-Node-Id", "X-Cr-Site-Url", "X-Cr-Correlation-Id", "X-Cr-Overwrite", "X-Cr-Filename", "Range", "If-Range",
      "If-Match",
      "If-None-Match", "X-Expected-Entity-Length", "Authorization", "Origin", "Access-Control-Request-Method",
      "Connection",
      "X-Forwarded-For", "x-CR-x", "Content-Type", "A b", "",
    ])
  }

  static func headerValue(_ choices: inout Choices) -> GoString {
    choices.pick([
      "", "x", "0", "-1", "99999999999999999999", "bytes=0-", "bytes=0-0,1-1,2-2", "bytes=-1", "bytes=5-1",
      "bytes=0-18446744073709551615",
      "\"x\"", "W/\"x\"", "*", "close", "keep-alive", "upgrade", "http://x", "5f0c1d9e-1111-4222-8333-0123456789ab",
      "Bearer Cr ", "Bearer Cr x:0", GoString([UInt8](repeating: 0x63, count: 3000)),
      GoString(choices.bytes(12).map { $0 == 10 || $0 == 13 || $0 == 0 ? 0x20 : $0 }),
    ])
  }

  /// A body that no model has: gob, ini, nested and long JSON, a session or a list of files with odd values.
  static func body(_ choices: inout Choices) -> [UInt8] {
    switch choices.next(7) {
    case 0: return choices.bytes(choices.next(2000))
    case 1: return [0x03, 0x04, 0x00, 0x54] + flipped([12, 255, 129, 2, 1, 2, 255, 130, 0, 1, 12, 0, 0], &choices)
    case 2: return Array("[System]\nMode = slave\n[Slave\nSecret == \"\"\"x\n".utf8)
    case 3: return [UInt8](repeating: choices.pick([0x5B, 0x7B]), count: 1 + choices.next(20_000))
    case 4:
      let files = (0..<choices.next(6)).map { _ in JSONValue.string(path(&choices)) }
      return GoJSON.write(.object([JSONMember("files", .array(files))]))
    case 5:
      return GoJSON.write(.object([JSONMember("Path", .array([.string(path(&choices)), .string(path(&choices))]))]))
    default:
      let props: [JSONMember] = [
        JSONMember("Size", number(&choices)),
        JSONMember("UploadSessionID", .string(choices.pick(["s", "", "../s", "t"]))),
        JSONMember("SavePath", .string(path(&choices))),
        JSONMember("ExpireAt", .string(choices.pick(["2099-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "x"]))),
      ]
      let settings: [JSONMember] = [
        JSONMember("chunk_size", number(&choices)), JSONMember("pre_allocate", .bool(choices.once(in: 2))),
      ]
      let session: [JSONMember] = [
        JSONMember("Policy", .object([JSONMember("settings", .object(settings))])), JSONMember("Props", .object(props)),
      ]
      return GoJSON.write(
        .object([JSONMember("session", .object(session)), JSONMember("overwrite", .bool(choices.once(in: 2)))]))
    }
  }

  private static func number(_ choices: inout Choices) -> JSONValue {
    .number(
      choices.pick([
        "0", "1", "-1", "10", "1000", "4096", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
        "1.5", "1e3",
      ]))
  }

  /// A JSON text with one of its values replaced by something else.
  static func changedJSON(_ body: [UInt8], _ choices: inout Choices) -> [UInt8] {
    guard let value = try? GoJSON.parse(body) else { return flipped(body, &choices) }
    var place = choices.next(max(1, count(value)))
    return GoJSON.write(changed(value, &place, &choices))
  }

  private static func count(_ value: JSONValue) -> Int {
    switch value {
    case .array(let elements): 1 + elements.reduce(0) { $0 + count($1) }
    case .object(let members): 1 + members.reduce(0) { $0 + count($1.value) }
    case .null, .bool, .number, .string: 1
    }
  }

  private static func changed(_ value: JSONValue, _ place: inout Int, _ choices: inout Choices) -> JSONValue {
    place -= 1
    if place == -1 { return replacement(&choices) }
    switch value {
    case .array(let elements): return .array(elements.map { changed($0, &place, &choices) })
    case .object(let members):
      return .object(members.map { JSONMember($0.name, changed($0.value, &place, &choices)) })
    case .null, .bool, .number, .string: return value
    }
  }

  private static func replacement(_ choices: inout Choices) -> JSONValue {
    switch choices.next(7) {
    case 0: .null
    case 1: .bool(choices.once(in: 2))
    case 2, 3: number(&choices)
    case 4: .array([number(&choices), .null])
    case 5: .object([JSONMember("x", .string("y"))])
    default: .string(path(&choices))
    }
  }
}
