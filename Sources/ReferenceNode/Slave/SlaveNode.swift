import GoWire
import NodeProtocol

/// A slave: the storage node of chapters 2–8, behind one HTTP door.
///
/// Everything it does runs on its node's loop thread, between the doors of its world.
public final class SlaveNode: HTTPHandler {
  public let configuration: SlaveConfiguration
  private let world: World

  /// - Parameters:
  ///   - configuration: with the profile, the advertised version and the storage root.
  ///   - world: the five doors.
  public init(configuration: SlaveConfiguration, world: World) {
    self.configuration = configuration
    self.world = world
  }

  public func respond(to request: HTTPRequest) async -> HTTPResponse {
    HTTPResponse(
      status: 404, fields: HTTPFields([.init("Content-Type", "text/plain")]),
      body: .bytes(Array("404 page not found".utf8)))
  }
}
