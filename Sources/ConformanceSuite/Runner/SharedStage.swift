import GoWire

/// One slave for all cases, which take turns: the user's own, or one that was started for the run.
final class SharedStage: Stage {
  private let address: SocketAddress
  private let secret: GoString
  private let folder: String
  private let knowsFolder: Bool
  private let staging: Staging
  private let seats = MasterSeats()
  /// The master of a run whose cases are rewritten.
  private let own: (server: MasterServer, hub: MasterHub)?
  private let atEnd: @Sendable () -> Void

  /// - Parameters:
  ///   - folder: the slave's working folder on this machine.
  ///   - knowsFolder: whether the slave gives it the same name.
  ///   - atEnd: called when the run is over.
  init(
    address: SocketAddress, secret: GoString, folder: String, knowsFolder: Bool, staging: Staging,
    atEnd: @escaping @Sendable () -> Void
  ) throws(SuiteError) {
    self.address = address
    self.secret = secret
    self.folder = folder
    self.knowsFolder = knowsFolder
    self.staging = staging
    self.atEnd = atEnd
    if let variation = staging.variation {
      let hub = MasterHub()
      own = (try MasterServer(ports: variation.ports(for: "the run")) { hub.answer($0, unixSeconds: $1) }, hub)
    } else {
      own = nil
    }
  }

  func run(_ single: ConformanceCase) -> StageOutcome {
    do throws(SuiteError) {
      guard let own else { return run(single, try seats.hub(at: single.origin), site: single.origin.site) }
      return run(single, own.hub, site: GoString("http://127.0.0.1:\(own.server.port)"))
    } catch {
      return StageOutcome(result: .failure(error), seconds: 0)
    }
  }

  private func run(_ single: ConformanceCase, _ hub: MasterHub, site: GoString) -> StageOutcome {
    let substitution = staging.substitution(for: single, site: site, secret: secret, folder: GoString(folder))
    let master = RecordedMaster(version: substitution.version) { [folder] in try? HostFiles.read("\(folder)/\($0)") }
    let (address, secret, folder, knowsFolder) = (address, secret, folder, knowsFolder)
    var outcome = hub.seat(master, sessions: [], isSole: true) {
      Blocking.run {
        let target = URLTarget(address: address, secret: secret, folder: folder, knowsFolder: knowsFolder)
        return await Self.play(single, on: target, master: master, substitution: substitution)
      }
    }
    outcome.add(hub.takeStrays())
    return outcome
  }

  func end() {
    own?.server.stop()
    seats.end()
    atEnd()
  }
}

extension StageOutcome {
  /// Counts calls that came to the master when nothing should have asked it any more.
  mutating func add(_ strays: [RecordedMaster.Arrival]) {
    guard case .success(let differences) = result else { return }
    result = .success(
      differences
        + strays.map {
          Difference(
            "call to the master at an unexpected time", expected: "none",
            seen: "\($0.request.method) \($0.request.target)")
        })
  }
}
