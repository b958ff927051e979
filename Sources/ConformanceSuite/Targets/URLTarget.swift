import GoWire

/// A slave behind a socket: each request on a connection of its own, every byte as the case has it.
final class URLTarget: Target {
  let address: SocketAddress
  let secret: GoString
  let folder: GoString
  let knowsFolder: Bool

  /// - Parameter folder: the slave's working folder on this machine.
  /// - Parameter knowsFolder: whether the slave gives the folder the same name.
  init(address: SocketAddress, secret: GoString, folder: String, knowsFolder: Bool) {
    self.address = address
    self.secret = secret
    self.folder = GoString(folder)
    self.knowsFolder = knowsFolder
  }

  var authority: String { address.authority }
  var unixSeconds: Int64 { HostClock.unixSeconds }
  var uptime: Double { Double(HostClock.uptime) / 1_000_000_000 }

  func send(_ request: CaseRequest, patience: Double) async throws(ConnectionFailure) -> CaseAnswer? {
    let deadline = URLTarget.deadline(patience)
    let connection = try SocketConnection(to: address, deadline: deadline)
    do throws(ConnectionFailure) {
      try connection.send(request.bytes(authority: authority), deadline: deadline)
    } catch .reset {
      // The slave answered before it had read everything: its answer is still to be read.
    }
    var reader = WireReader()
    return try reader.answer(to: request.method) { () throws(ConnectionFailure) in
      try connection.receive(deadline: deadline)
    }
  }

  func sendRaw(_ bytes: [UInt8], method: GoString, answers: Int, patience: Double) async throws(ConnectionFailure)
    -> [UInt8]
  {
    let deadline = URLTarget.deadline(patience)
    let connection = try SocketConnection(to: address, deadline: deadline)
    do throws(ConnectionFailure) { try connection.send(bytes, deadline: deadline) } catch .reset {}
    var received: [UInt8] = []
    var end = answers == 0 ? URLTarget.deadline(0.5) : deadline
    do throws(ConnectionFailure) {
      while true {
        let more = try connection.receive(deadline: end)
        if more.isEmpty { break }
        received += more
        if answers > 0, let complete = WireReader.answers(in: received, method: method), complete.count >= answers,
          complete.allSatisfy(\.isComplete)
        {
          end = min(deadline, URLTarget.deadline(0.2))
        }
      }
    } catch .timedOut, .reset {}
    return received
  }

  func place(_ files: [CaseFile]) throws(SuiteError) {
    for file in files {
      let path = "\(folder)/\(file.path)"
      guard let bytes = file.bytes else {
        try HostFiles.makeFolders(path)
        continue
      }
      if let slash = path.lastIndex(of: "/") { try HostFiles.makeFolders(String(path[..<slash])) }
      try HostFiles.write(path, bytes)
    }
  }

  func pause(seconds: Double) async { HostClock.sleep(seconds: seconds) }

  func wait(seconds: Double, until isDone: () -> Bool) async {
    let deadline = URLTarget.deadline(seconds)
    while !isDone(), HostClock.uptime < deadline { HostClock.sleep(seconds: 0.002) }
  }

  private static func deadline(_ seconds: Double) -> Int64 { HostClock.uptime + Int64(seconds * 1_000_000_000) }
}
