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
  /// The length that the head tells.
  private(set) var contentLength: Int64?
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
        contentLength = length
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
    var bytes: [UInt8] = []
    bytes.reserveCapacity(64 + fields.fields.reduce(0) { $0 + $1.name.count + $1.value.count + 4 })
    bytes += "HTTP/1.".utf8
    bytes.append(minorVersion == 0 ? 0x30 : 0x31)
    bytes.append(0x20)
    for divisor in [100, 10, 1] { bytes.append(0x30 + UInt8(status / divisor % 10)) }
    bytes.append(0x20)
    bytes += StatusText.reason(status).utf8
    bytes.append(0x0D)
    bytes.append(0x0A)
    for field in fields.fields {
      bytes += field.name.bytes
      bytes.append(0x3A)
      bytes.append(0x20)
      bytes += field.value.bytes
      bytes.append(0x0D)
      bytes.append(0x0A)
    }
    bytes.append(0x0D)
    bytes.append(0x0A)
    return bytes
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
