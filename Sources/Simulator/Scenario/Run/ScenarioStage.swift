import GoWire
import NodeProtocol
import ReferenceNode

/// The world of one run: BASE(n) set up, the steps played, everything taken down that expectations and checkers need.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
final class ScenarioStage: CheckedScene, @unchecked Sendable {
  let world: SimulatedWorld
  let run: ScenarioRun
  let scenario: Scenario
  let profile: Profile
  let master: ScriptedMaster
  let contents: [String: [UInt8]]
  private(set) var answers: [StepAnswer] = []
  private(set) var requests: [WitnessedRequest] = []
  private(set) var failures: [String] = []
  private(set) var violations: [ScenarioResult.Violation] = []
  var sessions: [String: MadeSession] = [:]
  var sessionsByID: [GoString: MadeSession] = [:]
  private var checkers: [any Checker]
  /// What became of each slave's process, in order.
  private(set) var processes: [String: [ProcessMoment]] = [:]
  private(set) var logLines: [LoggedLine] = []
  private var inFlight = 0
  /// What each slave has been started with, the last time.
  var configurations: [String: SlaveConfiguration] = [:]

  struct ProcessMoment {
    var at: Uptime
    var state: ExpectedProcess.State
    var exitCode: Int?
    var line: String?
  }

  struct LoggedLine {
    var node: String
    var at: Uptime
    var text: String
  }

  static let slavePort: UInt16 = 5212
  private static let aftermath = Span.seconds(2)
  /// Whether the run has been judged: what is sent home afterwards is no part of it.
  private var isOver = false

  init(_ world: SimulatedWorld, _ run: ScenarioRun) {
    self.world = world
    self.run = run
    scenario = run.scenario
    profile = Profile(named: run.profile.rawValue) ?? .documented
    contents = Dictionary(scenario.files.map { ($0.name, $0.bytes) }, uniquingKeysWith: { first, _ in first })
    master = ScriptedMaster(
      world.node("M"), siteURL: "http://M:5212", profile: Profile(named: run.profile.rawValue) ?? .documented,
      rules: scenario.master)
    checkers = Checkers.all()
    master.observer = { [unowned self] in see(.masterReceived($0)) }
    world.trace.observe { [unowned self] in heard($0) }
  }

  // MARK: Names

  func secret(of node: String) -> GoString {
    GoString(String((node + "-secret-" + String(repeating: "0123456789abcdef", count: 4)).prefix(64)))
  }

  /// The number that the master knows a slave by: M is node 1.
  func nodeID(of name: String) -> Int64 { (Int64(name.dropFirst()) ?? 0) + 1 }

  func url(of node: String) -> GoString { GoString("http://\(node):\(Self.slavePort)") }

  /// What the configuration of a slave says, as a file.
  func configurationFile(of name: String) -> String {
    let setUps = scenario.nodes.filter { $0.name == name }
    if let file = setUps.compactMap(\.file).last { return file }
    var sections: [(name: String, lines: [String])] = [
      ("System", ["Mode = slave", "Listen = :\(Self.slavePort)"]), ("Slave", ["Secret = \(secret(of: name))"]),
      ("OptionOverwrite", []),
    ]
    for setUp in setUps {
      let pairs = setUp.configuration + setUp.settings.map { ScenarioPair("OptionOverwrite.\($0.name)", $0.value) }
      for pair in pairs {
        let parts = pair.name.split(separator: ".", maxSplits: 1).map(String.init)
        let (section, key) = parts.count == 2 ? (parts[0], parts[1]) : ("System", pair.name)
        let line = "\(key) = \(pair.value)"
        if let index = sections.firstIndex(where: { $0.name == section }) {
          sections[index].lines.removeAll { $0.hasPrefix("\(key) =") }
          sections[index].lines.append(line)
        } else {
          sections.append((section, [line]))
        }
      }
    }
    return sections.map { "[\($0.name)]\n" + $0.lines.map { $0 + "\n" }.joined() }.joined()
  }

  func environment(of name: String) -> [EnvironmentVariable] {
    [EnvironmentVariable("CR_CONF_NodeLab.Profile", GoString(run.profile.rawValue))]
      + scenario.nodes.filter { $0.name == name }.flatMap(\.environment)
      .map { EnvironmentVariable(GoString($0.name), GoString($0.value)) }
  }

  // MARK: The run

  func play() async throws {
    try setUp()
    let end = run.options.until ?? scenario.until
    await withTaskGroup(of: Void.self) { group in
      for (index, step) in scenario.steps.enumerated() {
        group.addTask(name: "step \(step.name)") { [self] in
          await world.sleep(step.at)
          await play(step, index)
        }
      }
      for expectation in scenario.expectations where expectation.profiles.contains(run.profile) {
        if let moment = expectation.subject.moment {
          group.addTask(name: "a look") { [self] in
            await world.sleep(moment)
            await world.settle()
            failures += check(expectation)
          }
        }
      }
      if let end {
        group.addTask(name: "the end of the run") { [world] in await world.sleep(end) }
        // The longest of all: the others are over, or are cut off here.
        while let _ = await group.next() {
          if world.kernel.uptime >= Uptime(nanoseconds: 0) + end { group.cancelAll() }
        }
      }
    }
    // What is still under way when the last step is over comes to its end, or shows that it does not.
    if end == nil {
      let last = Uptime(nanoseconds: 0) + scenario.lastFault
      if last > world.kernel.uptime { await world.sleep(last - world.kernel.uptime) }
      await world.sleep(Self.aftermath)
    }
    await world.settle()
    await judgeEnd()
    isOver = true
  }

  private func setUp() throws {
    _ = try world.network.listen(master.node, Self.slavePort, master)
    for name in scenario.nodeNames where name != "M" {
      let node = world.node(name)
      node.disk.folder = GoString("/srv/\(name)")
      master.know(node: nodeID(of: name), secret: secret(of: name))
    }
    for file in scenario.disks {
      let disk = world.node(file.node).disk
      switch file.form {
      case .file: disk.plant(file.path, file.file.flatMap { contents[$0] } ?? [])
      case .folder: disk.plantFolder(file.path)
      case .link: disk.plantLink(file.path, to: file.target ?? "/")
      }
    }
    for name in scenario.nodeNames where name != "M" {
      if !scenario.nodes.contains(where: { $0.name == name && $0.isOff }) { start(name) }
    }
  }

  /// Starts a slave with the configuration that the set-up gives it.
  func start(_ name: String) {
    let node = world.node(name)
    node.disk.plant(SlaveProgram.defaultFile, Array(configurationFile(of: name).utf8))
    node.environment = environment(of: name)
    // What the node will find out for itself, for those who watch it start.
    configurations[name] =
      (try? SlaveConfiguration.read(
        fileName: name, content: Array(configurationFile(of: name).utf8), environment: environment(of: name)))?
      .configuration
    var program = SlaveProgram()
    let options = run.options
    program.surroundings.configuration = { [unowned self] configuration in
      options.changesProfile?(&configuration.profile)
      configurations[name] = configuration
    }
    if let change = options.changesWorld { program.surroundings.world = change }
    program.surroundings.handler = { [unowned self] handler, configuration, process in
      Witness(process, options.changesHandler?(handler, SigningKey(configuration.secret)) ?? handler, self)
    }
    node.start(program)
  }

  /// Whoever keeps a node running hears of an end.
  private func keep(_ name: String) {
    let span = scenario.nodes.compactMap { $0.name == name ? $0.restartsAfter : nil }.last
    if let span { revive(name, after: span) }
  }

  /// Starts a slave again that has ended.
  private func revive(_ name: String, after span: Span) {
    Task(name: "the keeper of \(name)") { [self] in
      await world.sleep(span)
      let node = world.node(name)
      guard !world.kernel.isEnding, !node.isRunning, let program = node.process?.program else { return }
      node.start(program)
    }
  }

  // MARK: Notes

  func begin(_ answer: StepAnswer) -> StepAnswer {
    inFlight += 1
    return answer
  }

  func end(_ answer: StepAnswer) {
    var answer = answer
    answer.ended = world.kernel.uptime
    inFlight -= 1
    answers.append(answer)
    see(.answered(answer))
    judgeQuiet()
  }

  func witness(_ request: WitnessedRequest) -> Int {
    var request = request
    request.number = requests.count
    requests.append(request)
    see(.request(request))
    return request.number
  }

  func took(_ bytes: [UInt8], _ number: Int) {
    requests[number].body += bytes
    requests[number].bodyClock = world.node(requests[number].node).clock.now
    see(.took(requests[number], count: bytes.count))
  }

  func answered(_ number: Int, _ response: HTTPResponse) {
    requests[number].endedAt = world.kernel.uptime
    requests[number].isAborted = response.isAborted
    if !response.isAborted { requests[number].status = response.status }
    requests[number].answerFields = response.fields
    switch response.body {
    case .empty: requests[number].answer = []
    case .bytes(let bytes): requests[number].answer = bytes
    case .file, .stream: requests[number].answer = nil
    }
    see(.response(requests[number]))
    judgeQuiet()
  }

  /// A step cannot be played as it stands.
  func note(failure: String) { failures.append(failure) }

  private func note(_ node: String, _ moment: ProcessMoment) {
    processes[node, default: []].append(moment)
    guard moment.state != .running else { return }
    // Whoever waited for an answer of that life waits in vain.
    for index in requests.indices where requests[index].node == node && requests[index].endedAt == nil {
      requests[index].endedAt = moment.at
      requests[index].isAborted = true
      see(.response(requests[index]))
    }
  }

  private func heard(_ event: TraceEvent) {
    run.options.observer?(event)
    switch event.kind {
    case .log(let line):
      let details = line.details.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
      logLines.append(
        LoggedLine(node: event.node, at: event.time, text: line.message + (details.isEmpty ? "" : " " + details)))
    case .process(let change):
      switch change {
      case .started: note(event.node, ProcessMoment(at: event.time, state: .running))
      case .ended(let code):
        var line: String?
        if case .code(_, let text)? = world.node(event.node).process?.exit { line = text }
        note(
          event.node,
          ProcessMoment(at: event.time, state: line == nil ? .ended : .refused, exitCode: code, line: line))
        keep(event.node)
      case .killed, .lostPower:
        note(event.node, ProcessMoment(at: event.time, state: .killed))
        keep(event.node)
      case .crashed(let why): note(event.node, ProcessMoment(at: event.time, state: .crashed, line: why))
      case .terminating, .paused, .resumed: break
      }
    case .violation: return
    default: break
    }
    see(.event(event))
  }

  // MARK: Checkers

  private func see(_ sight: Sight) {
    if isOver { return }
    for index in checkers.indices {
      for text in checkers[index].see(sight, in: self) { violated(checkers[index].invariant, text) }
    }
  }

  /// Called after each exchange: what may be checked when nothing is under way is checked.
  private func judgeQuiet() {
    guard !isOver, inFlight == 0, !requests.contains(where: { $0.endedAt == nil }) else { return }
    judge(.quiet)
  }

  func judge(_ moment: JudgedMoment) {
    for index in checkers.indices {
      for text in checkers[index].judge(moment, in: self) { violated(checkers[index].invariant, text) }
    }
  }

  private func violated(_ invariant: String, _ text: String) {
    let violation = ScenarioResult.Violation(invariant: invariant, at: world.kernel.uptime, text: text)
    // The same again says nothing new.
    guard !violations.contains(where: { $0.invariant == invariant && $0.text == text }) else { return }
    violations.append(violation)
    world.trace.record(.violation(invariant: invariant, text), node: "")
  }

  private func judgeEnd() async {
    judge(.end)
    for expectation in scenario.expectations
    where expectation.profiles.contains(run.profile) && expectation.subject.moment == nil {
      failures += check(expectation)
    }
  }

  func report(_ result: inout ScenarioResult) {
    result.failures = failures
    result.violations = violations
    result.answers = answers
    result.faults = world.faults.plan.faults
    let never = world.faults.neverFired
    result.firedFaults = result.faults.count - never.count
    // A fault that the seed drew may miss.
    result.neverFired = never.filter { $0 < run.plannedFaults }
  }
}

extension ScenarioStage {
  var now: Uptime { world.kernel.uptime }
  var slaves: [String] { scenario.nodeNames.filter { $0 != "M" } }
  func disk(of node: String) -> MemoryDisk { world.node(node).disk }
  func session(_ id: GoString) -> MadeSession? { sessionsByID[id] }
  func isListed(_ session: GoString) -> Bool { master.isListed(session) }
  func wallClock(of node: String) -> GoTime { world.node(node).clock.now }
  var openRequests: [WitnessedRequest] { requests.filter { $0.endedAt == nil } }
  var plannedFaults: [FaultKind] { world.faults.plan.faults.map(\.kind) }

  func storageRoot(of node: String) -> GoString? {
    guard let root = configurations[node]?.storageRoot, !root.isEmpty else { return nil }
    return DiskPath(root).map { disk(of: node).absolute($0) }
  }

  func callbackTimeout(of node: String) -> Int64 { configurations[node]?.callbackTimeout ?? 20 }
}

extension Scenario {
  /// When the last planned fault has begun, or is healed, and what it leads to has come.
  fileprivate var lastFault: Span {
    let times = faults.map { fault in
      let later: Span =
        switch fault.kind {
        case .restart, .pause: fault.parameters.span ?? .zero
        default: .zero
        }
      let time = max(fault.from, fault.until ?? .zero)
      return Span(nanoseconds: time.nanoseconds + later.nanoseconds)
    }
    return times.max() ?? .zero
  }
}
