import GoWire
import ReferenceNode

/// A wish for a connection.
struct Dial {
  var host: GoString
  var port: UInt16
  var isTLS = false
  var tag = ExchangeTag()
  /// When the caller gives up; nil for the transport's own patience alone.
  var deadline: Uptime?
}

extension SimulatedNetwork {
  /// Opens a raw stream from a node, for clients that are no HTTP client.
  public func connect(
    from node: SimulatedNode, to host: GoString, port: UInt16, timeout: Span? = nil
  ) async throws(TransportError) -> NetworkStream {
    let deadline = timeout.map { kernel.uptime + $0 }
    return try await dial(
      Dial(host: host, port: port, deadline: deadline), from: self.host(node.name))
  }

  /// Name, address, handshake: the connect phase, and what faults make of it.
  func dial(_ dial: Dial, from client: NetworkHost) async throws(TransportError) -> NetworkStream {
    let found = find(dial.host, from: client)
    func moment(_ phase: ExchangePhase, isAnswer: Bool = false) -> NetworkMoment {
      NetworkMoment(
        client: client.name, server: found?.host?.name ?? dial.host.text, phase: phase, kind: dial.tag.kind,
        path: dial.tag.path, exchange: dial.tag.number, isAnswer: isAnswer)
    }
    if client.hasNoDescriptors { throw TransportError(.other, "dial tcp: socket: too many open files") }
    let isFaulty =
      faults?.concerns(client: client.name, server: found?.host?.name ?? dial.host.text) { _ in true } ?? false
    if isFaulty, let faults {
      let lost = faults.choose(at: moment(.connect)) {
        $0.kind == .noName && ($0.parameters.name ?? dial.host) == dial.host
      }
      for fault in lost {
        faults.fired(fault, at: moment(.connect), detail: "no such host")
        throw .noSuchHost(dial.host, nameServer)
      }
    }
    guard let found else { throw .noSuchHost(dial.host, nameServer) }
    let address = found.address + GoString(":\(dial.port)")
    let start = kernel.uptime
    let limit = min(start + dialTimeout, dial.deadline ?? start + dialTimeout)
    let late: TransportError =
      limit == dial.deadline
      ? .awaitingHeaders : TransportError(.timedOut, "dial tcp " + address + ": i/o timeout")
    guard let server = found.host else {
      try await wait(until: limit)
      throw late
    }
    var plan = Handshake()
    if isFaulty { try await judge(&plan, moment, until: limit, late: late, address: address) }
    let hasBox = isFaulty && concernsBox(client.name, server.name)
    let connection = NetworkConnection(
      self, number: nextConnection(), client: client, server: server,
      clientAddress: (client === server ? "127.0.0.1" : client.address) + GoString(":\(client.takePort())"),
      serverAddress: address, hasFaults: isFaulty, hasBox: hasBox)
    connection.tag = dial.tag
    let outcome = Outcome()
    let there = kernel.uptime + Span(nanoseconds: connection.up.link.delay() + plan.delay)
    let back = there + Span(nanoseconds: connection.down.link.delay())
    _ = kernel.at(plan.acceptsLate.map { there + $0 } ?? there) { [self] in
      guard plan.isAccepted, !outcome.isGivenUp else { return }
      guard let listener = server.listeners[dial.port] else {
        outcome.isRefused = true
        return
      }
      if !outcome.isAdded { add(connection) }
      outcome.isAdded = true
      let stream = NetworkStream(connection, isClient: false)
      let port = dial.port
      server.whenAble { [self] in
        if plan.isSchemeSwapped {
          SchemeStub.serve(stream, kernel, isTLS: !dial.isTLS)
        } else if hasBox {
          MiddleBox.stand(in: self, stream, to: server, port: port)
        } else if server.listeners[port] === listener {
          listener.accept(stream)
        } else {
          stream.reset()
        }
      }
    }
    do throws(TransportError) {
      try await wait(until: min(back, limit))
      if back > limit { throw late }
    } catch {
      outcome.isGivenUp = true
      if outcome.isAdded { NetworkStream(connection, isClient: true).reset() }
      throw error
    }
    if outcome.isRefused {
      throw TransportError(.refused, "dial tcp " + address + ": connect: connection refused")
    }
    if !outcome.isAdded {
      add(connection)
      // Nobody will ever take it up there.
      if plan.acceptsLate == nil { connection.done(isClient: false) }
    }
    return NetworkStream(connection, isClient: true)
  }

  /// How a handshake goes.
  private struct Handshake {
    var delay: Int64 = 0
    /// Whether the server's process ever hears of it.
    var isAccepted = true
    var acceptsLate: Span?
    var isSchemeSwapped = false
  }

  private final class Outcome: @unchecked Sendable {  // confined to the kernel's thread
    var isRefused = false
    var isAdded = false
    /// The client has stopped waiting.
    var isGivenUp = false
  }

  private func concernsBox(_ client: String, _ server: String) -> Bool {
    faults?.concerns(client: client, server: server, MiddleBox.isMade(for:)) ?? false
  }

  private func wait(until time: Uptime) async throws(TransportError) {
    if await !kernel.sleep(until: time) { throw .cancelledCall }
  }

  private func judge(
    _ plan: inout Handshake, _ moment: (ExchangePhase, Bool) -> NetworkMoment, until limit: Uptime,
    late: TransportError,
    address: GoString
  ) async throws(TransportError) {
    guard let faults else { return }
    let connect = moment(.connect, false)
    let found = faults.choose(at: connect) { fault in
      switch fault.kind {
      case .refuse, .synDrop, .stall, .delay, .hold, .halfOpen, .reorder: true
      default: false
      }
    }
    for one in found {
      let parameters = one.fault.parameters
      switch one.fault.kind {
      case .refuse:
        faults.fired(one, at: connect, detail: "refused")
        try await wait(until: min(limit, kernel.uptime + Span(nanoseconds: latency.nanoseconds * 2)))
        throw TransportError(.refused, "dial tcp " + address + ": connect: connection refused")
      case .synDrop:
        faults.fired(one, at: connect, detail: "dropped")
        try await wait(until: limit)
        throw late
      case .stall:
        faults.fired(one, at: connect, detail: "never accepted")
        plan.acceptsLate = parameters.span
        plan.isAccepted = parameters.span != nil
      case .halfOpen:
        faults.fired(one, at: connect, detail: "forgotten at once")
        plan.isAccepted = false
      case .delay:
        faults.fired(one, at: connect, detail: "late")
        plan.delay += link(connect.client, connect.server).draw(
          mean: parameters.mean ?? parameters.span ?? .zero, jitter: parameters.jitter ?? .zero)
      case .hold:
        faults.fired(one, at: connect, detail: "held")
        plan.delay += (parameters.span ?? .zero).nanoseconds
      case .reorder:
        let signal = OneShot<Bool>(kernel)
        wait(on: link(connect.client, connect.server), but: nil, for: parameters.span ?? .seconds(1)) {
          signal.deliver($0)
        }
        let timer = kernel.at(limit) { signal.deliver(false) }
        let isOvertaken = await signal.wait(connect.client, for: { "another connection to overtake" }, otherwise: false)
        kernel.cancel(timer)
        if Task.isCancelled { throw .cancelledCall }
        if isOvertaken { faults.fired(one, at: connect, detail: "overtaken") }
        if kernel.uptime >= limit { throw late }
      default:
        break
      }
    }
    // A packet that vanishes is sent again after 1, 2, 4 … s.
    var pause = Span.seconds(1)
    while isLost(moment) {
      let next = kernel.uptime + pause
      try await wait(until: min(next, limit))
      if next >= limit { throw late }
      pause = Span(nanoseconds: pause.nanoseconds * 2)
    }
    for one in faults.choose(at: moment(.hello, false), where: { $0.kind == .scheme }) {
      faults.fired(one, at: moment(.hello, false), detail: "the other scheme")
      plan.isSchemeSwapped = true
    }
  }

  /// Whether a packet of the handshake is lost, either way.
  private func isLost(_ moment: (ExchangePhase, Bool) -> NetworkMoment) -> Bool {
    guard let faults else { return false }
    for isAnswer in [false, true] {
      let moment = moment(.connect, isAnswer)
      let lost = faults.choose(at: moment) { $0.kind == .oneWay || $0.kind == .partition }
      if let first = lost.first {
        faults.fired(
          first, at: moment, detail: isAnswer ? "the answer to the first packet is lost" : "the first packet is lost")
        return true
      }
    }
    return false
  }
}

/// Plays a peer that speaks the other one of HTTP and HTTPS.
enum SchemeStub {
  /// What Go's server says to a plain request at a TLS port.
  static let plainAtTLS = Array(
    "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n".utf8)
  /// What Go's server says to a TLS hello at a plain port.
  static let helloAtPlain = Array(
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request"
      .utf8)

  static func serve(_ stream: NetworkStream, _ kernel: Kernel, isTLS: Bool) {
    Task(name: "a peer of the other scheme") {
      if await stream.next(1) != nil {
        while stream.input.take(.max) != nil {}
        await stream.send(isTLS ? plainAtTLS : helloAtPlain)
      }
      stream.finish()
      // What the client still says is heard out, so that it comes to read the answer.
      _ = await stream.receiveAll()
      stream.close()
    }
  }
}

/// The first bytes of TLS, as far as they are modelled: one message each way.
enum TLSHello {
  static let client: [UInt8] = [0x16, 0x03, 0x01, 0x00, 0x03, 0x01, 0x0D, 0x0A]
  static let server: [UInt8] = [0x16, 0x03, 0x03, 0x00, 0x03, 0x02, 0x00, 0x00]
}

extension TransportError {
  /// A name that nobody has.
  static func noSuchHost(_ host: GoString, _ server: GoString) -> TransportError {
    let isDotted = host.bytes.allSatisfy { 0x30...0x39 ~= $0 || $0 == UInt8(ascii: ".") }
    return TransportError(
      .nameNotFound, "dial tcp: lookup " + host + (isDotted ? "" : " on " + server) + ": no such host")
  }
}
