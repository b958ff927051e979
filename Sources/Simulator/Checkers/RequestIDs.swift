import GoWire
import NodeProtocol
import ReferenceNode

/// INV-9: the id of a request is carried by every exchange made for it, and each node it met has a line with it.
struct RequestIDs: Checker {
  let invariant = "INV-9"

  /// The ids that requests brought; nil for those that brought none.
  private var brought: Set<GoString?> = []
  private var logged: [String: Set<GoString>] = [:]

  mutating func see(_ sight: Sight, in scene: any CheckedScene) -> [String] {
    switch sight {
    case .event(let event):
      if case .log(let line) = event.kind, let id = line.requestID { logged[event.node, default: []].insert(id) }
    case .response(let request):
      // What is no request of HTTP has no line; a node whose peer has gone may have no answer to tell of.
      guard !request.isAborted, let id = Self.id(request.fields) else { break }
      if logged[request.node]?.contains(id) != true {
        return ["\(request.node) answered a request with the id \(id) and has no line with it"]
      }
    case .masterReceived(let arrival):
      guard arrival.path.hasPrefix("/api/v4/callback/") || arrival.path == "/api/v4/site/ping" else { break }
      // A proxy may take headers away, or spoil them.
      guard !scene.plannedFaults.contains(where: { $0 == .header || $0 == .fuzz }) else { break }
      guard let id = Self.id(arrival.fields) else {
        return ["\(arrival.method) \(arrival.path) comes without a request id"]
      }
      // A browser sends none: then the slave has made it.
      if !brought.isEmpty, !brought.contains(nil), !brought.contains(id) {
        return ["\(arrival.method) \(arrival.path) carries the id \(id), which no request brought"]
      }
    case .request(let request):
      brought.insert(Self.id(request.fields))
    case .took, .answered:
      break
    }
    return []
  }

  private static func id(_ fields: HTTPFields) -> GoString? {
    guard let text = fields.first(HeaderName.correlationID), let uuid = try? GoUUID(text), uuid != .zero else {
      return nil
    }
    return uuid.text
  }
}
