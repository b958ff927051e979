import GoWire
import ReferenceNode

/// A server's end of a connection, with the deadlines and limits of the live door (`ServerLimits`).
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
final class StreamPeer: WireSource, WireSink, @unchecked Sendable {
  private let stream: NetworkStream
  private let limits: ServerLimits
  private let kernel: Kernel
  private var kept: [ArraySlice<UInt8>] = []
  /// No timer is set or taken down for a request: the one there is looks at this when its time comes.
  private var deadline = Int64.max
  private var timer: (id: TimerID, at: Int64)?
  private var part = WirePart.nothing
  /// Nanoseconds spent waiting for the body at hand, and its bytes so far.
  private var waited: Int64 = 0
  private var received: Int64 = 0
  private var isOver = false
  private var isChunked = false
  private var lingers = false
  var onGone: (() -> Void)?

  init(_ stream: NetworkStream, _ limits: ServerLimits) {
    self.stream = stream
    self.limits = limits
    kernel = stream.input.kernel
    stream.input.onArrival = { [unowned self] in noticeEnd() }
  }

  var isGone: Bool { isOver || stream.input.ending != nil }
  var isSeenGone: Bool { isGone }

  private func noticeEnd() {
    guard isGone, let told = onGone else { return }
    onGone = nil
    told()
  }

  // MARK: Reading

  func next(
    _ limit: Int, waits: Bool, _ who: String, for what: @escaping () -> String
  ) async -> ArraySlice<UInt8>? {
    while true {
      if let front = kept.popLast() {
        let piece = front.prefix(limit)
        if piece.count < front.count { kept.append(front.dropFirst(piece.count)) }
        return piece
      }
      if let bytes = stream.input.take(limit) {
        received += Int64(bytes.count)
        return bytes
      }
      if isGone || Task.isCancelled || kernel.isEnding { return nil }
      let start = kernel.uptime
      if case .body = part { expire(at: bodyDeadline) }
      await stream.input.readable.wait(who, for: what)
      waited += (kernel.uptime - start).nanoseconds
    }
  }

  /// A body may be slow, but not for ever: after a while of waiting it has to have come at some speed.
  private var bodyDeadline: Int64 {
    let most = max(limits.bodyPatience.nanoseconds, (received / max(1, limits.bodyBytesPerSecond) + 1) * 1_000_000_000)
    return kernel.uptime.nanoseconds + max(0, most - waited)
  }

  func unread(_ bytes: ArraySlice<UInt8>) {
    if !bytes.isEmpty { kept.append(bytes) }
  }

  func expect(_ part: WirePart) {
    self.part = part
    switch part {
    case .request(let isFirst): expire(after: isFirst ? limits.head : limits.idle)
    case .head: expire(after: limits.head)
    case .body, .nothing:
      deadline = .max
      waited = 0
      received = 0
      self.part = .body
    }
  }

  private func expire(after span: Span) { expire(at: (kernel.uptime + span).nanoseconds) }

  private func expire(at time: Int64) {
    deadline = time
    if let timer {
      if timer.at <= time { return }
      kernel.cancel(timer.id)
    }
    arm(time)
  }

  private func arm(_ time: Int64) {
    let id = kernel.at(Uptime(nanoseconds: time)) { [weak self] in self?.lookAtTheClock() }
    timer = (id, time)
  }

  private func lookAtTheClock() {
    timer = nil
    if isOver || deadline == .max { return }
    if kernel.uptime.nanoseconds < deadline { return arm(deadline) }
    shutDown()
  }

  /// The peer kept the node waiting beyond the limits, or the server ends.
  func shutDown() {
    guard !isOver else { return }
    isOver = true
    stopTimer()
    stream.input.onArrival = nil
    stream.close()
    noticeEnd()
  }

  private func stopTimer() {
    if let timer { kernel.cancel(timer.id) }
    timer = nil
    deadline = .max
  }

  func leave() {
    guard !isOver else { return }
    isOver = true
    stopTimer()
    stream.input.onArrival = nil
    guard lingers || stream.input.arrivedCount > 0 || !kept.isEmpty, stream.input.ending == nil else {
      return stream.close()
    }
    // Closing at once would reset it and could take the answer away.
    stream.finish()
    let stream = self.stream
    var left = 1 << 22
    let drop: () -> Void = {
      while let bytes = stream.input.take(.max) { left -= bytes.count }
      if left <= 0 || stream.input.ending != nil { stream.close() }
    }
    stream.input.onArrival = drop
    drop()
    if !stream.isClosed { _ = kernel.at(kernel.uptime + limits.lingering) { stream.close() } }
  }

  // MARK: Writing

  func interim() {
    stream.output.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)[...])
  }

  func refuse(_ refusal: HTTPRefusal) async {
    stream.connection.begin(.responseHead, length: Int64(refusal.answer.count))
    lingers = true
    _ = await write(refusal.answer[...])
  }

  func begin(_ response: WireResponse, wasContinued: Bool) async {
    isChunked = response.isChunked
    let head = response.head
    stream.connection.begin(.responseHead, length: Int64(head.count))
    _ = await write(head[...])
    if response.sendsBody { bodyLength = response.contentLength }
  }

  private var bodyLength: Int64?
  private var isInBody = false

  func deliver(_ bytes: ArraySlice<UInt8>) async -> Bool {
    if !isInBody {
      isInBody = true
      stream.connection.begin(.responseBody, length: bodyLength)
    }
    guard isChunked else { return await write(bytes) }
    return await write((Array((String(bytes.count, radix: 16) + "\r\n").utf8) + bytes + [0x0D, 0x0A])[...])
  }

  private func write(_ bytes: ArraySlice<UInt8>) async -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      if isGone || kernel.isEnding { return false }
      let room = stream.output.room
      if room > 0 {
        let piece = rest.prefix(min(room, NetworkPipe.window))
        stream.output.send(piece)
        rest = rest.dropFirst(piece.count)
        continue
      }
      if Task.isCancelled { return false }
      expire(after: limits.idle)
      await stream.output.writable.wait("a server") { "\(self.stream.remoteAddress) to take more of an answer" }
      deadline = .max
    }
    return true
  }

  func finish(isComplete: Bool) {
    isInBody = false
    if isChunked, isComplete, !isGone { stream.output.send(Array("0\r\n\r\n".utf8)[...]) }
    isChunked = false
  }

  func settle(closes: Bool, drained: Int) {
    if drained > 0, closes { lingers = true }
  }
}
