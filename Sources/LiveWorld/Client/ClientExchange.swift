import CCurl
import CPosix
import Glibc
import GoWire
import ReferenceNode

/// One call and its answer.
///
/// The invariant behind `@unchecked Sendable`: confined to its node's loop thread; `cancel` goes there when called elsewhere.
final class ClientExchange: @unchecked Sendable {
  typealias Answer = Result<HTTPReply, TransportError>

  let call: HTTPCall
  let client: LiveHTTPClient
  /// The beginning of what the server sent, as far as it was seen before libcurl took it: for Go's words about nonsense.
  private(set) var firstBytes: [UInt8] = []
  /// The error of the socket, when looking at it took the error from libcurl.
  private(set) var socketError: Int32 = 0
  /// How often the request went out: a second time means that a kept connection was closed.
  private(set) var attempts = 0
  /// The addresses that were tried.
  let addresses: UnsafeMutablePointer<ccurl_attempts>

  private var easy: UnsafeMutableRawPointer?
  private var headers: UnsafeMutablePointer<curl_slist>?
  private var connectTo: UnsafeMutablePointer<curl_slist>?
  /// Where libcurl puts its own words about a failure.
  private let errorText: UnsafeMutablePointer<CChar>
  private let bodyBytes: UnsafeMutableBufferPointer<UInt8>?
  private var upload: UploadSource?
  private let asksForGzip: Bool

  private var waiting: UnsafeContinuation<Answer, Never>?
  private var timer: LoopTimer?
  private var status = 0
  private var fields = HTTPFields()
  private var hasHead = false
  private weak var body: ReplyBody?
  private var isWritingPaused = false
  private var isCancelled = false

  /// Refuses what cannot be sent.
  init(_ client: LiveHTTPClient, _ call: HTTPCall) throws(TransportError) {
    try ClientExchange.check(call)
    self.client = client
    self.call = call
    asksForGzip =
      call.method != "HEAD" && call.fields.first("Accept-Encoding") == nil && call.fields.first("Range") == nil
    addresses = .allocate(capacity: 1)
    addresses.initialize(to: ccurl_attempts())
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    if case .bytes(let bytes) = call.body, !bytes.isEmpty {
      let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
      _ = copy.initialize(from: bytes)
      bodyBytes = copy
    } else {
      bodyBytes = nil
    }
  }

  deinit {
    curl_slist_free_all(headers)
    curl_slist_free_all(connectTo)
    addresses.deallocate()
    errorText.deallocate()
    bodyBytes?.deallocate()
  }

  /// Whether libcurl may send the request again by itself.
  var isReplayable: Bool {
    guard case .empty = call.body else { return false }
    return ["GET", "HEAD", "OPTIONS", "TRACE"].contains(call.method)
  }

  // MARK: Life

  func start(_ continuation: UnsafeContinuation<Answer, Never>) {
    if isCancelled {
      continuation.resume(returning: .failure(TransportError(.cancelled, "context canceled")))
      return
    }
    waiting = continuation
    if let failure = address() {
      answer(.failure(failure))
      return
    }
    guard let easy = client.takeEasy() else {
      answer(.failure(TransportError(.other, "out of memory")))
      return
    }
    self.easy = easy
    configure(easy)
    guard client.begin(self, easy) else {
      stop()
      answer(.failure(TransportError(.other, "the HTTP library did not start the call")))
      return
    }
    if let timeout = call.timeout {
      timer = client.loop.schedule(at: LiveLoop.uptime + timeout) { [weak self] in self?.expire() }
    }
  }

  /// The caller has lost interest.
  func cancel() {
    guard client.loop.isCurrent else {
      client.loop.deliver { self.cancel() }
      return
    }
    isCancelled = true
    if waiting != nil { abandon() }
  }

  /// Ends the exchange and tells whoever waits for it.
  func abandon() {
    stop()
    answer(.failure(TransportError(.cancelled, "context canceled")))
    body?.fail(.cancelled)
  }

  /// Ends the exchange where it stands, and its connection with it.
  func stop() {
    if let timer { client.loop.cancel(timer) }
    timer = nil
    upload?.stop()
    upload = nil
    guard let easy else { return }
    self.easy = nil
    client.end(easy)
  }

  private func expire() {
    timer = nil
    stop()
    answer(.failure(TransportError(.timedOut, GoTransportText.timeout)))
    body?.fail(.timedOut)
  }

  /// libcurl is done with it.
  func ended(_ code: CURLcode) {
    let failure = code == CURLE_OK && hasHead ? nil : TransportError(self, code, easy, String(cString: errorText))
    let sourceFailed = upload?.hasFailed ?? false
    stop()
    if let failure { answer(.failure(failure)) }
    guard let body else { return }
    if code == CURLE_OK {
      body.finish()
    } else if code == CURLE_OPERATION_TIMEDOUT {
      body.fail(.timedOut)
    } else {
      body.fail(sourceFailed ? .sourceFailed : .endedEarly)
    }
  }

  private func answer(_ answer: Answer) {
    guard let waiting else { return }
    self.waiting = nil
    waiting.resume(returning: answer)
  }

  // MARK: Setting up

  private static func check(_ call: HTTPCall) throws(TransportError) {
    guard !call.host.isEmpty else { throw TransportError(.other, "http: no Host in request URL") }
    guard call.target.bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7F }),
      call.authority.bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7F }),
      call.host.bytes.allSatisfy({ Bytes.isHost($0) || $0 >= 0x80 })
    else { throw TransportError(.other, "net/url: invalid control character in URL") }
    guard !call.method.isEmpty, call.method.bytes.allSatisfy(Bytes.isToken) else {
      throw TransportError(.other, "net/http: invalid method " + GoTransportText.quoted(call.method))
    }
    for field in call.fields.fields {
      guard !field.name.isEmpty, field.name.bytes.allSatisfy(Bytes.isToken) else {
        throw TransportError(.other, "net/http: invalid header field name " + GoTransportText.quoted(field.name))
      }
      guard field.value.bytes.allSatisfy(Bytes.isFieldContent) else {
        throw TransportError(.other, "net/http: invalid header field value for " + GoTransportText.quoted(field.name))
      }
    }
  }

  /// Looks the host up in the table, when there is one.
  private func address() -> TransportError? {
    guard case .table(let table) = client.names, !NumericHost.isNumeric(call.host) else { return nil }
    guard let address = table[call.host.text] else { return .noSuchHost(call.host, client.nameServer) }
    let target = address.contains(":") ? "[\(address)]" : address
    connectTo = curl_slist_append(nil, "\(call.host):\(call.port):\(target):\(call.port)")
    return nil
  }

  private func configure(_ easy: UnsafeMutableRawPointer) {
    func set(_ option: CURLoption, _ value: Int) { _ = ccurl_set_long(easy, option, value) }
    func set(_ option: CURLoption, _ value: GoString) { _ = value.withCString { ccurl_set_text(easy, option, $0) } }
    let context = Unmanaged.passUnretained(self).toOpaque()

    let host = call.host.bytes.contains(UInt8(ascii: ":")) ? "[" + call.host + "]" : call.host
    set(CURLOPT_URL, GoString(call.isTLS ? "https://" : "http://") + host + GoString(":\(call.port)/"))
    set(CURLOPT_REQUEST_TARGET, call.target.isEmpty ? "/" : call.target)
    set(CURLOPT_PATH_AS_IS, 1)
    set(CURLOPT_PROTOCOLS_STR, "http,https")
    set(CURLOPT_PROXY, "")
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    set(CURLOPT_HTTP09_ALLOWED, 1)
    set(CURLOPT_CONNECTTIMEOUT_MS, 30_000)
    set(CURLOPT_MAXAGE_CONN, 90)
    set(CURLOPT_BUFFERSIZE, 131_072)
    set(CURLOPT_UPLOAD_BUFFERSIZE, 262_144)
    if let authorities = client.authorities { set(CURLOPT_CAINFO, authorities) }
    if asksForGzip { set(CURLOPT_ACCEPT_ENCODING, "gzip") }
    _ = ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
    _ = ccurl_watch_attempts(easy, addresses)
    if let connectTo { _ = ccurl_set_pointer(easy, CURLOPT_CONNECT_TO, connectTo) }

    setBody(easy, set)
    setHeaders(easy)

    _ = ccurl_set_data_callback(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
      ClientExchange.of(context)?.tookHeader(bytes, size * count) ?? 0
    }
    _ = ccurl_set_pointer(easy, CURLOPT_HEADERDATA, context)
    _ = ccurl_set_data_callback(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
      ClientExchange.of(context)?.tookBody(bytes, size * count) ?? 0
    }
    _ = ccurl_set_pointer(easy, CURLOPT_WRITEDATA, context)
    _ = ccurl_set_request_callback(easy) { context, _, _, _, _ in
      ClientExchange.of(context)?.sends() ?? ccurl_request_abort
    }
    _ = ccurl_set_pointer(easy, CURLOPT_PREREQDATA, context)
    if call.isTLS {
      // Shows the bytes that should have been a TLS record.
      set(CURLOPT_VERBOSE, 1)
      _ = ccurl_set_debug_callback(easy) { _, kind, bytes, count, context in
        if kind == CURLINFO_SSL_DATA_IN { ClientExchange.of(context)?.tookRecord(bytes, count) }
        return 0
      }
      _ = ccurl_set_pointer(easy, CURLOPT_DEBUGDATA, context)
    }
  }

  private static func of(_ context: UnsafeMutableRawPointer?) -> ClientExchange? {
    context.map { Unmanaged<ClientExchange>.fromOpaque($0).takeUnretainedValue() }
  }

  private func setBody(_ easy: UnsafeMutableRawPointer, _ set: (CURLoption, Int) -> Void) {
    _ = call.method.withCString { ccurl_set_text(easy, CURLOPT_CUSTOMREQUEST, $0) }
    switch call.body {
    case .stream(let count, let source) where count > 0:
      let upload = UploadSource(source, count: count) { [weak self] in self?.unpause() }
      self.upload = upload
      set(CURLOPT_UPLOAD, 1)
      _ = ccurl_set_size(easy, CURLOPT_INFILESIZE_LARGE, count)
      _ = ccurl_set_data_callback(easy, CURLOPT_READFUNCTION) { bytes, size, count, context in
        guard let bytes, let upload = ClientExchange.of(context)?.upload else { return ccurl_abort_reading }
        return upload.read(into: bytes, room: size * count)
      }
      _ = ccurl_set_pointer(easy, CURLOPT_READDATA, Unmanaged.passUnretained(self).toOpaque())
    case .bytes, .empty, .stream:
      if let bodyBytes {
        set(CURLOPT_POST, 1)
        _ = ccurl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, Int64(bodyBytes.count))
        _ = ccurl_set_pointer(easy, CURLOPT_POSTFIELDS, bodyBytes.baseAddress)
      } else if ["POST", "PUT", "PATCH"].contains(call.method) {
        // `Content-Length: 0`, as Go sends it for these.
        set(CURLOPT_POST, 1)
        _ = ccurl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, 0)
        _ = "".withCString { ccurl_set_text(easy, CURLOPT_COPYPOSTFIELDS, $0) }
      } else if call.method == "HEAD" {
        set(CURLOPT_NOBODY, 1)
      } else {
        set(CURLOPT_HTTPGET, 1)
        _ = call.method.withCString { ccurl_set_text(easy, CURLOPT_CUSTOMREQUEST, $0) }
      }
    }
  }

  private func setHeaders(_ easy: UnsafeMutableRawPointer) {
    func append(_ line: GoString) { headers = line.withCString { curl_slist_append(headers, $0) } }
    append("Host: " + call.authority)
    for field in call.fields.fields {
      // With a semicolon in place of the colon libcurl sends an empty value; with nothing behind the colon it sends nothing.
      append(field.value.isEmpty ? field.name + ";" : field.name + ": " + field.value)
    }
    // What libcurl would add by itself.
    for name in ["Accept", "Expect", "Content-Type"] where call.fields.first(GoString(name)) == nil {
      append(GoString(name + ":"))
    }
    _ = ccurl_set_pointer(easy, CURLOPT_HTTPHEADER, headers)
  }

  // MARK: libcurl calls

  /// The request is about to go out. A second time it went to a kept connection that was closed: not everything may be repeated.
  private func sends() -> Int32 {
    attempts += 1
    return attempts == 1 || isReplayable ? ccurl_request_ok : ccurl_request_abort
  }

  /// Looks at what is there to read before libcurl takes it.
  func peek(_ socket: Int32) {
    guard !hasHead, !call.isTLS, firstBytes.count < 4096 else { return }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = cposix_look(socket, &buffer, buffer.count)
    if count > 0 { firstBytes += buffer[..<count] }
    if count < 0, errno != EAGAIN, errno != EINTR { socketError = errno }
  }

  private func tookRecord(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) {
    guard firstBytes.isEmpty, let bytes else { return }
    firstBytes = Array(UnsafeRawBufferPointer(start: bytes, count: min(count, 5)))
  }

  private func tookHeader(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
    // After the head there can be trailers, which nobody asked for.
    guard let bytes, !hasHead else { return count }
    var line = UnsafeRawBufferPointer(start: bytes, count: count)[...]
    while let last = line.last, last == 0x0A || last == 0x0D { line = line.dropLast() }
    if line.isEmpty {
      // 100 and 103 announce another head.
      if !(100...199 ~= status) || status == 101 { gotHead() }
    } else if line.starts(with: "HTTP/".utf8), !line.prefix(while: { $0 != 0x20 }).contains(UInt8(ascii: ":")) {
      if GoTransportText.broken(Array(line), hasEnded: false) != nil {
        firstBytes = Array(line)
        return 0
      }
      fields = HTTPFields()
      let code = line.drop { $0 != 0x20 }.drop { $0 == 0x20 }.prefix { 0x30...0x39 ~= $0 }
      status = Int(String(decoding: code, as: UTF8.self)) ?? 0
    } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
      var value = line[(colon + 1)...]
      while let first = value.first, Bytes.isBlank(first) { value = value.dropFirst() }
      while let last = value.last, Bytes.isBlank(last) { value = value.dropLast() }
      fields.add(GoString(Array(line[..<colon])), GoString(Array(value)))
    }
    return count
  }

  private func gotHead() {
    hasHead = true
    if asksForGzip, let encoding = fields.first("Content-Encoding"), encoding.equalsIgnoringASCIICase("gzip") {
      // Decoded on the way: what they say is no longer true.
      fields.remove("Content-Encoding")
      fields.remove("Content-Length")
    }
    let body = ReplyBody(self, client.loop)
    self.body = body
    answer(.success(HTTPReply(status: status, fields: fields, body: body)))
  }

  private func tookBody(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
    guard let bytes, count > 0 else { return count }
    guard hasHead else {
      // No head came before it: what libcurl takes for HTTP/0.9.
      firstBytes = Array(UnsafeRawBufferPointer(start: bytes, count: min(count, 4096)))
      return 0
    }
    guard let body else { return 0 }
    guard body.hasRoom else {
      isWritingPaused = true
      return ccurl_pause_writing
    }
    body.append(UnsafeBufferPointer(start: UnsafeRawPointer(bytes).assumingMemoryBound(to: UInt8.self), count: count))
    return count
  }

  // MARK: Pauses

  /// The body's reader has taken something.
  func makeRoom() {
    guard isWritingPaused else { return }
    isWritingPaused = false
    unpause()
  }

  private func unpause() {
    guard let easy else { return }
    let stillReading = upload?.isPaused ?? false
    curl_easy_pause(easy, (isWritingPaused ? CURLPAUSE_RECV : 0) | (stillReading ? CURLPAUSE_SEND : 0))
  }
}

/// The body of a call, pulled from its source as libcurl sends it.
///
/// The invariant behind `@unchecked Sendable`: confined to its node's loop thread.
final class UploadSource: @unchecked Sendable {
  private let source: any HTTPBody
  private var remaining: Int64
  private var piece: [UInt8] = []
  private var sent = 0
  private var fetch: Task<Void, Never>?
  private var hasEnded = false
  private let arrived: () -> Void
  /// The source failed, or ended before its announced length.
  private(set) var hasFailed = false
  /// libcurl waits for the source.
  private(set) var isPaused = false

  init(_ source: any HTTPBody, count: Int64, arrived: @escaping () -> Void) {
    self.source = source
    self.remaining = count
    self.arrived = arrived
  }

  func read(into buffer: UnsafeMutablePointer<CChar>, room: Int) -> Int {
    if remaining == 0 { return 0 }
    if sent < piece.count {
      let count = min(piece.count - sent, room, Int(clamping: remaining))
      piece.withUnsafeBytes {
        UnsafeMutableRawPointer(buffer).copyMemory(from: $0.baseAddress! + sent, byteCount: count)
      }
      sent += count
      remaining -= Int64(count)
      return count
    }
    if hasEnded { hasFailed = true }
    if hasFailed { return ccurl_abort_reading }
    isPaused = true
    begin()
    return ccurl_pause_reading
  }

  func stop() {
    fetch?.cancel()
  }

  private func begin() {
    guard fetch == nil else { return }
    fetch = Task { [self] in
      do throws(HTTPBodyError) {
        if let next = try await source.next() {
          piece = next
          sent = 0
        } else {
          hasEnded = true
        }
      } catch {
        hasFailed = true
      }
      fetch = nil
      isPaused = false
      arrived()
    }
  }
}
