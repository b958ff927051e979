import CMicrohttpd
import GoWire
import ReferenceNode

/// Turns an answer of the node into one of the library's.
enum ResponseMaker {
  struct Made {
    let response: OpaquePointer
    let status: Int
    /// Set when the body is pulled from a source.
    var stream: ResponseStream?
    /// Set when the kernel sends a file.
    var file: SentFile?
    /// It has no length: it ends with the connection.
    var isUnmeasured = false
  }

  /// A file that the kernel sends: the library's descriptor, and the size that the file must have until it is sent.
  struct SentFile {
    let descriptor: Int32
    let end: Int64

    /// Somebody has cut the file: the kernel has nothing more to send, and the library waits for it.
    var isCut: Bool {
      guard let status = try? FileStatus(descriptor: descriptor) else { return true }
      return status.size < end
    }
  }

  /// Pieces in which a stream is asked for.
  private static let pieceSize = 65536

  /// The library's answer, to be destroyed by the caller after queueing; nil when memory is out or the node made no answer.
  static func make(_ response: HTTPResponse, closes: Bool, exchange: ServerExchange) -> Made? {
    var status = response.status
    if !(200...999 ~= status) { status = 500 }
    guard let made = body(response.body, status, exchange) else { return nil }
    response.fields.fields.withUnsafeBufferPointer { fields in
      for index in fields.indices where !isOfTheDoor(fields[index].name) {
        add(fields[index].name, fields[index].value, to: made.response)
      }
    }
    if closes { add("Connection", "close", to: made.response) }
    return made
  }

  /// A refusal: the text, no length, and the end of the connection (HDR-8).
  static func closing(_ text: String) -> OpaquePointer? {
    guard !text.isEmpty else {
      guard let response = cmicrohttpd_response(0, nil) else { return nil }
      add("Connection", "close", to: response)
      return response
    }
    guard let response = unmeasured(Array(text.utf8)) else { return nil }
    add("Content-Type", "text/plain; charset=utf-8", to: response)
    return response
  }

  /// An answer with its body in one piece of bytes, for the socket itself; nil when its body is a file or a stream.
  static func plainBytes(_ response: HTTPResponse, isHead: Bool) -> [UInt8]? {
    let body: [UInt8]
    switch response.body {
    case .empty: body = []
    case .bytes(let bytes): body = bytes
    case .file, .stream: return nil
    }
    let reason = MHD_get_reason_phrase_for(UInt32(clamping: response.status)).map { String(cString: $0) } ?? ""
    var out = GoString("HTTP/1.1 \(response.status) \(reason)\r\n")
    for field in response.fields.fields where !isOfTheDoor(field.name) {
      out += field.name + ": " + field.value + "\r\n"
    }
    out += GoString("Content-Length: \(body.count)\r\nConnection: close\r\n\r\n")
    return out.bytes + (isHead ? [] : body)
  }

  // MARK: Private

  private static func body(_ body: HTTPResponseBody, _ status: Int, _ exchange: ServerExchange) -> Made? {
    func plain(_ response: OpaquePointer?) -> Made? { response.map { Made(response: $0, status: status) } }
    func endless() -> Made? { unmeasured([]).map { Made(response: $0, status: status, isUnmeasured: true) } }
    if status == 304 {
      // The library would add a length, or chunks, to an answer that keeps the connection.
      discard(body)
      return endless()
    }
    switch body {
    case .empty: return plain(cmicrohttpd_response(0, nil))
    case .bytes(let bytes): return plain(bytes.withUnsafeBytes { cmicrohttpd_response($0.count, $0.baseAddress) })
    case .file(let file, let offset, let count):
      guard count > 0, offset >= 0, let live = file as? LiveDiskFile else {
        return streamed(FilePartBody(file, offset: offset, count: count), max(0, count), status, exchange)
      }
      // A short part that is in memory goes out together with the head.
      if count <= ShortBuffers.size, !exchange.isHead,
        let bytes = live.takeCached(at: offset, count: Int(count), into: exchange.server.shortBuffers)
      {
        return plain(exchange.server.shortBuffers.response(bytes, count: Int(count)))
      }
      // The kernel sends it; a part that is not in memory holds up the loop while the disk is asked.
      if let descriptor = live.takeDescriptor() {
        var made = plain(MHD_create_response_from_fd_at_offset64(UInt64(count), descriptor, UInt64(offset)))
        made?.file = SentFile(descriptor: descriptor, end: offset + count)
        return made
      }
      return streamed(FilePartBody(file, offset: offset, count: count), max(0, count), status, exchange)
    case .stream(nil, _) where exchange.isHead:
      // The library would send the end of the chunks.
      return endless()
    case .stream(let count, let source): return streamed(source, count.map { max(0, $0) }, status, exchange)
    }
  }

  private static func discard(_ body: HTTPResponseBody) {
    switch body {
    case .file(let file, _, _): Task { await file.close() }
    case .empty, .bytes, .stream: break
    }
  }

  private static func streamed(
    _ source: any HTTPBody, _ count: Int64?, _ status: Int, _ exchange: ServerExchange
  ) -> Made? {
    let stream = ResponseStream(exchange, source, count: count)
    let context = Unmanaged.passRetained(stream)
    let response = MHD_create_response_from_callback(
      count.map { UInt64($0) } ?? cmicrohttpd_size_unknown, pieceSize,
      { context, _, buffer, room in
        guard let context, let buffer else { return cmicrohttpd_end_with_error }
        return Unmanaged<ResponseStream>.fromOpaque(context).takeUnretainedValue().read(into: buffer, room: room)
      }, context.toOpaque(),
      { context in
        guard let context else { return }
        Unmanaged<ResponseStream>.fromOpaque(context).takeRetainedValue().stop()
      })
    guard let response else {
      context.release()
      return nil
    }
    return Made(response: response, status: status, stream: stream)
  }

  /// Bytes whose end is the end of the connection.
  private static func unmeasured(_ bytes: [UInt8]) -> OpaquePointer? {
    let context = Unmanaged.passRetained(ByteSource(bytes))
    let response = MHD_create_response_from_callback(
      cmicrohttpd_size_unknown, max(bytes.count, 1),
      { context, position, buffer, room in
        guard let context, let buffer else { return cmicrohttpd_end_with_error }
        return Unmanaged<ByteSource>.fromOpaque(context).takeUnretainedValue().read(position, into: buffer, room: room)
      }, context.toOpaque(),
      { context in
        if let context { Unmanaged<ByteSource>.fromOpaque(context).release() }
      })
    guard let response else {
      context.release()
      return nil
    }
    cmicrohttpd_end_with_connection(response)
    return response
  }

  /// Framing is the door's business.
  private static func isOfTheDoor(_ name: GoString) -> Bool {
    switch name.count {
    case 10: name.equalsIgnoringASCIICase(Words.connection)
    case 14: name.equalsIgnoringASCIICase(Words.contentLength)
    case 17: name.equalsIgnoringASCIICase(Words.transferEncoding)
    default: false
    }
  }

  private static func add(_ name: GoString, _ value: GoString, to response: OpaquePointer) {
    // Both with their ends in one place.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: name.count + value.count + 2) { text in
      guard let start = text.baseAddress else { return }
      copy(name.bytes, to: start)
      copy(value.bytes, to: start + name.count + 1)
      start.withMemoryRebound(to: CChar.self, capacity: text.count) {
        _ = MHD_add_response_header(response, $0, $0 + name.count + 1)
      }
    }
  }

  private static func copy(_ bytes: [UInt8], to start: UnsafeMutablePointer<UInt8>) {
    bytes.withUnsafeBufferPointer { bytes in
      if let source = bytes.baseAddress { start.update(from: source, count: bytes.count) }
    }
    start[bytes.count] = 0
  }
}

/// Bytes that the library reads by position.
private final class ByteSource {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  func read(_ position: UInt64, into buffer: UnsafeMutablePointer<CChar>, room: Int) -> Int {
    let start = Int(clamping: position)
    guard start < bytes.count else { return cmicrohttpd_end_of_stream }
    let count = min(room, bytes.count - start)
    bytes.withUnsafeBytes {
      UnsafeMutableRawPointer(buffer).copyMemory(from: $0.baseAddress! + start, byteCount: count)
    }
    return count
  }
}
