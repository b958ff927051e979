import GoWire
import ReferenceNode

/// What stands between a client and a server and meddles: a proxy, a CDN, a firewall.
enum MiddleBox {
  /// Whether faults of this kind are the work of a middle box.
  static func isMade(for kind: FaultKind) -> Bool {
    switch kind {
    case .page, .lostReply, .duplicate, .noQuery, .header, .repath, .bodyCut, .bodyMax, .unlength, .redirect, .cache,
      .flip, .badReply, .endless, .fuzz:
      true
    default: false
    }
  }

  static func stand(in network: SimulatedNetwork, _ stream: NetworkStream, to server: NetworkHost, port: UInt16) {
    server.listeners[port]?.accept(stream)
  }
}
