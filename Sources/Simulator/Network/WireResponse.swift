import GoWire
import ReferenceNode

/// How an answer of the node crosses the wire: its status line and fields, and how its end is told.
struct WireResponse {
  var status: Int
  /// The node's fields with the door's: `Date`, the framing, `Connection`.
  var fields: HTTPFields
  /// Whether bytes follow the head: none do for `HEAD`, 204 and 304.
  var sendsBody: Bool
  var isChunked = false
  /// Whether only the end of the connection ends the body.
  var endsWithConnection = false
  private var minorVersion: Int

  init(_ response: HTTPResponse, to head: HTTPRequestHead, closes: Bool, date: GoString) {
    status = 200...999 ~= response.status ? response.status : 500
    minorVersion = min(head.minorVersion, 1)
    fields = response.fields
    // Framing is the door's alone.
    for name: GoString in ["Content-Length", "Transfer-Encoding", "Connection"] { fields.remove(name) }
    let hasNoBody = status == 204 || status == 304 || status / 100 == 1
    sendsBody = !hasNoBody && head.method != "HEAD"
    if !hasNoBody {
      if let length = Self.length(of: response.body) {
        fields.add("Content-Length", GoString("\(length)"))
      } else if minorVersion >= 1 {
        if sendsBody {
          fields.add("Transfer-Encoding", "chunked")
          isChunked = true
        }
      } else {
        endsWithConnection = sendsBody
      }
    }
    if fields.first("Date") == nil { fields.add("Date", date) }
    if closes || endsWithConnection {
      fields.add("Connection", "close")
    } else if minorVersion == 0 {
      fields.add("Connection", "keep-alive")
    }
  }

  /// The status line, the fields and the empty line.
  var head: [UInt8] {
    var bytes = Array("HTTP/1.\(minorVersion) \(status) \(StatusText.reason(status))\r\n".utf8)
    for field in fields.fields { bytes += field.name.bytes + Array(": ".utf8) + field.value.bytes + Array("\r\n".utf8) }
    return bytes + Array("\r\n".utf8)
  }

  private static func length(of body: HTTPResponseBody) -> Int64? {
    switch body {
    case .empty: 0
    case .bytes(let bytes): Int64(bytes.count)
    case .file(_, _, let count): count
    case .stream(let count, _): count
    }
  }

  /// Lets go of a body that is not sent.
  static func release(_ body: HTTPResponseBody) async {
    if case .file(let file, _, _) = body { await file.close() }
  }
}
