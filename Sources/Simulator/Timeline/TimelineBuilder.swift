import GoWire
import ReferenceNode

/// Puts the events of a trace together to a timeline, one after the other.
struct TimelineBuilder {
  private(set) var timeline = Timeline()
  /// Items of exchanges by the exchange's number.
  private var exchanges: [Int: Int] = [:]
  /// Items of requests that only their server has seen and not yet answered, by lane.
  private var unknownRequests: [Int: [Int]] = [:]
  /// The disk item of a lane and request that more operations may join.
  private var openDisk: [DiskKey: Int] = [:]
  private var laneNumbers: [String: Int] = [:]
  /// The place in `lives` of the process that a lane's node runs now.
  private var living: [Int: Int] = [:]
  private var bandOfFault: [Int: Int] = [:]
  /// Phases of exchanges that have not begun yet: a client connects before it begins.
  private var early: [Int: [Timeline.Phase]] = [:]
  /// Items of the exchanges that a lane's node is serving.
  private var serving: [Int: [Int]] = [:]
  /// The item of the exchange in whose service something was done of which the trace does not say the request.
  private var servedItem: [Int: Int] = [:]

  private struct DiskKey: Hashable {
    var lane: Int
    var requestID: GoString?
  }

  /// Operations further apart than this are no run.
  private static let diskGap = Span.seconds(1)
  private static let longestDiskRun = 40

  init(faults: [Fault]) {
    for (index, fault) in faults.enumerated() {
      bandOfFault[index] = index
      timeline.bands.append(
        Timeline.FaultBand(
          index: index, kind: fault.kind, place: fault.place.words, lanes: [],
          from: Uptime(nanoseconds: fault.from.nanoseconds),
          until: fault.until.map { Uptime(nanoseconds: $0.nanoseconds) }, words: fault.words))
    }
    planned = faults
  }

  private let planned: [Fault]

  mutating func add(_ event: TraceEvent) {
    timeline.end = max(timeline.end, event.time)
    switch event.kind {
    case .effect(_, let action, let failure): addDisk(event, action, failure)
    case .exchangeBegan(let start): begin(event, start)
    case .exchangePhase(let number, let phase, let bytes):
      let step = Timeline.Phase(phase: phase, time: event.time, bytes: bytes)
      if exchanges[number] == nil { early[number, default: []].append(step) }
      change(number, event) { $0.phases.append(step) }
    case .requestReceived(let number, let method, let target): receive(event, number, method, target)
    case .responseSent(let number, let status): send(event, number, status)
    case .exchangeEnded(let number, let status, let failure):
      change(number, event) {
        $0.ended = event.time
        $0.status = status
        $0.failure = failure
      }
    case .log(let line):
      append(event, .log(line), requestID: line.requestID)
      adopt(line, event)
    case .process(let change): addProcess(event, change)
    case .clock(let offset): append(event, .clock(offset: offset))
    case .fault(let index, let kind, let detail):
      let band = band(of: index, kind, event)
      append(event, .fault(index: index, kind, detail: detail))
      timeline.bands[band].firings.append(event.number)
    case .healed(let index, let kind):
      let band = band(of: index, kind, event)
      timeline.bands[band].until = event.time
      append(event, .healed(index: index, kind))
    case .step(let text): append(event, .step(text))
    case .violation(let invariant, let text): append(event, .violation(invariant: invariant, text))
    }
  }

  private mutating func lane(_ name: String) -> Int? {
    guard !name.isEmpty else { return nil }
    if let known = laneNumbers[name] { return known }
    let lane = timeline.lanes.count
    laneNumbers[name] = lane
    timeline.lanes.append(name)
    for (index, fault) in planned.enumerated() where fault.place.names(name) {
      timeline.bands[index].lanes.append(lane)
    }
    return lane
  }

  private mutating func append(_ event: TraceEvent, _ content: Timeline.Content, requestID: GoString? = nil) {
    let lane = lane(event.node)
    let requestID = event.requestID ?? requestID
    timeline.items.append(
      Timeline.Item(
        number: event.number, time: event.time, end: event.time, lane: lane, requestID: requestID, content: content))
    guard let lane else { return }
    if requestID == nil { attribute(timeline.items.count - 1, lane) }
    openDisk[DiskKey(lane: lane, requestID: requestID)] = nil
    openDisk[DiskKey(lane: lane, requestID: nil)] = nil
  }

  // MARK: Exchanges

  private mutating func begin(_ event: TraceEvent, _ start: TraceEvent.ExchangeStart) {
    let from = lane(start.from)
    guard let to = lane(start.to) else { return }
    let phases = early.removeValue(forKey: start.number) ?? []
    exchanges[start.number] = timeline.items.count
    append(
      event,
      .exchange(
        Timeline.Exchange(
          number: start.number, connection: start.connection, kind: start.kind, from: from, to: to,
          method: start.method, target: start.target, phases: phases)))
    timeline.items[timeline.items.count - 1].lane = from ?? to
    if let first = phases.first { timeline.items[timeline.items.count - 1].time = first.time }
  }

  private mutating func change(_ number: Int, _ event: TraceEvent, _ change: (inout Timeline.Exchange) -> Void) {
    guard let index = exchanges[number] else { return }
    changeItem(index, event, change)
  }

  private mutating func changeItem(_ index: Int, _ event: TraceEvent, _ change: (inout Timeline.Exchange) -> Void) {
    guard case .exchange(var exchange) = timeline.items[index].content else { return }
    change(&exchange)
    timeline.items[index].content = .exchange(exchange)
    timeline.items[index].end = max(timeline.items[index].end, event.time)
    if timeline.items[index].requestID == nil { timeline.items[index].requestID = event.requestID }
  }

  private mutating func receive(_ event: TraceEvent, _ number: Int?, _ method: GoString, _ target: GoString) {
    if let number, exchanges[number] != nil {
      change(number, event) {
        // A repeated request of one exchange leaves the first in place.
        if $0.received == nil { $0.received = event.time }
      }
      if let lane = lane(event.node), let index = exchanges[number] { serve(index, lane) }
      return
    }
    guard let to = lane(event.node) else { return }
    let index = timeline.items.count
    append(
      event,
      .exchange(
        Timeline.Exchange(
          number: number, connection: nil, kind: .other, from: nil, to: to, method: method, target: target,
          received: event.time)))
    if let number { exchanges[number] = index } else { unknownRequests[to, default: []].append(index) }
    serve(index, to)
  }

  private mutating func send(_ event: TraceEvent, _ number: Int?, _ status: Int?) {
    let index: Int
    if let number {
      guard let known = exchanges[number] else { return }
      index = known
    } else {
      guard let lane = lane(event.node), let open = unknownRequests[lane] else { return }
      // Several at once are told apart by their request ids.
      let place = open.firstIndex { timeline.items[$0].requestID == event.requestID } ?? open.startIndex
      guard open.indices.contains(place) else { return }
      index = open[place]
      unknownRequests[lane]?.remove(at: place)
    }
    if let lane = lane(event.node) { serving[lane]?.removeAll { $0 == index } }
    changeItem(index, event) {
      $0.sent = event.time
      $0.sentStatus = status
      if $0.from == nil {
        $0.ended = event.time
        $0.status = status
      }
    }
  }

  // MARK: Requests

  private mutating func serve(_ index: Int, _ lane: Int) {
    serving[lane, default: []].append(index)
    openDisk[DiskKey(lane: lane, requestID: nil)] = nil
  }

  /// What a node does while it serves a single request, it does for this one.
  private mutating func attribute(_ index: Int, _ lane: Int) {
    guard let open = serving[lane], open.count == 1, open[0] != index else { return }
    servedItem[index] = open[0]
  }

  /// A node says under which id it has served a request by the line that names its method and path.
  private mutating func adopt(_ line: LogLine, _ event: TraceEvent) {
    guard let id = line.requestID, let lane = lane(event.node), let open = serving[lane],
      let method = line.details.first(where: { $0.key == "method" })?.value,
      let path = line.details.first(where: { $0.key == "path" })?.value
    else { return }
    let match = open.first { index in
      guard timeline.items[index].requestID == nil, case .exchange(let exchange) = timeline.items[index].content
      else { return false }
      let bytes = exchange.target.bytes
      return exchange.method == method && GoString(bytes.prefix { $0 != UInt8(ascii: "?") }) == path
    }
    if let match { timeline.items[match].requestID = id }
  }

  /// The timeline of what has been added.
  func finished() -> Timeline {
    var timeline = timeline
    for index in timeline.items.indices where timeline.items[index].requestID == nil {
      // A call made in the service of a request may itself have been served by another node, and so on.
      var place = index
      for _ in 0..<8 {
        guard let next = servedItem[place] else { break }
        place = next
        if let id = timeline.items[place].requestID {
          timeline.items[index].requestID = id
          break
        }
      }
    }
    // Exchanges are older than the events that tell of their begin; equal times keep their order.
    timeline.items = timeline.items.enumerated().sorted {
      ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
    }.map(\.element)
    return timeline
  }

  // MARK: Disk

  private mutating func addDisk(_ event: TraceEvent, _ action: Effect.Action, _ failure: String?) {
    guard let step = action.timelineStep(at: event.time, failure) else { return }
    guard let lane = lane(event.node) else { return }
    let key = DiskKey(lane: lane, requestID: event.requestID)
    if let index = openDisk[key], case .disk(var steps) = timeline.items[index].content,
      (event.time - timeline.items[index].end) <= Self.diskGap, steps.count < Self.longestDiskRun
    {
      if let last = steps.last, last.verb == step.verb, last.path == step.path, last.failure == step.failure {
        steps[steps.count - 1].count += 1
        steps[steps.count - 1].bytes += step.bytes
      } else {
        steps.append(step)
      }
      timeline.items[index].content = .disk(steps)
      timeline.items[index].end = event.time
      return
    }
    append(event, .disk([step]))
    openDisk[key] = timeline.items.count - 1
  }

  // MARK: Processes and faults

  private mutating func addProcess(_ event: TraceEvent, _ change: TraceEvent.ProcessChange) {
    append(event, .process(change))
    guard let lane = lane(event.node) else { return }
    let life = living[lane]
    switch change {
    case .started(let version):
      if let life { timeline.lives[life].until = event.time }
      living[lane] = timeline.lives.count
      timeline.lives.append(Timeline.Life(lane: lane, from: event.time, version: version))
    case .ended, .killed, .lostPower, .crashed:
      guard let life else { return }
      closePause(life, event.time)
      timeline.lives[life].until = event.time
      timeline.lives[life].ending = change
      living[lane] = nil
    case .paused:
      if let life { timeline.lives[life].pauses.append(Timeline.Pause(from: event.time)) }
    case .resumed:
      if let life { closePause(life, event.time) }
    case .terminating: break
    }
  }

  private mutating func closePause(_ life: Int, _ time: Uptime) {
    let last = timeline.lives[life].pauses.count - 1
    if last >= 0, timeline.lives[life].pauses[last].until == nil { timeline.lives[life].pauses[last].until = time }
  }

  private mutating func band(of index: Int, _ kind: FaultKind, _ event: TraceEvent) -> Int {
    if let band = bandOfFault[index] { return band }
    let band = timeline.bands.count
    bandOfFault[index] = band
    let lanes = lane(event.node).map { [$0] } ?? []
    timeline.bands.append(
      Timeline.FaultBand(
        index: index, kind: kind, place: event.node, lanes: lanes, from: event.time, until: nil, words: ""))
    return band
  }
}

extension Effect.Action {
  /// The operation as a step of the timeline; nil for messages, which exchanges tell of, and for looking at free space.
  fileprivate func timelineStep(at time: Uptime, _ failure: String?) -> Timeline.DiskStep? {
    func step(_ verb: String, _ path: GoString, _ bytes: Int64 = 0) -> Timeline.DiskStep {
      Timeline.DiskStep(verb: verb, path: path, count: 1, bytes: bytes, time: time, failure: failure)
    }
    switch self {
    case .open(let path, let mode):
      switch mode {
      case .read: return step("open", path)
      case .write: return step("open to write", path)
      case .create: return step("create", path)
      }
    case .read(let path, _, let count): return step("read", path, Int64(count))
    case .write(let path, _, let count): return step("write", path, Int64(count))
    case .truncate(let path, _): return step("truncate", path)
    case .preallocate(let path, _): return step("preallocate", path)
    case .sync(let path): return step("sync", path)
    case .close(let path): return step("close", path)
    case .status(let path): return step("stat", path)
    case .list(let path): return step("list", path)
    case .makeFolders(let path): return step("make folders", path)
    case .remove(let path): return step("remove", path)
    case .removeTree(let path): return step("remove tree", path)
    case .rename(let path, let to): return step("rename to \(to.text)", path)
    case .syncFolder(let path): return step("sync folder", path)
    case .freeSpace, .call, .reply, .request, .response: return nil
    }
  }
}
