import GoWire
import LiveWorld

/// The recorded masters' addresses, for cases that are sent as they were recorded: each is listened on from its first case on.
final class MasterSeats: Sendable {
  /// What another run of the suite on this machine may take at most until it leaves an address.
  private static let patience: Int64 = 60_000_000_000

  private let seats = Guarded<[GoString: (server: MasterServer, hub: MasterHub)]>([:])
  private let deadline = HostClock.uptime + patience

  /// The hub at the address of a case's master.
  func hub(at origin: CaseOrigin) throws(SuiteError) -> MasterHub {
    let authority = Substitution.authority(of: origin.site).text
    guard case .tcp(_, let port)? = SocketAddress(authority: authority) else {
      throw .usage("\(origin.path): site: \(origin.site) is no address to listen on")
    }
    return try seats.withLock { (seats) throws(SuiteError) -> MasterHub in
      if let seat = seats[origin.site] { return seat.hub }
      let hub = MasterHub()
      while true {
        do throws(SuiteError) {
          seats[origin.site] = (try MasterServer(ports: [port]) { hub.answer($0, unixSeconds: $1) }, hub)
          return hub
        } catch {
          guard HostClock.uptime < deadline else { throw error }
          HostClock.sleep(seconds: 0.05)
        }
      }
    }
  }

  /// Stops listening.
  func end() {
    let servers = seats.withLock { seats in
      defer { seats = [:] }
      return seats.values.map(\.server)
    }
    for server in servers { server.stop() }
  }
}
