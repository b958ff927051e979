import GoWire
import ReferenceNode

/// Decides which planned faults fire, when, and keeps count of them.
///
/// Whoever can be met by a fault — a connection, a disk, a process, a clock — asks at each moment that could be one (`choose`),
/// and says when a chosen fault has changed something (`fired`): only that counts. Each fault has its own source of chance, so
/// that one's draws never shift another's. Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
public final class FaultEngine: NetworkFaults, @unchecked Sendable {
  /// A fault begins, or is healed.
  public struct Change: Sendable {
    public var index: Int
    public var fault: Fault
    public var isOn: Bool
  }

  private struct State {
    var isOn = false
    var wasOn = false
    var isHealed = false
    /// Has fired as often as it may.
    var isSpent = false
    var matched = 0
    var firings = 0
    var generator: SeededGenerator
    /// What was decided of an exchange; the oldest are forgotten.
    var exchanges: [Int: Decision] = [:]
  }

  private struct Decision {
    var ordinal = 0
    var chosen: Set<ExchangePhase> = []
    var passed: Set<ExchangePhase> = []
    var fired: Set<ExchangePhase> = []
  }

  /// Exchanges that a fault remembers: more than can be under way at a time.
  private static let remembered = 65_536

  public let plan: FaultPlan
  private let isEmpty: Bool
  private let kernel: Kernel
  private let trace: Trace
  private var states: [State]
  /// The faults that are on, in the order of the plan, by what they sit on.
  private var active: [FaultKind.Place: [Int]] = [:]
  private var observers: [(Change) -> Void] = []

  /// How often each cell was hit.
  public private(set) var cells: [FaultCell: Int] = [:]

  init(_ plan: FaultPlan, seed: UInt64, trace: Trace) {
    self.plan = plan
    isEmpty = plan.faults.isEmpty
    self.trace = trace
    kernel = trace.kernel
    states = plan.faults.enumerated().map { index, fault in
      State(generator: SeededGenerator(seed: seed, for: "fault \(fault.stream ?? index)"))
    }
  }

  /// Begins what begins at the start of the run, and sets the timers of the rest.
  func start() {
    for (index, fault) in plan.faults.enumerated() {
      if fault.from <= .zero {
        begin(index)
      } else {
        _ = kernel.at(Uptime(nanoseconds: 0) + fault.from) { [unowned self] in begin(index) }
      }
      if let until = fault.until {
        _ = kernel.at(Uptime(nanoseconds: 0) + until) { [unowned self] in heal(index) }
      }
    }
  }

  // MARK: What is on

  /// From now on `observer` is told when a fault begins or is healed; of those that are on already, at once.
  public func observe(_ observer: @escaping (Change) -> Void) {
    observers.append(observer)
    for (index, fault) in plan.faults.enumerated() where states[index].isOn {
      observer(Change(index: index, fault: fault, isOn: true))
    }
  }

  /// Whether a fault is on now.
  public func isOn(_ index: Int) -> Bool { states[index].isOn }

  /// Whether nothing is on now and nothing is to come.
  public var isOver: Bool { states.allSatisfy { $0.isHealed || $0.isSpent } }

  /// The faults on a place that are on now, by the order of the plan.
  public func on(_ place: FaultKind.Place) -> [ChosenFault] {
    (active[place] ?? []).map { ChosenFault(index: $0, fault: plan.faults[$0]) }
  }

  /// Ends a fault for good, before its time if need be.
  public func heal(_ index: Int) {
    guard !states[index].isHealed else { return }
    let wasOn = states[index].isOn
    let wasSpent = states[index].isSpent
    states[index].isHealed = true
    states[index].isOn = false
    let fault = plan.faults[index]
    active[fault.kind.place]?.removeAll { $0 == index }
    guard wasOn else { return }
    if !wasSpent { trace.record(.healed(fault: index, fault.kind), node: Self.node(fault)) }
    for observer in observers { observer(Change(index: index, fault: fault, isOn: false)) }
  }

  /// Ends every fault for good.
  public func healAll() {
    for index in plan.faults.indices { heal(index) }
  }

  private func begin(_ index: Int) {
    guard !states[index].isHealed, !states[index].isOn else { return }
    states[index].isOn = true
    states[index].wasOn = true
    let fault = plan.faults[index]
    let list = active[fault.kind.place] ?? []
    active[fault.kind.place] = (list + [index]).sorted()
    for observer in observers { observer(Change(index: index, fault: fault, isOn: true)) }
  }

  // MARK: Choosing

  public func concerns(client: String, server: String, _ kinds: (FaultKind) -> Bool) -> Bool {
    plan.faults.contains { fault in
      guard fault.kind.place == .link, kinds(fault.kind) else { return false }
      return ExchangePhase.allCases.contains { phase in
        [false, true].contains { isAnswer in
          var bare = fault
          bare.match = Fault.Match(phase: fault.match.phase == nil ? nil : phase)
          return NetworkMoment(
            client: client, server: server, phase: phase, kind: .other, path: "", exchange: 0, isAnswer: isAnswer
          ).meets(bare)
        }
      }
    }
  }

  public func choose(at moment: NetworkMoment, where apply: (Fault) -> Bool) -> [ChosenFault] {
    guard let list = active[.link], !list.isEmpty else { return [] }
    return list.compactMap { index in
      let fault = plan.faults[index]
      guard moment.meets(fault), apply(fault), decide(index, moment) else { return nil }
      return ChosenFault(index: index, fault: fault)
    }
  }

  /// The faults on disks or processes that are on now, meet the moment and `apply`, by the order of the plan; nth, count and chance
  /// are judged, and used up, among these alone.
  public func choose(
    _ place: FaultKind.Place, at moment: DiskMoment, where apply: (Fault) -> Bool
  ) -> [ChosenFault] {
    guard let list = active[place], !list.isEmpty else { return [] }
    return list.compactMap { index in
      let fault = plan.faults[index]
      guard moment.meets(fault), apply(fault), decide(index) else { return nil }
      return ChosenFault(index: index, fault: fault)
    }
  }

  /// One moment, one decision.
  private func decide(_ index: Int) -> Bool {
    states[index].matched += 1
    let match = plan.faults[index].match
    if let nth = match.nth, states[index].matched != nth { return false }
    return !states[index].isSpent && hasLuck(index)
  }

  /// The n-th is counted by exchanges, and an exchange is met or spared for a whole phase.
  private func decide(_ index: Int, _ moment: NetworkMoment) -> Bool {
    guard moment.exchange > 0 else { return decide(index) }
    var decision = states[index].exchanges.removeValue(forKey: moment.exchange) ?? Decision()
    defer {
      states[index].exchanges[moment.exchange] = decision
      states[index].exchanges.removeValue(forKey: moment.exchange - Self.remembered)
    }
    if decision.chosen.contains(moment.phase) { return true }
    if decision.passed.contains(moment.phase) { return false }
    if decision.ordinal == 0 {
      states[index].matched += 1
      decision.ordinal = states[index].matched
    }
    let isNth = plan.faults[index].match.nth.map { $0 == decision.ordinal } ?? true
    guard isNth, !states[index].isSpent, hasLuck(index) else {
      decision.passed.insert(moment.phase)
      return false
    }
    decision.chosen.insert(moment.phase)
    return true
  }

  private func hasLuck(_ index: Int) -> Bool {
    guard let chance = plan.faults[index].match.chanceInMillion else { return true }
    return states[index].generator.below(1_000_000) < chance
  }

  /// A draw from the fault's own source of chance.
  public func draw<Result>(_ chosen: ChosenFault, _ body: (inout SeededGenerator) -> Result) -> Result {
    body(&states[chosen.index].generator)
  }

  // MARK: Counting

  public func fired(_ chosen: ChosenFault, at moment: NetworkMoment, detail: String) {
    if moment.exchange > 0 {
      let isNew = states[chosen.index].exchanges[moment.exchange, default: Decision()].fired.insert(moment.phase)
        .inserted
      guard isNew else { return }
    }
    count(chosen, FaultCell(chosen.fault.kind, moment.phase.rawValue, moment.kind), moment.client, detail)
  }

  /// A chosen fault has changed something.
  public func fired(_ chosen: ChosenFault, at moment: DiskMoment, detail: String) {
    count(chosen, FaultCell(chosen.fault.kind, moment.operation?.rawValue ?? "message"), moment.node, detail)
  }

  /// A fault on a process or a clock has changed something, at a moment that has a name.
  public func fired(_ chosen: ChosenFault, on node: String, moment: String, detail: String) {
    count(chosen, FaultCell(chosen.fault.kind, moment), node, detail)
  }

  /// Whether a fault on such a place is on now.
  @inline(__always)
  func hasAny(_ place: FaultKind.Place) -> Bool { !isEmpty && active[place]?.isEmpty == false }

  /// Another cell that one firing has hit as well.
  func alsoHit(_ chosen: ChosenFault, _ operation: Fault.DiskOperation) {
    cells[FaultCell(chosen.fault.kind, operation.rawValue), default: 0] += 1
  }

  private func count(_ chosen: ChosenFault, _ cell: FaultCell, _ node: String, _ detail: String) {
    let index = chosen.index
    cells[cell, default: 0] += 1
    states[index].firings += 1
    trace.record(.fault(fault: index, chosen.fault.kind, detail: detail), node: node)
    guard let most = chosen.fault.match.count, states[index].firings >= most, !states[index].isSpent else { return }
    states[index].isSpent = true
    trace.record(.healed(fault: index, chosen.fault.kind), node: Self.node(chosen.fault))
  }

  /// How often a fault has fired.
  public func firings(of index: Int) -> Int { states[index].firings }

  /// The planned faults that have not fired so far, by their places in the plan.
  public var neverFired: [Int] { states.indices.filter { states[$0].firings == 0 } }

  /// One line for each planned fault that has not fired.
  public var neverFiredReport: [String] {
    neverFired.map { index in
      let fault = plan.faults[index]
      let reason =
        states[index].wasOn
        ? states[index].matched > 0 ? "met \(states[index].matched) times, but changed nothing" : "met nothing"
        : "its time never came"
      return "fault \(index) (\(fault.kind.rawValue) on \(Self.place(fault))) never fired: \(reason)"
    }
  }

  private static func node(_ fault: Fault) -> String {
    if case .node(let name) = fault.place { name } else { "" }
  }

  private static func place(_ fault: Fault) -> String {
    switch fault.place {
    case .link(let from, let to): "\(from) → \(to)"
    case .node(let name): name
    }
  }
}
