import GoWire
import ReferenceNode
import Simulator
import Testing

/// What both ends see of each fault of a link and of a middle box (scenarios.md 2.1, 2.2).
@Suite struct FaultSightTests {
  struct Sight: Sendable, CustomTestStringConvertible {
    var fault: FaultKind
    var phase: ExchangePhase
    var exchange = ExchangeKind.ping
    /// What the client reads; an asterisk stands for anything.
    var reads: String
    /// What the slave is asked meanwhile.
    var slaveIsAsked = 0
    var change: @Sendable (inout FaultParameters) -> Void = { _ in }
    var timeout: Span? = .seconds(10)
    var times = 1
    /// Seconds that it takes at least.
    var takes: Int64 = 0

    /// Lost packets are sent again: that all are lost takes more than one firing.
    var isOfPackets: Bool { fault == .oneWay || fault == .partition }
    var testDescription: String { "\(fault.rawValue) at \(phase.rawValue) of \(exchange.rawValue): \(reads)" }
  }

  private static let late = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
  private static let reset = "read tcp 10.0.0.1:40000->10.0.0.2:5212: read: connection reset by peer"
  private static let success = #"200 {"code":0,"msg":""}"#
  private static let broken = "net/http: HTTP/1.x transport connection broken: "

  static let sights: [Sight] = [
    Sight(fault: .refuse, phase: .connect, reads: "dial tcp 10.0.0.2:5212: connect: connection refused"),
    Sight(fault: .synDrop, phase: .connect, reads: late, takes: 10),
    Sight(
      fault: .synDrop, phase: .connect, reads: "dial tcp 10.0.0.2:5212: i/o timeout", timeout: nil, takes: 30),
    Sight(fault: .noName, phase: .connect, reads: "dial tcp: lookup S1 on 192.0.2.53:53: no such host"),
    Sight(fault: .scheme, phase: .hello, reads: "400 Client sent an HTTP request to an HTTPS server.\n"),
    Sight(fault: .reset, phase: .head, reads: reset),
    Sight(fault: .reset, phase: .body, reads: reset, slaveIsAsked: 1, change: { $0.bytes = 3 }),
    Sight(fault: .reset, phase: .responseHead, reads: reset, slaveIsAsked: 1),
    Sight(fault: .reset, phase: .responseHead, reads: broken + reset, slaveIsAsked: 1, change: { $0.bytes = 20 }),
    Sight(fault: .reset, phase: .responseBody, reads: "200, then *", slaveIsAsked: 1, change: { $0.bytes = 5 }),
    Sight(fault: .close, phase: .head, reads: "EOF", change: { $0.bytes = 30 }),
    Sight(fault: .close, phase: .responseHead, reads: "EOF", slaveIsAsked: 1),
    Sight(
      fault: .close, phase: .responseHead, reads: broken + #"malformed MIME header: missing colon: "Cac""#,
      slaveIsAsked: 1,
      change: { $0.bytes = 20 }),
    Sight(
      fault: .close, phase: .responseHead, reads: broken + "unexpected EOF", slaveIsAsked: 1, change: { $0.bytes = 17 }),
    Sight(
      fault: .close, phase: .responseBody, reads: "200, then endedEarly", slaveIsAsked: 1, change: { $0.bytes = 5 }),
    Sight(fault: .close, phase: .idle, reads: success, slaveIsAsked: 2, times: 2),
    // The request crosses the end of its connection: a GET goes out once more, a POST does not.
    Sight(
      fault: .close, phase: .idle, reads: "EOF", slaveIsAsked: 1, change: { $0.variant = "crossing" }, times: 2),
    Sight(
      fault: .close, phase: .idle, exchange: .metadata, reads: "200 *", slaveIsAsked: 2,
      change: { $0.variant = "crossing" }, times: 2),
    Sight(fault: .halfOpen, phase: .idle, reads: late, slaveIsAsked: 1, times: 2, takes: 10),
    Sight(fault: .stall, phase: .connect, reads: late, takes: 10),
    Sight(fault: .stall, phase: .head, reads: late, takes: 10),
    Sight(fault: .stall, phase: .head, reads: success, slaveIsAsked: 1, change: { $0.span = .seconds(3) }, takes: 3),
    Sight(
      fault: .stall, phase: .responseBody, reads: "200, then timedOut", slaveIsAsked: 1, change: { $0.bytes = 5 },
      takes: 10),
    Sight(fault: .throttle, phase: .head, reads: success, slaveIsAsked: 1, change: { $0.rate = 100 }, takes: 2),
    Sight(fault: .delay, phase: .connect, reads: success, slaveIsAsked: 1, change: { $0.mean = .seconds(2) }, takes: 2),
    Sight(
      fault: .delay, phase: .responseHead, reads: success, slaveIsAsked: 1, change: { $0.mean = .seconds(2) }, takes: 2),
    Sight(fault: .hold, phase: .body, reads: success, slaveIsAsked: 1, change: { $0.span = .seconds(5) }, takes: 5),
    Sight(fault: .halfOpen, phase: .responseHead, reads: late, slaveIsAsked: 1, takes: 10),
    Sight(fault: .oneWay, phase: .head, reads: late, takes: 10),
    Sight(fault: .partition, phase: .responseHead, reads: late, slaveIsAsked: 1, takes: 10),
    Sight(fault: .page, phase: .head, reads: "522 <html>*", change: { $0.status = 522 }),
    Sight(
      fault: .page, phase: .responseHead, reads: "403 <html>*", slaveIsAsked: 1,
      change: {
        $0.status = 403
        $0.afterOrigin = true
      }),
    Sight(fault: .lostReply, phase: .responseHead, reads: "EOF", slaveIsAsked: 1),
    Sight(
      fault: .lostReply, phase: .responseHead, reads: late, slaveIsAsked: 1, change: { $0.variant = "stall" }, takes: 10
    ),
    Sight(
      fault: .lostReply, phase: .responseHead, reads: "524 *", slaveIsAsked: 1, change: { $0.variant = "524" }),
    Sight(fault: .duplicate, phase: .body, reads: success, slaveIsAsked: 2),
    Sight(fault: .noQuery, phase: .head, exchange: .list, reads: "200 *expire timestamp is missing*", slaveIsAsked: 1),
    Sight(
      fault: .header, phase: .head, reads: "200 *invalid sign*", slaveIsAsked: 1,
      change: {
        $0.variant = "add"
        $0.name = "X-Cr-Extra"
        $0.value = "1"
      }),
    Sight(fault: .repath, phase: .head, reads: "307 *", slaveIsAsked: 1),
    Sight(fault: .bodyCut, phase: .body, reads: "EOF", slaveIsAsked: 1, change: { $0.bytes = 3 }),
    Sight(
      fault: .bodyCut, phase: .body, reads: "200 *invalid sign*", slaveIsAsked: 1,
      change: {
        $0.bytes = 3
        $0.variant = "rewritten"
      }),
    Sight(
      fault: .bodyCut, phase: .responseBody, reads: "200, then endedEarly", slaveIsAsked: 1, change: { $0.bytes = 3 }),
    Sight(fault: .bodyMax, phase: .body, reads: "413 <html>*", change: { $0.bytes = 3 }),
    Sight(fault: .unlength, phase: .body, reads: success, slaveIsAsked: 1),
    Sight(
      fault: .unlength, phase: .body, exchange: .chunkFromNode, reads: "200 *Invalid Content-Length*", slaveIsAsked: 2),
    Sight(fault: .redirect, phase: .responseHead, reads: "302 <html>*"),
    Sight(fault: .cache, phase: .responseHead, exchange: .list, reads: "200 *", slaveIsAsked: 1, times: 2),
    Sight(fault: .flip, phase: .body, reads: "200 *invalid sign*", slaveIsAsked: 1),
    Sight(
      fault: .badReply, phase: .responseHead, reads: #"200 {"code":0,"data":4,"msg":""}"#, slaveIsAsked: 1,
      change: { $0.variant = "number" }),
    Sight(fault: .badReply, phase: .responseBody, reads: "200 []", slaveIsAsked: 1, change: { $0.variant = "array" }),
    Sight(
      fault: .endless, phase: .head, reads: "431 431 Request Header Fields Too Large",
      change: { $0.rate = 1 << 20 }),
    Sight(
      fault: .endless, phase: .responseHead,
      reads: "net/http: server response headers exceeded 10485760 bytes; aborted", slaveIsAsked: 1,
      change: {
        $0.variant = "headers"
        $0.rate = 2 << 20
      }),
    Sight(
      fault: .endless, phase: .responseHead,
      reads: broken + "net/http: too many 1xx informational responses", slaveIsAsked: 1, change: { $0.variant = "1xx" }),
    Sight(
      fault: .endless, phase: .responseBody, reads: "200, then timedOut", slaveIsAsked: 1, change: { $0.rate = 1_000 },
      takes: 10),
  ]

  @Test(arguments: sights)
  func `both ends see a fault as they would in life`(_ sight: Sight) throws {
    let sample = ExchangeSample.all.first { $0.kind == sight.exchange }!
    var fault = Fault(
      sight.fault, on: .link(from: sample.from, to: "S1"),
      match: Fault.Match(exchange: sight.exchange, phase: sight.phase, count: sight.isOfPackets ? nil : 1))
    sight.change(&fault.parameters)
    var simulation = Simulation(seed: 1, stepBudget: 2_000_000)
    simulation.faults = [fault]
    try simulation.run { world in
      let bench = try NetworkBench(world)
      bench.slave.disk.plant(ExchangeSample.blob, [1, 2, 3])
      if sight.exchange == .chunkFromNode {
        _ = await bench.call("PUT", "/api/v4/slave/upload", body: ExchangeSample.session)
      }
      var seen = ""
      for number in 0..<sight.times {
        if number > 0 { await world.sleep(.milliseconds(10)) }
        seen = await bench.make(sample, timeout: sight.timeout)
      }
      #expect(Self.matches(seen, sight.reads), "seen: \(seen)")
      #expect(bench.lines.lines.count { $0.hasPrefix("S1: ") } == sight.slaveIsAsked)
      #expect(world.kernel.uptime.nanoseconds >= sight.takes * 1_000_000_000)
      #expect(world.faults.firings(of: 0) >= 1)
    }
  }

  private static func matches(_ seen: String, _ pattern: String) -> Bool {
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard parts.count > 1 else { return seen == pattern }
    guard seen.hasPrefix(parts[0]), seen.hasSuffix(parts[parts.count - 1]) else { return false }
    return parts.allSatisfy { seen.contains($0) || $0.isEmpty }
  }
}
