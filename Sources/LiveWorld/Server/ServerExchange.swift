import CMicrohttpd
import Glibc
import GoWire
import NodeLoop
import ReferenceNode

/// One request and its answer, driven by the library's callbacks on one side and the handler's task on the other.
///
/// The library holds a reference from the moment the target was read until its completion callback.
/// The invariant behind `@unchecked Sendable`: confined to its node's loop thread.
final class ServerExchange: @unchecked Sendable {
  private enum Phase {
    /// The target is known, the rest of the head is on its way.
    case head
    /// The client waits for `100 Continue`: the handler has not asked for the body, nor answered. Suspended meanwhile.
    case deciding
    /// The body comes in. Once there is an answer it is read and dropped, so that the client can read the answer (ST-4).
    case receiving
    /// The request is whole. Suspended until there is an answer.
    case complete
    /// The answer was handed to the library.
    case answered
  }

  let server: LiveHTTPServer
  let loop: LiveLoop
  private let connection: ServerConnection
  private let target: GoString
  /// Where the library keeps the target: tells where the head's bytes are.
  private let targetAddress: UInt
  /// The library's connection, as long as the request lasts.
  private var handle: OpaquePointer?
  private var phase = Phase.head
  private var body: RequestBody?
  private(set) var isHead = false
  private var isChunked = false
  /// From the head's end until the handler gets it.
  private var request: HTTPRequest?
  private var task: Task<Void, Never>?
  private var response: HTTPResponse?
  private var stream: ResponseStream?
  private var file: ResponseMaker.SentFile?
  private var isUnmeasured = false
  private var isSuspended = false
  private var hasHungUp = false
  /// Bytes of the body dropped since there is an answer.
  private var dropped = 0

  init(_ connection: ServerConnection, _ handle: OpaquePointer, target: UnsafePointer<CChar>) {
    server = connection.server
    loop = connection.server.loop
    self.connection = connection
    self.handle = handle
    self.target = GoString(
      UnsafeBufferPointer(start: UnsafeRawPointer(target).assumingMemoryBound(to: UInt8.self), count: strlen(target)))
    targetAddress = UInt(bitPattern: target)
  }

  /// Whether the head has not come whole.
  var isReadingHead: Bool { if case .head = phase { true } else { false } }
  /// Whether the library has seen the head's end, and has not called: it refuses it by itself.
  var isRefusedByLibrary: Bool { isReadingHead && (handle.map { cmicrohttpd_head_size($0) > 0 } ?? false) }
  /// Whether a body without a length is coming in.
  var isReceivingChunks: Bool { if case .receiving = phase { isChunked } else { false } }
  /// Whether only the peer can bring the request on: its head or body is missing.
  var waitsForPeer: Bool {
    switch phase {
    case .head: true
    case .receiving: !isSuspended && (response != nil || body?.waitsForPeer ?? true)
    case .deciding, .complete, .answered: false
    }
  }
  /// The end of its answer is the end of the connection, though the library calls it complete.
  var endsConnection: Bool { isUnmeasured || (stream?.isShort ?? false) }
  /// What is sent of a file will never come to its end.
  var isStuck: Bool { file?.isCut ?? false }
  var isAnswered: Bool { if case .answered = phase { true } else { false } }

  // MARK: The library calls

  /// The access callback: once for the head, for each piece of the body, once at its end; and again after each resume.
  func called(
    _ method: UnsafePointer<CChar>, _ bytes: UnsafePointer<CChar>?, _ count: UnsafeMutablePointer<Int>
  ) -> MHD_Result {
    switch phase {
    case .head: return begin(method)
    case .deciding: return decide()
    case .receiving:
      if let bytes, count.pointee > 0 {
        return receive(UnsafeRawPointer(bytes).assumingMemoryBound(to: UInt8.self), count)
      }
      phase = .complete
      body?.finish()
      loop.jobs.drain()
      return answerOrWait()
    case .complete: return answerOrWait()
    case .answered: return cmicrohttpd_yes
    }
  }

  /// The completion callback: the library forgets the request.
  func ended() {
    handle = nil
    isSuspended = false
    stream?.stop()
    stream = nil
    file = nil
    body?.fail(.endedEarly)
    task?.cancel()
    if let response { dispose(response) }
    response = nil
  }

  // MARK: Steps

  private func begin(_ method: UnsafePointer<CChar>) -> MHD_Result {
    guard let handle else { return cmicrohttpd_no }
    let size = cmicrohttpd_head_size(handle)
    let start = UInt(bitPattern: method)
    guard size > 0, size <= server.limits.connectionMemory, targetAddress > start, targetAddress - start < size else {
      return refuse(.badRequest)
    }
    let head: RequestHead
    do throws(RequestHead.Refusal) {
      head = try RequestHead(
        UnsafeBufferPointer(start: UnsafeRawPointer(method).assumingMemoryBound(to: UInt8.self), count: size),
        target: target, targetOffset: Int(targetAddress - start),
        fieldCount: Int(cmicrohttpd_header_count(handle)))
    } catch {
      return refuse(error)
    }
    isHead = head.method == Words.head
    isChunked = head.isChunked
    if head.hasBody {
      let body = RequestBody(loop, readAhead: server.limits.readAhead)
      body.wantsMore = { [weak self] in self?.resume() }
      self.body = body
    }
    request = HTTPRequest(
      method: head.method, target: target, fields: head.fields, contentLength: head.contentLength,
      body: body ?? EmptyBody.shared, peer: connection.peer, isTLS: server.isTLS)
    task = Task { [self] in
      // Taken, not copied: it is the handler's alone.
      guard let request = request.take() else { return }
      complete(await server.handler.respond(to: request))
    }
    loop.jobs.drain()
    if head.expectsContinue && head.hasBody {
      phase = .deciding
      return decide()
    }
    phase = .receiving
    return cmicrohttpd_yes
  }

  private func decide() -> MHD_Result {
    if response != nil {
      // The body was not asked for: the library closes after an answer in this place.
      connection.lingers = true
      return answer()
    }
    if body?.isWanted ?? true {
      phase = .receiving
    } else {
      suspend()
    }
    return cmicrohttpd_yes
  }

  private func receive(_ bytes: UnsafePointer<UInt8>, _ count: UnsafeMutablePointer<Int>) -> MHD_Result {
    connection.received += count.pointee
    var taken = 0
    while response == nil, let body, taken < count.pointee, body.room > 0 {
      let piece = min(body.room, count.pointee - taken)
      body.append(UnsafeBufferPointer(start: bytes + taken, count: piece))
      taken += piece
      loop.jobs.drain()
    }
    if let response {
      // What is left of the body is dropped, so that the client, still sending, comes to read the answer (ST-4).
      guard !response.isAborted else { return cmicrohttpd_no }
      dropped += count.pointee - taken
      guard dropped <= server.limits.unreadBody else { return answerWithoutReading() }
      count.pointee = 0
      return cmicrohttpd_yes
    }
    // Bytes that are left with the library come again after the resume, chunked or not.
    count.pointee -= taken
    if count.pointee > 0 { suspend() }
    return cmicrohttpd_yes
  }

  private func answerOrWait() -> MHD_Result {
    if response != nil { return answer() }
    suspend()
    return cmicrohttpd_yes
  }

  private func answer() -> MHD_Result {
    guard let handle, let response else { return cmicrohttpd_no }
    self.response = nil
    phase = .answered
    if response.isAborted {
      dispose(response)
      return cmicrohttpd_no
    }
    guard let made = ResponseMaker.make(response, closes: response.closes || server.isStopping, exchange: self) else {
      return cmicrohttpd_no
    }
    defer { MHD_destroy_response(made.response) }
    stream = made.stream
    file = made.file
    isUnmeasured = made.isUnmeasured
    return MHD_queue_response(handle, UInt32(clamping: made.status), made.response)
  }

  /// Answers a head that is none as Go's server does (HDR-8).
  private func refuse(_ refusal: RequestHead.Refusal) -> MHD_Result {
    guard let handle else { return cmicrohttpd_no }
    phase = .answered
    connection.lingers = true
    let (status, text) = refusal.answer
    guard let response = ResponseMaker.closing(text) else { return cmicrohttpd_no }
    isUnmeasured = true
    defer { MHD_destroy_response(response) }
    return MHD_queue_response(handle, UInt32(status), response)
  }

  /// Too much of the body is left to wait for its end, and the library answers at no other place: past it, then.
  private func answerWithoutReading() -> MHD_Result {
    if !server.isTLS, let response, let bytes = ResponseMaker.plainBytes(response, isHead: isHead) {
      connection.sendPlainly(bytes)
    }
    connection.lingers = true
    return cmicrohttpd_no
  }

  // MARK: Suspending

  func suspend() {
    guard let handle, !isSuspended else { return }
    MHD_suspend_connection(handle)
    isSuspended = true
    if connection.isHungUp { peerHungUp() }
  }

  func resume() {
    guard let handle, isSuspended else { return }
    isSuspended = false
    MHD_resume_connection(handle)
    server.needsTurn = true
  }

  /// The handler has answered.
  private func complete(_ response: HTTPResponse) {
    guard handle != nil, self.response == nil, !isAnswered else {
      dispose(response)
      return
    }
    self.response = response
    resume()
  }

  // MARK: Ends

  /// The peer has closed its side, or is gone. While the library reads or writes it finds out by itself; while the connection is
  /// suspended nobody else looks. As with Go's server the work is cancelled, and an answer that comes all the same is sent: the
  /// peer may have ended its side only.
  func peerHungUp() {
    guard isSuspended, !hasHungUp, connection.hasNothingToRead else { return }
    hasHungUp = true
    body?.fail(.endedEarly)
    stream?.stop()
    task?.cancel()
    if stream != nil { resume() }
  }

  /// The server ends: the handler is told, and answers or not.
  func cancel() {
    body?.fail(.cancelled)
    task?.cancel()
    stream?.stop()
    if stream != nil { resume() }
  }

  /// The handler did not heed `cancel`: it goes on without a connection.
  func abandon() {
    guard response == nil, !isAnswered else { return }
    response = .aborted
    resume()
  }

  private func dispose(_ response: HTTPResponse) {
    switch response.body {
    case .file(let file, _, _): Task { await file.close() }
    case .empty, .bytes, .stream: break
    }
  }
}
