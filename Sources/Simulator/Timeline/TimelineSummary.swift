import ReferenceNode

extension Timeline {
  /// What happened, in a few lines for people: exchanges by kind, faults by kind, processes, disks, violations.
  public var summary: [String] {
    var lines = [exchangeLine]
    if !bands.isEmpty { lines.append(faultLine) }
    lines += processLines
    var operations: Int64 = 0
    var written: Int64 = 0
    var warnings = 0
    for item in items {
      switch item.content {
      case .disk(let steps):
        for step in steps {
          operations += Int64(step.count)
          if step.verb == "write" { written += step.bytes }
        }
      case .log(let line) where line.level >= .warning: warnings += 1
      default: break
      }
    }
    lines.append(
      "disks: \(operations) operations, \(TimelineWords.bytes(written)) written; log: \(warnings) warnings and errors")
    return lines
  }

  private var exchangeLine: String {
    var counts: [(kind: ExchangeKind, count: Int)] = ExchangeKind.allCases.map { ($0, 0) }
    var places: [ExchangeKind: Int] = [:]
    for (place, kind) in ExchangeKind.allCases.enumerated() { places[kind] = place }
    var failed = 0
    for item in items {
      guard case .exchange(let exchange) = item.content else { continue }
      if let place = places[exchange.kind] { counts[place].count += 1 }
      if exchange.failure != nil || exchange.status == nil { failed += 1 }
    }
    let words = counts.filter { $0.count > 0 }.map { "\($0.kind.rawValue) \($0.count)" }.joined(separator: ", ")
    return "exchanges: \(exchangeCount), \(failed) of them without a whole answer" + (words.isEmpty ? "" : "; \(words)")
  }

  private var faultLine: String {
    let words = FaultKind.allCases.compactMap { kind -> String? in
      let same = bands.filter { $0.kind == kind }
      guard !same.isEmpty else { return nil }
      return "\(kind.rawValue.dropFirst(4)) \(same.reduce(0) { $0 + $1.firings.count })×"
    }.joined(separator: ", ")
    return "faults: \(bands.count) planned, fired \(firingCount) times; \(words)"
  }

  private var processLines: [String] {
    lanes.indices.compactMap { lane -> String? in
      let own = lives.filter { $0.lane == lane }
      guard !own.isEmpty else { return nil }
      let pauses = own.reduce(0) { $0 + $1.pauses.count }
      let endings = own.compactMap(\.ending).map(TimelineWords.process)
      return "\(lanes[lane]): started \(own.count)×" + (pauses > 0 ? ", paused \(pauses)×" : "")
        + (endings.isEmpty ? "" : "; " + endings.joined(separator: "; "))
    }
  }
}
