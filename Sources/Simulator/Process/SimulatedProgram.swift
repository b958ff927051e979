import GoWire
import ReferenceNode

/// A program that a node can run.
public protocol SimulatedProgram: Sendable {
  /// What the trace says has been started.
  var version: String { get }
  /// Its life, from its start to its exit code, with a line for people when it is not 0. Called in a task of its own, which is
  /// cancelled when the process is killed.
  func run(_ process: SimulatedProcess) async -> (code: Int, line: String?)
  /// The same program, changed before it is started again.
  func changed(_ change: ProgramChange, on node: SimulatedNode) -> any SimulatedProgram
}

/// What may differ when a program is started again (FLT-RESTART).
public enum ProgramChange: Hashable, Sendable {
  case version(GoString)
  case profile(GoString)
  /// The whole text of its configuration file.
  case configuration(GoString)
  /// The secret that it signs and checks with.
  case key(GoString)
}

/// A program made of a closure.
public struct ClosureProgram: SimulatedProgram {
  public var version: String
  private let body: @Sendable (SimulatedProcess) async -> Void

  /// - Parameter body: serves until it returns; the exit code is 0 then.
  public init(version: String = "", _ body: @escaping @Sendable (SimulatedProcess) async -> Void) {
    self.version = version
    self.body = body
  }

  public func run(_ process: SimulatedProcess) async -> (code: Int, line: String?) {
    await body(process)
    return (0, nil)
  }

  public func changed(_ change: ProgramChange, on node: SimulatedNode) -> any SimulatedProgram {
    var program = self
    if case .version(let version) = change { program.version = version.text }
    return program
  }
}
