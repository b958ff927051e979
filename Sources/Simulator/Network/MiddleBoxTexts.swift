import GoWire
import ReferenceNode

/// What middle boxes and lying peers say in place of an answer.
enum MiddleBoxTexts {
  static func page(_ status: Int) -> [UInt8] {
    let reason = reason(status)
    return Array(
      "<html>\r\n<head><title>\(status) \(reason)</title></head>\r\n<body>\r\n<center><h1>\(status) \(reason)</h1></center>\r\n</body>\r\n</html>\r\n"
        .utf8)
  }

  static func reason(_ status: Int) -> String {
    switch status {
    case 522: "Connection Timed Out"
    case 524: "A Timeout Occurred"
    default: StatusText.reason(status)
    }
  }

  /// The bodies of `FLT-BADREPLY`, by their names.
  static func badReply(_ variant: String?) -> [UInt8] {
    switch variant {
    case "number": Array(#"{"code":0,"data":4,"msg":""}"#.utf8)
    case "***": Array(#"{"code":0,"data":"***","msg":""}"#.utf8)
    case "gob AAAA", "AAAA": Array(#"{"code":0,"data":"AAAA","msg":""}"#.utf8)
    case "wrong gob", "AwQABA==": Array(#"{"code":0,"data":"AwQABA==","msg":""}"#.utf8)
    case "array": Array("[]".utf8)
    case "empty": []
    case "deep JSON": [UInt8](repeating: UInt8(ascii: "["), count: 10_000)
    // A message that claims 2^63 - 1 bytes.
    case "gob bomb": Array(#"{"code":0,"data":"+H//////////","msg":""}"#.utf8)
    case "bad field values": Array(#"{"code":"zero","data":{"size":-1,"chunk_size":-1},"msg":7}"#.utf8)
    default: Array(#"{"code":0,"msg":""}"#.utf8)
    }
  }

  /// An answer with its length, which ends nothing.
  static func answer(_ status: Int, _ fields: [HTTPFields.Field], _ body: [UInt8], isHead: Bool) -> [UInt8] {
    var bytes = Array("HTTP/1.1 \(status) \(reason(status))\r\n".utf8)
    for field in fields { append(field, to: &bytes) }
    if status != 204, status != 304 { bytes += Array("Content-Length: \(body.count)\r\n".utf8) }
    bytes += [0x0D, 0x0A]
    return isHead || status == 204 || status == 304 ? bytes : bytes + body
  }

  static func append(_ field: HTTPFields.Field, to bytes: inout [UInt8]) {
    bytes += field.name.bytes
    bytes += ": ".utf8
    bytes += field.value.bytes
    bytes += "\r\n".utf8
  }

  /// A target as a proxy cleans it (`FLT-REPATH`).
  static func cleaned(_ target: GoString, _ parameters: FaultParameters) -> GoString {
    let cut = target.bytes.firstIndex(of: UInt8(ascii: "?")) ?? target.bytes.endIndex
    var path = Array(target.bytes[..<cut])
    switch parameters.variant {
    case "decode":
      var out: [UInt8] = []
      var index = 0
      while index < path.count {
        if path[index...].starts(with: "%2F".utf8) || path[index...].starts(with: "%2f".utf8) {
          out.append(UInt8(ascii: "/"))
          index += 3
        } else {
          out.append(path[index])
          index += 1
        }
      }
      path = out
    case "merge":
      path = path.reduce(into: []) { if $1 != UInt8(ascii: "/") || $0.last != $1 { $0.append($1) } }
    case "strip":
      let prefix = parameters.name?.bytes ?? Array("/api".utf8)
      if path.starts(with: prefix) { path.removeFirst(prefix.count) }
      if path.first != UInt8(ascii: "/") { path.insert(UInt8(ascii: "/"), at: 0) }
    default:
      if path.last != UInt8(ascii: "/") { path.append(UInt8(ascii: "/")) }
    }
    return GoString(path + target.bytes[cut...])
  }

  /// Header fields with one added, dropped or renamed (`FLT-HEADER`).
  static func changed(_ fields: HTTPFields, _ parameters: FaultParameters) -> HTTPFields {
    var fields = fields
    let name = parameters.name ?? "X-Cr-Correlation-Id"
    switch parameters.variant {
    case "drop":
      fields.remove(name)
    case "rename":
      for index in fields.fields.indices where fields.fields[index].name.equalsIgnoringASCIICase(name) {
        fields.fields[index].name = parameters.value ?? "X-Renamed"
      }
    default:
      fields.add(name, parameters.value ?? "00000000-0000-4000-8000-000000000000")
    }
    return fields
  }
}
