import GoWire

/// A fresh slave of our own for each case, and a master for each; sent verbatim, all cases share the recorded master's address.
final class SpawnStage: Stage {
  private let staging: Staging
  private let make: SlaveMaker
  private let seats = MasterSeats()

  init(make: @escaping SlaveMaker, staging: Staging) {
    self.make = make
    self.staging = staging
  }

  func run(_ single: ConformanceCase) -> StageOutcome {
    do throws(SuiteError) {
      guard let variation = staging.variation else { return try runVerbatim(single) }
      return try runRewritten(single, variation)
    } catch {
      return StageOutcome(result: .failure(error), seconds: 0)
    }
  }

  func end() { seats.end() }

  private func runRewritten(_ single: ConformanceCase, _ variation: Variation) throws(SuiteError) -> StageOutcome {
    let secret = staging.secret(of: single.origin, for: single.id)
    let slave = try spawn(single, secret)
    defer { slave.stop() }
    let hub = MasterHub()
    let server = try MasterServer(ports: variation.ports(for: single.id)) {
      hub.answer($0, unixSeconds: $1)
    }
    defer { server.stop() }
    let site = GoString("http://127.0.0.1:\(server.port)")
    return Self.play(single, on: slave, secret, hub, isSole: true, sessions: [], staging, site: site)
  }

  private func runVerbatim(_ single: ConformanceCase) throws(SuiteError) -> StageOutcome {
    let hub = try seats.hub(at: single.origin)
    let slave = try spawn(single, single.origin.secret)
    defer { slave.stop() }
    let sessions = SessionScan.sessions(of: single)
    return Self.play(
      single, on: slave, single.origin.secret, hub, isSole: !single.asksOnlyForSessions(sessions), sessions: sessions,
      staging, site: single.origin.site)
  }

  private func spawn(_ single: ConformanceCase, _ secret: GoString) throws(SuiteError) -> SpawnedSlave {
    let name = staging.variation?.folderName(for: single.id) ?? "slave"
    return try SpawnedSlave(make: make, secret: secret, name: name)
  }

  private static func play(
    _ single: ConformanceCase, on slave: SpawnedSlave, _ secret: GoString, _ hub: MasterHub, isSole: Bool,
    sessions: [GoString], _ staging: Staging, site: GoString
  ) -> StageOutcome {
    let (address, folder) = (slave.address, slave.folder)
    let substitution = staging.substitution(for: single, site: site, secret: secret, folder: GoString(folder))
    let master = RecordedMaster(version: substitution.version) { try? HostFiles.read("\(folder)/\($0)") }
    return hub.seat(master, sessions: sessions, isSole: isSole) {
      Blocking.run {
        let target = URLTarget(address: address, secret: secret, folder: folder, knowsFolder: true)
        return await Self.play(single, on: target, master: master, substitution: substitution)
      }
    }
  }

  /// One slave for all cases, started for the run.
  ///
  /// Sent verbatim, its cases have to share their secret.
  static func shared(
    make: @escaping SlaveMaker, staging: Staging, origin: CaseOrigin
  ) throws(SuiteError) -> SharedStage {
    let secret = staging.secret(of: origin, for: "the run")
    let name = staging.variation?.folderName(for: "the run") ?? "slave"
    let slave = try SpawnedSlave(make: make, secret: secret, name: name)
    return try SharedStage(
      address: slave.address, secret: secret, folder: slave.folder, knowsFolder: true, staging: staging
    ) {
      slave.stop()
    }
  }
}

extension ConformanceCase {
  /// Whether all the slave can ask of its master in this case names one of some sessions.
  func asksOnlyForSessions(_ sessions: [GoString]) -> Bool {
    exchanges.allSatisfy { exchange in
      switch exchange {
      case .pause: true
      case .raw(let raw):
        !ByteSearch.contains(Array("/slave/ping".utf8), in: raw.request) && raw.outgoing.isEmpty
      case .call(let call):
        !ByteSearch.contains(Array("/slave/ping".utf8), in: call.request.target.bytes)
          && !ByteSearch.contains(Array("/slave/task".utf8), in: call.request.target.bytes)
          && call.outgoing.allSatisfy { MasterHub.session(in: $0.request.target).map(sessions.contains) ?? false }
      }
    }
  }
}
