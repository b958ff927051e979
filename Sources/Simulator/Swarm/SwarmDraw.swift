import GoWire
import ReferenceNode

extension Scenario {
  /// The scenario with the faults and the work that the seed draws (scenarios.md, chapter 5): a subset of the kinds, on or off for
  /// each seed, with windows, links and parameters; everything is healed at the end of the draw's span.
  public func drawn(seed: UInt64) -> Scenario {
    guard let draw = draws else { return self }
    var scenario = self
    scenario.draws = nil
    var drawer = SwarmDrawer(draw, seed: seed, slaves: slaves)
    scenario.faults += drawer.faults()
    let work = drawer.work()
    scenario.files += work.files
    scenario.disks += work.disks
    scenario.steps += work.steps
    // Whatever has ended a slave, it is there again a second later.
    for slave in scenario.nodeNames
    where slave != "M" && !scenario.nodes.contains(where: { $0.restartsAfter != nil && $0.name == slave }) {
      var setUp = NodeSetUp()
      setUp.name = slave
      setUp.restartsAfter = .seconds(1)
      scenario.nodes.append(setUp)
    }
    return scenario
  }
}

private func + (left: Span, right: Span) -> Span { Span(nanoseconds: left.nanoseconds + right.nanoseconds) }

/// Draws faults and work.
private struct SwarmDrawer {
  let draw: FaultDraw
  let slaves: Int
  var chance: SeededGenerator

  init(_ draw: FaultDraw, seed: UInt64, slaves: Int) {
    self.draw = draw
    self.slaves = slaves
    chance = SeededGenerator(seed: seed, for: "swarm")
  }

  /// Kinds that need what is not there yet, or that take what nothing could keep: a blob that somebody removes is lost, whoever
  /// acknowledged it.
  private static let left: [FaultKind] = [.daemon, .vanish, .term]

  mutating func faults() -> [Fault] {
    var kinds = FaultKind.allCases.filter { !Self.left.contains($0) && chance.chance(1, of: 2) }
    // A disk that lies and a power loss together lose what was acknowledged, and so they should: not both.
    if kinds.contains(.power) || kinds.contains(.noSync) {
      let spared: FaultKind = chance.chance(1, of: 2) ? .power : .noSync
      kinds.removeAll { $0 == spared }
    }
    guard !kinds.isEmpty else { return [] }
    var faults: [Fault] = []
    while faults.count < draw.faults {
      var fault = fault(kinds[chance.below(kinds.count)])
      fault.stream = faults.count
      faults.append(fault)
    }
    return faults
  }

  private mutating func moment(_ span: Span) -> Span {
    Span(nanoseconds: Int64(chance.below(UInt64(span.nanoseconds / 1_000_000))) * 1_000_000)
  }

  private mutating func fault(_ kind: FaultKind) -> Fault {
    let node = "S\(1 + chance.below(slaves))"
    let place: Fault.Place
    switch kind.place {
    case .link:
      let links = [("browser", node), ("M", node), (node, "M")]
      let link = links[chance.below(links.count)]
      place = .link(from: link.0, to: link.1)
    case .disk, .process, .clock: place = .node(node)
    }
    let from = moment(draw.span)
    let rest = Span(nanoseconds: max(1_000_000_000, draw.span.nanoseconds - from.nanoseconds))
    let until = max(min(from + moment(rest), draw.span), from + Span.milliseconds(10))
    var fault = Fault(kind, on: place, from: from, until: until)
    fault.match.count = 1 + chance.below(3)
    if kind.place == .link || kind.place == .disk {
      fault.match.chanceInMillion = [1_000_000, 500_000, 100_000][chance.below(3)]
    }
    switch kind {
    case .kill, .power, .restart:
      fault.match.count = 1
      fault.match.chanceInMillion = nil
    case .offset, .drift:
      // Clocks agree again in the end: within 60 s (chapter 5).
      fault.match.count = nil
    case .jump:
      fault.match.count = nil
    default: break
    }
    // Bits that change by themselves in what was acknowledged, or in a configuration, are nobody's fault.
    if kind == .rot { fault.match.pathPrefix = GoString("/srv/\(node)/uploads/read") }
    fault.parameters = parameters(kind)
    return fault
  }

  private mutating func parameters(_ kind: FaultKind) -> FaultParameters {
    var parameters = FaultParameters()
    for parameter in kind.parameters where parameter.isRequired || chance.chance(1, of: 2) {
      switch parameter.name {
      case "bytes": parameters.bytes = Int64(chance.below(20_000))
      case "rate": parameters.rate = Int64(100 + chance.below(100_000))
      case "side": parameters.side = FaultParameters.Side.allCases[chance.below(3)]
      case "span":
        parameters.span = moment(.seconds(5)) + Span.milliseconds(1)
        if kind == .offset || kind == .jump, chance.chance(1, of: 2) {
          parameters.span = Span(nanoseconds: -parameters.span!.nanoseconds * Int64(1 + chance.below(100)))
        }
      case "mean", "jitter":
        let span = moment(.milliseconds(200)) + Span.milliseconds(1)
        if parameter.name == "mean" { parameters.mean = span } else { parameters.jitter = span }
      case "status":
        parameters.status =
          kind == .redirect ? [301, 302, 307, 308][chance.below(4)] : [200, 403, 413, 502, 522, 524][chance.below(6)]
      case "after_origin": parameters.afterOrigin = chance.chance(1, of: 2)
      case "variant":
        if !parameter.words.isEmpty {
          parameters.variant = parameter.words[chance.below(parameter.words.count)]
        } else if kind == .badReply {
          parameters.variant = ["no data", "number", "***", "AAAA", "AwQABA==", "array", "empty"][chance.below(7)]
        }
      case "name": parameters.name = kind == .header ? ["X-Cr-Extra", "Authorization", "Range"][chance.below(3)] : nil
      case "value":
        parameters.value = kind == .header ? "x" : kind == .redirect ? "http://M:5212/api/v4/site/ping" : nil
      case "number": parameters.number = Int64(1 + chance.below(8))
      default: break
      }
    }
    if kind == .header, parameters.name == nil { parameters.name = "X-Cr-Extra" }
    return parameters
  }

  mutating func work() -> (files: [NamedFile], disks: [PlacedFile], steps: [ScenarioStep]) {
    var files: [NamedFile] = []
    var disks: [PlacedFile] = []
    var steps: [ScenarioStep] = []
    for slave in 1..<(slaves + 1) {
      var placed = PlacedFile()
      placed.node = "S\(slave)"
      placed.path = "uploads/read"
      placed.file = "read"
      disks.append(placed)
    }
    files.append(NamedFile("read", size: 5_000))
    for number in 0..<draw.work {
      let node = "S\(1 + chance.below(slaves))"
      let at = moment(draw.span)
      let name = "w\(number)"
      switch chance.below(8) {
      case 0...3:
        files.append(NamedFile(name, size: Int64(chance.below(30_000))))
        var upload = UploadAction()
        upload.session.file = name
        upload.session.chunkSize = [0, 1_000, 4_096, 10_000, 50_000][chance.below(5)]
        upload.session.preallocates = chance.chance(1, of: 2)
        upload.restarts = chance.below(3)
        upload.pause = moment(.seconds(1))
        steps.append(ScenarioStep(at: at, name, to: node, .upload(upload)))
      case 4, 5:
        var read = ContentAction()
        read.path = "uploads/read"
        read.patience = .seconds(60)
        if chance.chance(1, of: 2) {
          read.range = GoString("bytes=\(chance.below(3_000))-\(3_000 + chance.below(2_000))")
        }
        steps.append(ScenarioStep(at: at, name, to: node, .content(read)))
      case 6:
        steps.append(ScenarioStep(at: at, name, to: node, .nodeTest(NodeTestAction())))
      default:
        var call = CallAction()
        call.method = "GET"
        call.path = "/api/v4/slave/file/list"
        call.query = "path=uploads"
        steps.append(ScenarioStep(at: at, name, by: "M", to: node, .call(call)))
      }
    }
    steps.sort { ($0.at, $0.name) < ($1.at, $1.name) }
    return (files, disks, steps)
  }
}
