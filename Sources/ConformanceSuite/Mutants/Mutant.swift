import GoWire
import NodeProtocol
import ReferenceNode

/// One change to a correct slave, made around it: in its answers, in the requests that reach it, or in what its doors do. A suite
/// that is not blind fails at least one case of `groups` for each.
public struct Mutant: Sendable {
  /// Stable for ever: `range-start-off-by-one`.
  public let name: String
  /// What is changed, for people.
  public let summary: String
  /// The groups of cases among which one at least has to fail.
  public let groups: [String]
  let wrapWorld: @Sendable (World) -> World
  let wrapHandler: @Sendable (any HTTPHandler, SigningKey) -> any HTTPHandler

  init(
    _ name: String, _ summary: String, groups: [String],
    world: @escaping @Sendable (World) -> World = { $0 },
    handler: @escaping @Sendable (any HTTPHandler, SigningKey) -> any HTTPHandler = { handler, _ in handler }
  ) {
    self.name = name
    self.summary = summary
    self.groups = groups
    self.wrapWorld = world
    self.wrapHandler = handler
  }

  /// A node made from this world, then handed to `around`, is the changed one.
  public func world(_ world: World) -> World { wrapWorld(world) }

  /// - Parameter key: the slave's secret, for changes that forge a signature in order to pass as a check left out.
  public func around(_ handler: any HTTPHandler, key: SigningKey) -> any HTTPHandler { wrapHandler(handler, key) }

  /// Every change, in the order in which reports show them.
  public static let all: [Mutant] =
    answerMutants + contentMutants + signatureMutants + sessionMutants + callbackMutants + diskMutants
}
