import GoWire
import ReferenceNode
import Simulator

/// A trace written down event by event.
struct TraceSample {
  private(set) var events: [TraceEvent] = []
  private var exchanges = 0

  mutating func add(_ seconds: Double, _ node: String, _ kind: TraceEvent.Kind, _ request: GoString? = nil) {
    events.append(
      TraceEvent(
        number: events.count + 1, time: Self.time(seconds), node: node, requestID: request, kind: kind))
  }

  /// Begins an exchange and gives its number.
  mutating func begin(
    _ seconds: Double, _ from: String, _ to: String, _ kind: ExchangeKind, _ method: GoString, _ target: GoString,
    _ request: GoString? = nil
  ) -> Int {
    exchanges += 1
    add(
      seconds, from,
      .exchangeBegan(
        TraceEvent.ExchangeStart(
          number: exchanges, connection: 1, from: from, to: to, kind: kind, method: method, target: target)), request)
    add(seconds, from, .exchangePhase(number: exchanges, .connect, bytes: 0), request)
    return exchanges
  }

  /// A whole exchange of 4 ms that nothing disturbs.
  mutating func exchange(
    _ seconds: Double, _ from: String, _ to: String, _ kind: ExchangeKind, _ method: GoString, _ target: GoString,
    status: Int = 200, _ request: GoString? = nil
  ) {
    let number = begin(seconds, from, to, kind, method, target, request)
    add(seconds + 0.001, to, .requestReceived(number: number, method: method, target: target), request)
    add(seconds + 0.003, to, .responseSent(number: number, status: status), request)
    add(seconds + 0.004, from, .exchangeEnded(number: number, status: status, failure: nil), request)
  }

  static func time(_ seconds: Double) -> Uptime { Uptime(nanoseconds: Int64((seconds * 1e6).rounded()) * 1_000) }

  static let upload: GoString = "3f2a9c01-0000-4000-8000-000000000001"
  static let chunk: GoString = "b7c80d11-0000-4000-8000-000000000002"

  /// The plan that `uploadTrace` fired.
  static let faults = [
    Fault(
      .reset, on: .link(from: "browser", to: "S1"), from: .zero, until: .seconds(5),
      match: Fault.Match(exchange: .chunkFromBrowser, nth: 1)),
    Fault(.noSync, on: .node("S1"), from: .seconds(2), until: .seconds(3)),
  ]

  /// A session, a chunk that is reset, the chunk again with the callback inside it, a kill.
  static let uploadTrace: [TraceEvent] = {
    var trace = TraceSample()
    trace.add(0, "S1", .process(.started(version: "4.14.0")))
    trace.add(0.5, "", .step("session"))
    trace.exchange(0.5, "M", "S1", .sessionCreate, "PUT", "/api/v4/slave/upload?sign=x", upload)
    trace.add(1, "", .step("chunks"))
    var number = trace.begin(1, "browser", "S1", .chunkFromBrowser, "POST", "/api/v4/slave/upload/up-1?chunk=0", chunk)
    trace.add(1.002, "S1", .fault(fault: 0, .reset, detail: "after 65536 bytes"), chunk)
    trace.add(
      1.003, "browser",
      .exchangeEnded(number: number, status: nil, failure: "write: connection reset by peer"), chunk)
    trace.add(1.003, "S1", .log(LogLine(.warning, "body ended early", requestID: chunk)))
    number = trace.begin(2, "browser", "S1", .chunkFromBrowser, "POST", "/api/v4/slave/upload/up-1?chunk=0", chunk)
    trace.add(2.001, "S1", .requestReceived(number: number, method: "POST", target: "/"), chunk)
    for offset in 0..<4 {
      trace.add(
        2.002, "S1",
        .effect(number: offset + 1, .write("/data/up-1", offset: Int64(offset) << 18, count: 1 << 18), failure: nil),
        chunk)
    }
    trace.add(2.003, "S1", .effect(number: 5, .sync("/data/up-1"), failure: "input/output error"), chunk)
    trace.exchange(2.004, "S1", "M", .callback, "GET", "/api/v4/callback/remote/up-1/key", chunk)
    trace.add(2.009, "S1", .responseSent(number: number, status: 200), chunk)
    trace.add(2.010, "browser", .exchangeEnded(number: number, status: 200, failure: nil), chunk)
    trace.add(2.5, "", .violation(invariant: "INV-1", "a chunk was answered that is not on the disk"))
    trace.add(3, "S1", .clock(offset: .seconds(-60)))
    trace.add(4, "S1", .process(.paused))
    trace.add(4.5, "S1", .process(.resumed))
    trace.add(5, "", .healed(fault: 0, .reset))
    trace.add(6, "S1", .process(.killed))
    return trace.events
  }()
}
