import Foundation
import GoWire
import NodeProtocol

/// A wrong command line.
struct UsageError: Error, CustomStringConvertible {
  var description: String
}

/// Measures the slave beside nginx and a small Go program in one run; the load and the servers have a processor each.
final class SlaveMeasurement {
  private let nodelab: String
  private let referenceProgram: String
  private let seconds: Int
  private let rounds: Int
  private let report: String?

  private let folder = NSTemporaryDirectory() + "/nodelab-bench-\(UUID().uuidString)"
  private let signer: Signer
  private var figures = Figures()
  private let (serverProcessor, loadProcessor) = (0, 1)
  private static let chunkSize = 25 << 20
  private static let chunks = 40

  init(_ words: [String]) throws {
    var arguments = words
    func option(_ name: String) -> String? {
      guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return nil }
      defer { arguments.removeSubrange(index...(index + 1)) }
      return arguments[index + 1]
    }
    let secondsText = option("--seconds") ?? "3"
    let roundsText = option("--rounds") ?? "3"
    report = option("--json")
    guard arguments.count == 2, let seconds = Int(secondsText), seconds > 0, let rounds = Int(roundsText), rounds > 0
    else {
      throw UsageError(description: "usage: Scripts/bench slave [--seconds N] [--rounds N] [--json FILE]")
    }
    (nodelab, referenceProgram, self.seconds, self.rounds) = (arguments[0], arguments[1], seconds, rounds)
    signer = Signer(secret: String((0..<64).map { _ in "abcdefghijklmnopqrstuvwxyz0123456789".randomElement() ?? "0" }))
  }

  /// Whether every aim was reached.
  func run() throws -> Bool {
    try FileManager.default.createDirectory(atPath: folder + "/put", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try makeFile("4k.bin", 4096)
    try makeFile("100m.bin", 100 << 20)
    try makeFile("piece.bin", Self.chunkSize)
    let contestants = try Contestants(
      nodelab: nodelab, referenceProgram: referenceProgram, folder: folder, secret: signer.secret,
      processor: serverProcessor)
    defer { contestants.stop() }
    try measureStart(contestants)
    try measureRequests(contestants)
    try measureUploads(contestants)
    figures.add(
      "peak under the loads above", Double(ResidentMemory(of: contestants.slave.pid).peakKiB) / 1024, "MiB", atMost: 40)
    try measureIdleConnections(contestants)
    let status = try contestants.slave.end()
    guard status == 0 else { throw BenchmarkError("the slave ended with status \(status)") }
    figures.add("foreign-thread jobs", Double(contestants.slave.foreignJobs), "", atMost: 0)
    try measureLog(contestants)
    figures.writeSummary()
    if let report { try figures.write(to: report) }
    return figures.areAllReached
  }

  // MARK: The figures

  private func measureStart(_ contestants: Contestants) throws {
    var pings: [Double] = []
    var answers: [Double] = []
    for _ in 0..<(rounds * 3) {
      answers.append(try contestants.timeStart { self.signer.get("/api/v4/slave/task/4000000", port: $0) })
      pings.append(
        try contestants.timeStart {
          self.signer.post(
            "/api/v4/slave/ping", body: #"{"callback":"http://127.0.0.1:\#(contestants.nginxPort)"}"#, port: $0)
        })
    }
    figures.add(
      "start to first answer", pings.median, "ms", atMost: 25,
      detail: String(
        format: "a ping with its call back; a signed GET %.2f ms; medians of %d starts", answers.median, pings.count))
    figures.add(
      "resident idle", Double(ResidentMemory(of: contestants.slave.pid).nowKiB) / 1024, "MiB", atMost: 20)
  }

  private func measureRequests(_ contestants: Contestants) throws {
    let small = signer.target("/api/v4/slave/task/4000000")
    let smallLoads = try compare(
      contestants, slave: small, reference: small, nginx: "/small", connections: 16)
    figures.add(
      "small signed GET", smallLoads.ratio, "× Go", atLeast: 1.4, detail: smallLoads.rates)
    let four = signer.content("4k.bin")
    let fourLoads = try compare(contestants, slave: four, reference: four, nginx: "/4k.bin", connections: 16)
    figures.add("4 KiB content, signed", fourLoads.ratio, "× Go", atLeast: 1.8, detail: fourLoads.rates)
    let large = signer.content("100m.bin")
    let largeLoads = try compare(contestants, slave: large, reference: large, nginx: "/100m.bin", connections: 4)
    figures.add(
      "100 MB content, 4 connections", largeLoads.ratioToBetter, "× the better of nginx and Go", atLeast: 0.95,
      detail: largeLoads.speeds)
  }

  private func measureUploads(_ contestants: Contestants) throws {
    let syncing = try contestants.startSlave(name: "sync", sync: true, logs: false)
    defer { syncing.stop() }
    var times: [[Double]] = [[], [], [], []]
    for round in 0..<rounds {
      times[0].append(try upload("bench-\(round)", port: contestants.slave.port))
      let pieces = (0..<Self.chunks).map { "bench-\(round)-\($0).bin" }
      times[1].append(
        try Load.upload(
          pieces.map { (folder + "/piece.bin", "PUT", "http://127.0.0.1:\(contestants.nginxPort)/put/\($0)") },
          headers: [], processor: loadProcessor))
      for piece in pieces { try FileManager.default.removeItem(atPath: folder + "/put/\(piece)") }
      times[2].append(try upload("sync-\(round)", port: syncing.port))
      times[3].append(try DiskSpeed.write(chunks: Self.chunks, of: Self.chunkSize, to: folder + "/disk.bin"))
    }
    let medians = times.map(\.median)
    func seconds(_ value: Double) -> String { String(format: "%.2f s", value) }
    figures.add(
      "1 GB uploaded in 25 MiB chunks, Sync off", medians[1] / medians[0], "× nginx's DAV PUT", atLeast: 0.8,
      detail: "slave \(seconds(medians[0])), nginx \(seconds(medians[1]))")
    figures.add(
      "1 GB uploaded in 25 MiB chunks, Sync on", medians[3] / medians[2], "× the disk",
      detail: "slave \(seconds(medians[2])), write and fdatasync of as many pieces \(seconds(medians[3]))")
  }

  private func measureIdleConnections(_ contestants: Contestants) throws {
    let before = ResidentMemory(of: contestants.slave.pid).nowKiB
    let request = signer.get("/api/v4/slave/task/4000000", port: contestants.slave.port)
    var connections: [Int32] = []
    defer { connections.forEach { _ = close($0) } }
    for (count, aim) in [(2000, 32.0), (5000, 80.0)] {
      connections += try Idle.open(count - connections.count, port: contestants.slave.port, request: request)
      let over = Double(ResidentMemory(of: contestants.slave.pid).nowKiB - before) / 1024
      figures.add("\(count) idle connections, over what was resident before", over, "MiB", atMost: aim)
    }
  }

  /// In life both would write a line for each request.
  private func measureLog(_ contestants: Contestants) throws {
    let slave = try contestants.startSlave(name: "log", sync: false, logs: true)
    defer { slave.stop() }
    let (reference, port) = try contestants.startReference(logs: true)
    defer { reference.stop() }
    let target = signer.target("/api/v4/slave/task/4000000")
    var loads: [[Load]] = [[], []]
    for _ in 0..<rounds {
      for (index, port) in [slave.port, port].enumerated() { loads[index].append(try load(port, target, 16)) }
    }
    let rates = loads.map { $0.map(\.requestsPerSecond).median }
    figures.add(
      "small signed GET, both with a line for each request", rates[0] / rates[1], "× Go",
      detail: String(format: "slave %.1f, Go %.1f thousand a second", rates[0] / 1000, rates[1] / 1000))
  }

  // MARK: Parts

  private func load(_ port: Int, _ target: String, _ connections: Int) throws -> Load {
    try Load.run(
      "http://127.0.0.1:\(port)\(target)", connections: connections, seconds: seconds, processor: loadProcessor)
  }

  /// The three in turn, round by round.
  private func compare(
    _ contestants: Contestants, slave: String, reference: String, nginx: String, connections: Int
  ) throws -> Comparison {
    let runs = [
      (contestants.slave.port, contestants.slave.pid, slave),
      (contestants.referencePort, contestants.reference.pid, reference), (contestants.nginxPort, nil, nginx),
    ]
    var loads = [[Load]](repeating: [], count: runs.count)
    for _ in 0..<rounds {
      for (index, (port, pid, target)) in runs.enumerated() {
        let before = pid.map { ProcessorTime.of($0) }
        var result = try load(port, target, connections)
        if let pid, let before { result.processorSeconds = ProcessorTime.of(pid) - before }
        loads[index].append(result)
      }
    }
    return Comparison(slave: loads[0], reference: loads[1], nginx: loads[2])
  }

  /// Seconds that a whole upload takes, its session made before.
  private func upload(_ session: String, port: Int) throws -> Double {
    let body = """
      {"session":{"Policy":{"id":2,"type":"remote","settings":{"chunk_size":\(Self.chunkSize)},"edges":{}},"Callback":"",\
      "Props":{"Uri":{"uri":"cloudreve://my/bench"},"Size":\(Self.chunkSize * Self.chunks),"UploadSessionID":"\(session)",\
      "SavePath":"upload/\(session).bin","ExpireAt":"2099-01-01T00:00:00Z"}},"overwrite":true}
      """
    let url = "http://127.0.0.1:\(port)"
    let created = try Program.run([
      "curl", "-sS", "-X", "PUT", "-H", "Authorization: " + signer.bearer("/api/v4/slave/upload", body: body),
      "--data-binary", body, url + "/api/v4/slave/upload",
    ])
    guard created.hasPrefix(#"{"code":0"#) else { throw BenchmarkError("the session was refused: \(created)") }
    let path = "/api/v4/slave/upload/\(session)"
    let time = try Load.upload(
      (0..<Self.chunks).map { (folder + "/piece.bin", "POST", "\(url)\(path)?chunk=\($0)") },
      headers: ["Authorization: " + signer.bearer(path, body: "")], processor: loadProcessor)
    let file = folder + "/upload/\(session).bin"
    let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int
    guard size == Self.chunkSize * Self.chunks else { throw BenchmarkError("the upload is not whole") }
    try FileManager.default.removeItem(atPath: file)
    return time
  }

  private func makeFile(_ name: String, _ count: Int) throws {
    var generator = SystemRandomNumberGenerator()
    let block = (0..<131_072).flatMap { _ in withUnsafeBytes(of: generator.next(), Array.init) }
    var data = Data(capacity: count)
    while data.count < count { data.append(contentsOf: block.prefix(count - data.count)) }
    try data.write(to: URL(fileURLWithPath: folder + "/" + name))
  }
}

/// What the three did in the rounds of one load.
private struct Comparison {
  var slave: [Load]
  var reference: [Load]
  var nginx: [Load]

  private var rate: [Double] { [slave, reference, nginx].map { $0.map(\.requestsPerSecond).median } }
  private var speed: [Double] { [slave, reference, nginx].map { $0.map(\.bytesPerSecond).median } }

  var ratio: Double { rate[0] / rate[1] }
  var ratioToBetter: Double { speed[0] / max(speed[1], speed[2]) }

  /// The second pair tells the same when the machine has other things to do.
  var rates: String {
    let times = [slave, reference].map { loads in loads.map { $0.processorSeconds / $0.requests * 1e6 }.median }
    return String(
      format: "slave %.1f, Go %.1f, nginx %.1f thousand a second; processor time a request %.2f and %.2f µs",
      rate[0] / 1000,
      rate[1] / 1000, rate[2] / 1000, times[0], times[1])
  }

  var speeds: String {
    String(format: "slave %.0f, Go %.0f, nginx %.0f MB/s", speed[0] / 1e6, speed[1] / 1e6, speed[2] / 1e6)
  }
}
