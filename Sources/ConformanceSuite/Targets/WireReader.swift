import GoWire
import ReferenceNode

/// Takes HTTP/1.1 messages out of a stream of bytes, keeping every byte of a header as it came.
struct WireReader {
  /// The next bytes of the stream; none at its end.
  typealias Pull = () throws(ConnectionFailure) -> [UInt8]

  /// The first line and the headers of a message.
  struct Head {
    /// The three words of the first line; the last may hold blanks.
    var line: [GoString]
    var fields: HTTPFields
  }

  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false

  /// The next head, or nil when the stream ends before one begins.
  mutating func head(_ pull: Pull) throws(ConnectionFailure) -> Head? {
    guard let first = try line(pull) else { return nil }
    let words = first.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
    guard words.count >= 2 else { throw .malformed("the first line is \(Latin1.text(of: first))") }
    var fields = HTTPFields()
    while true {
      guard let line = try line(pull) else { throw .malformed("the stream ends inside the headers") }
      if line.isEmpty { return Head(line: words.map { GoString($0) }, fields: fields) }
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
        throw .malformed("a header without a colon: \(Latin1.text(of: line))")
      }
      fields.add(GoString(line[..<colon]), GoString(WireReader.trimmed(line[(colon + 1)...])))
    }
  }

  /// The body that follows a head, and whether it came to the end that was announced.
  mutating func body(of head: Head, endsWithStream: Bool, _ pull: Pull) throws(ConnectionFailure) -> ([UInt8], Bool) {
    if head.fields.first("Transfer-Encoding")?.asciiLowercased == "chunked" { return try chunks(pull) }
    if let announced = head.fields.first("Content-Length") {
      guard let count = Int(announced.text), count >= 0 else { throw .malformed("Content-Length \(announced)") }
      return try take(count, pull)
    }
    guard endsWithStream else { return ([], true) }
    return (try take(.max, pull).0, true)
  }

  /// Reads an answer to a request with `method`, interim answers left out; nil when the stream ends before it.
  mutating func answer(to method: GoString, _ pull: Pull) throws(ConnectionFailure) -> CaseAnswer? {
    while let head = try head(pull) {
      guard head.line[0].hasPrefix("HTTP/1."), let status = Int(head.line[1].text) else {
        throw .malformed("the status line is \(Latin1.text(of: head.line[0].bytes))…")
      }
      if 100..<200 ~= status { continue }
      if method == "HEAD" || status == 204 || status == 304 {
        return CaseAnswer(status: status, fields: head.fields, body: [])
      }
      do throws(ConnectionFailure) {
        let (body, isComplete) = try body(of: head, endsWithStream: true, pull)
        return CaseAnswer(status: status, fields: head.fields, body: body, isComplete: isComplete)
      } catch .reset {
        return CaseAnswer(status: status, fields: head.fields, body: [], isComplete: false)
      }
    }
    return nil
  }

  private mutating func line(_ pull: Pull) throws(ConnectionFailure) -> [UInt8]? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        var line = buffer[start..<end]
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        start = end + 1
        return Array(line)
      }
      // No line of HTTP begins with a control character: the hello of TLS does, and may never hold a line end.
      if buffer.count > start, buffer[start] < 0x20, buffer[start] != 13 { throw .malformed("no text") }
      searched = buffer.count
      guard try more(pull) else {
        if start == buffer.count { return nil }
        throw .malformed("the stream ends inside a line")
      }
    }
  }

  private mutating func take(_ count: Int, _ pull: Pull) throws(ConnectionFailure) -> ([UInt8], Bool) {
    while buffer.count - start < count, try more(pull) {}
    let end = min(buffer.count, start.addingReportingOverflow(count).overflow ? .max : start + count)
    defer { start = end }
    return (Array(buffer[start..<end]), end - start == count)
  }

  private mutating func chunks(_ pull: Pull) throws(ConnectionFailure) -> ([UInt8], Bool) {
    var body: [UInt8] = []
    while let line = try line(pull) {
      let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
      guard let count = Int(String(decoding: digits, as: UTF8.self), radix: 16), count >= 0 else {
        throw .malformed("a chunk of \(Latin1.text(of: line)) bytes")
      }
      if count == 0 {
        while let trailer = try self.line(pull), !trailer.isEmpty {}
        return (body, true)
      }
      let (chunk, isComplete) = try take(count, pull)
      body += chunk
      guard isComplete, try self.line(pull) != nil else { break }
    }
    return (body, false)
  }

  private mutating func more(_ pull: Pull) throws(ConnectionFailure) -> Bool {
    if isAtEnd { return false }
    let bytes = try pull()
    isAtEnd = bytes.isEmpty
    if start > 1 << 16 {
      buffer.removeFirst(start)
      start = 0
    }
    buffer += bytes
    return !isAtEnd
  }

  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    var text = text.drop(while: isBlank)
    while let last = text.last, isBlank(last) { text = text.dropLast() }
    return text
  }
}

extension WireReader {
  /// The answers that some bytes hold, the last of them perhaps cut off; nil when they are no HTTP.
  static func answers(in bytes: [UInt8], method: GoString) -> [CaseAnswer]? {
    var reader = WireReader()
    var rest: [UInt8]? = bytes
    let pull: Pull = { () throws(ConnectionFailure) in
      defer { rest = nil }
      return rest ?? []
    }
    var answers: [CaseAnswer] = []
    do throws(ConnectionFailure) {
      while let answer = try reader.answer(to: method, pull) { answers.append(answer) }
    } catch {
      return nil
    }
    return answers
  }
}

extension WireReader {
  /// The body that some chunks hold; nil when they are broken or end early.
  static func unchunked(_ bytes: [UInt8]) -> [UInt8]? {
    var reader = WireReader()
    var rest: [UInt8]? = bytes
    let body = try? reader.chunks { () throws(ConnectionFailure) in
      defer { rest = nil }
      return rest ?? []
    }
    return body.flatMap { $0.1 ? $0.0 : nil }
  }

  /// A body as one chunk.
  static func chunked(_ body: [UInt8]) -> [UInt8] {
    let chunk = body.isEmpty ? [] : Array("\(String(body.count, radix: 16))\r\n".utf8) + body + [13, 10]
    return chunk + Array("0\r\n\r\n".utf8)
  }
}

extension CaseRequest {
  /// The bytes of the request: the framing headers it does not have itself are added.
  func bytes(authority: String) -> [UInt8] {
    var bytes = method.bytes + [UInt8(ascii: " ")] + target.bytes + Array(" HTTP/1.1\r\n".utf8)
    func add(_ name: GoString, _ value: GoString) {
      bytes += name.bytes + Array(": ".utf8) + value.bytes + Array("\r\n".utf8)
    }
    if fields.first("Host") == nil { add("Host", GoString(authority)) }
    for field in fields.fields { add(field.name, field.value) }
    let hasLength = fields.first("Content-Length") != nil || fields.first("Transfer-Encoding") != nil
    if !hasLength, !body.isEmpty || ["POST", "PUT", "PATCH"].contains(method) {
      add("Content-Length", GoString("\(body.count)"))
    }
    return bytes + Array("\r\n".utf8) + body
  }
}
