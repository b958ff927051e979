import GoWire
import NodeProtocol
import ReferenceNode

/// The calling half of the HTTP door over the virtual network: what Go's transport does, byte by byte, with its texts.
///
/// Connections are kept and used again. When a kept one turns out to be dead before anything of an answer came, a call that can be
/// repeated is sent once more on another; a call with a body is final (PING-2, NET-6). Confined to the kernel's thread, which is the
/// invariant behind `@unchecked Sendable`.
public final class SimulatedHTTPClient: HTTPClient, @unchecked Sendable {
  let network: SimulatedNetwork
  let host: NetworkHost
  private let effects: EffectDoor
  private let pool: ConnectionPool
  private var kernel: Kernel { network.kernel }

  /// Connections kept for each host and how long, as in Go's default transport.
  public static let idlePerHost = 2
  public static let idlePatience = Span.seconds(90)

  init(_ network: SimulatedNetwork, effects: EffectDoor) {
    self.network = network
    self.effects = effects
    host = network.host(effects.node)
    pool = ConnectionPool(network.kernel, patience: Self.idlePatience, perHost: Self.idlePerHost)
  }

  /// Connections that are kept between two exchanges.
  public var idleConnections: Int { pool.count }

  /// Closes the connections that are kept.
  public func closeIdle() { pool.clear() }

  public func send(_ call: HTTPCall) async throws(TransportError) -> HTTPReply {
    kernel.check("the HTTP client of \(effects.node)")
    if Task.isCancelled { throw .cancelledCall }
    try Self.check(call)
    let exchange = ClientExchange(self, call)
    let url = call.url
    try await effects.announce(.call(method: call.method, url: url))
    do throws(TransportError) {
      let reply = try await run(exchange)
      try await effects.announce(.reply(method: call.method, url: url, status: reply.status))
      return reply
    } catch {
      exchange.failed(error.text)
      throw error
    }
  }

  private func run(_ exchange: ClientExchange) async throws(TransportError) -> HTTPReply {
    let call = exchange.call
    let key = ConnectionPool.Key(host: call.host.asciiLowercased, port: call.port, isTLS: call.isTLS)
    exchange.startClock()
    while true {
      let kept = try await connection(for: exchange, key)
      do throws(ClientExchange.Failure) {
        return try await exchange.perform(on: kept, pool)
      } catch {
        if error.isRepeatable, kept.isReused, exchange.isReplayable(error) { continue }
        throw error.reason
      }
    }
  }

  private func connection(
    for exchange: ClientExchange, _ key: ConnectionPool.Key
  ) async throws(TransportError) -> ConnectionPool.Kept {
    while let kept = pool.take(key) {
      if survivesIdling(kept, exchange) { return kept }
    }
    return try await exchange.dial(key)
  }

  /// What faults make of a connection while it is kept, found out when it is used again.
  private func survivesIdling(_ kept: ConnectionPool.Kept, _ exchange: ClientExchange) -> Bool {
    let connection = kept.stream.connection
    guard let faults = network.faults else { return true }
    let (client, server) = (connection.client.name, connection.server.name)
    let needsBox = faults.concerns(client: client, server: server, MiddleBox.isMade(for:))
    if needsBox != connection.hasBox
      || !connection.hasFaults && faults.concerns(client: client, server: server, { _ in true })
    {
      // The plan has changed since it was made.
      kept.stream.close()
      return false
    }
    guard connection.hasFaults else { return true }
    connection.tag = exchange.tag
    let moment = connection.moment(.idle)
    for one in faults.choose(at: moment, where: { [.reset, .close, .halfOpen].contains($0.kind) }) {
      let crosses = one.fault.parameters.variant == "crossing"
      switch one.fault.kind {
      case .halfOpen:
        faults.fired(one, at: moment, detail: "forgotten while idle")
        connection.forget(one.fault.parameters.side)
        return true
      case .close, .reset:
        faults.fired(one, at: moment, detail: crosses ? "ended as the request went out" : "ended while idle")
        connection.breakOff(one.fault.kind == .close ? .end : .reset, side: one.fault.parameters.side)
        if crosses { return true }
        kept.stream.close()
        return false
      default:
        break
      }
    }
    return true
  }

  // MARK: What cannot be sent

  private static func check(_ call: HTTPCall) throws(TransportError) {
    guard !call.host.isEmpty else { throw TransportError(.other, "http: no Host in request URL") }
    guard call.target.bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
      throw TransportError(.other, "net/url: invalid control character in URL")
    }
    guard HTTPRequestParser.isToken(call.method.bytes) else {
      throw TransportError(.other, "net/http: invalid method " + GoTransportText.quoted(call.method))
    }
    for field in call.fields.fields {
      guard HTTPRequestParser.isToken(field.name.bytes) else {
        throw TransportError(.other, "net/http: invalid header field name " + GoTransportText.quoted(field.name))
      }
      guard field.value.bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
        throw TransportError(
          .other, "net/http: invalid header field value for " + GoTransportText.quoted(field.name))
      }
    }
  }
}
