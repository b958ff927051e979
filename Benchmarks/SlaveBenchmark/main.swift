import Foundation
import GoWire
import NodeProtocol

// Measures the slave beside nginx and a small Go program in one run and prints ratios; the load and the servers have a
// processor each. `slave-benchmark NODELAB GO-PROGRAM [--seconds N] [--rounds N] [--json FILE]`

/// A figure with what it should reach.
struct Figure: Codable {
  var name: String
  var value: Double
  var unit: String
  var aim: String
  var isReached: Bool
  var detail: String
}

func measure() throws -> (figures: [Figure], machine: Machine) {
  var arguments = Array(CommandLine.arguments.dropFirst())
  func option(_ name: String) -> String? {
    guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return nil }
    defer { arguments.removeSubrange(index...(index + 1)) }
    return arguments[index + 1]
  }
  let seconds = option("--seconds").flatMap(Int.init) ?? 5
  let rounds = option("--rounds").flatMap(Int.init) ?? 3
  let report = option("--json")
  guard arguments.count == 2 else {
    throw BenchmarkError("usage: slave-benchmark NODELAB GO-PROGRAM [--seconds N] [--rounds N] [--json FILE]")
  }
  let (serverProcessor, loadProcessor) = (0, 1)

  let folder = NSTemporaryDirectory() + "/nodelab-bench-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: folder + "/put", withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  func makeFile(_ name: String, _ count: Int) throws {
    var generator = SystemRandomNumberGenerator()
    let block = (0..<131_072).flatMap { _ in withUnsafeBytes(of: generator.next(), Array.init) }
    var data = Data(capacity: count)
    while data.count < count { data.append(contentsOf: block.prefix(count - data.count)) }
    try data.write(to: URL(fileURLWithPath: folder + "/" + name))
  }
  try makeFile("4k.bin", 4096)
  try makeFile("100m.bin", 100 << 20)
  let chunkSize = 25 << 20
  try makeFile("piece.bin", chunkSize)

  let secret = String((0..<64).map { _ in "abcdefghijklmnopqrstuvwxyz0123456789".randomElement()! })
  let key = SigningKey(GoString(secret))
  func signed(_ path: String) -> String {
    let escaped = key.sign(GoString(path), expires: 0).text.replacingOccurrences(of: "=", with: "%3D")
      .replacingOccurrences(of: ":", with: "%3A")
    return "\(path)?sign=\(escaped)"
  }
  func content(_ name: String) -> String {
    let source = Data(name.utf8).base64EncodedString().replacingOccurrences(of: "+", with: "-")
      .replacingOccurrences(of: "/", with: "_")
    return signed("/api/v4/slave/file/content/1/\(source)/0/\(name)")
  }
  func bearer(_ path: String, body: String) -> String {
    var text = Array(#"{"Path":"#.utf8)
    GoJSON.appendString(GoString(path), to: &text)
    text += Array(#","Header":"","Body":"#.utf8)
    GoJSON.appendString(GoString(body), to: &text)
    text += Array("}".utf8)
    return "Bearer Cr " + key.sign(GoString(text), expires: 0).text
  }

  var figures: [Figure] = []
  func add(_ name: String, _ value: Double, _ unit: String, aim: String, _ isReached: Bool, _ detail: String = "") {
    figures.append(Figure(name: name, value: value, unit: unit, aim: aim, isReached: isReached, detail: detail))
    let mark = isReached ? "reached" : "MISSED "
    print("\(mark)  \(name): \(String(format: "%.2f", value)) \(unit) (aim \(aim)) \(detail)")
  }

  let contestants = try Contestants(
    nodelab: arguments[0], referenceProgram: arguments[1], folder: folder, secret: secret, sync: false,
    processor: serverProcessor)
  defer { contestants.stop() }
  let slave = "http://127.0.0.1:\(contestants.slavePort)"
  let reference = "http://127.0.0.1:\(contestants.referencePort)"
  let nginx = "http://127.0.0.1:\(contestants.nginxPort)"
  add("start to first answer", contestants.startMilliseconds, "ms", aim: "≤ 25", contestants.startMilliseconds <= 25)
  let idle = ResidentMemory(of: contestants.slave.pid).nowKiB
  add("resident idle", Double(idle) / 1024, "MiB", aim: "≤ 20", idle <= 20 << 10)

  /// Medians over the rounds, the contestants in turn.
  func compare(_ urls: [String], connections: Int, _ value: (Load) -> Double) throws -> [Double] {
    var seen = [[Double]](repeating: [], count: urls.count)
    for _ in 0..<rounds {
      for (index, url) in urls.enumerated() {
        seen[index].append(
          value(try Load.run(url, connections: connections, seconds: seconds, processor: loadProcessor)))
      }
    }
    return seen.map(\.median)
  }
  func thousands(_ values: [Double]) -> String {
    values.map { String(format: "%.1f", $0 / 1000) }.joined(separator: " / ")
  }

  let small = signed("/api/v4/slave/task/4000000")
  let smallRates = try compare(
    [slave + small, reference + small, nginx + "/small"], connections: 16, \.requestsPerSecond)
  let smallRatio = smallRates[0] / smallRates[1]
  add(
    "small signed GET", smallRatio, "× Go", aim: "≥ 1.4", smallRatio >= 1.4,
    "slave / Go / nginx \(thousands(smallRates)) k/s")

  let fourRates = try compare(
    [slave + content("4k.bin"), reference + content("4k.bin"), nginx + "/4k.bin"], connections: 16, \.requestsPerSecond)
  let fourRatio = fourRates[0] / fourRates[1]
  add(
    "4 KiB content, signed", fourRatio, "× Go", aim: "≥ 1.8", fourRatio >= 1.8,
    "slave / Go / nginx \(thousands(fourRates)) k/s")

  let largeRates = try compare(
    [slave + content("100m.bin"), reference + content("100m.bin"), nginx + "/100m.bin"], connections: 4,
    \.bytesPerSecond)
  let largeRatio = largeRates[0] / max(largeRates[1], largeRates[2])
  add(
    "100 MB content, 4 connections", largeRatio, "× the better", aim: "≥ 0.95", largeRatio >= 0.95,
    "slave / Go / nginx \(largeRates.map { String(format: "%.0f", $0 / 1e6) }.joined(separator: " / ")) MB/s")

  // 1 GB in 25 MiB chunks.
  let chunks = 40
  var uploads: [[Double]] = [[], []]
  for round in 0..<rounds {
    let session = "bench-\(round)"
    let body = """
      {"session":{"Policy":{"id":2,"type":"remote","settings":{"chunk_size":\(chunkSize)},"edges":{}},"Callback":"",\
      "Props":{"Uri":{"uri":"cloudreve://my/bench"},"Size":\(chunkSize * chunks),"UploadSessionID":"\(session)",\
      "SavePath":"upload/\(session).bin","ExpireAt":"2099-01-01T00:00:00Z"}},"overwrite":true}
      """
    let created = try Program.run([
      "curl", "-sS", "-X", "PUT", "-H", "Authorization: " + bearer("/api/v4/slave/upload", body: body), "--data-binary",
      body,
      slave + "/api/v4/slave/upload",
    ])
    guard created.hasPrefix(#"{"code":0"#) else { throw BenchmarkError("the session was refused: \(created)") }
    let path = "/api/v4/slave/upload/\(session)"
    uploads[0].append(
      try Load.upload(
        (0..<chunks).map { (folder + "/piece.bin", "POST", "\(slave)\(path)?chunk=\($0)") },
        headers: ["Authorization: " + bearer(path, body: "")], processor: loadProcessor))
    let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/upload/\(session).bin")
    guard attributes[.size] as? Int == chunkSize * chunks else { throw BenchmarkError("the upload is not whole") }
    try FileManager.default.removeItem(atPath: folder + "/upload/\(session).bin")
    uploads[1].append(
      try Load.upload(
        (0..<chunks).map { (folder + "/piece.bin", "PUT", "\(nginx)/put/\(session)-\($0).bin") }, headers: [],
        processor: loadProcessor))
    for index in 0..<chunks { try FileManager.default.removeItem(atPath: folder + "/put/\(session)-\(index).bin") }
  }
  let times = uploads.map(\.median)
  add(
    "1 GB uploaded in 25 MiB chunks", times[1] / times[0], "× nginx", aim: "≥ 0.8", times[1] / times[0] >= 0.8,
    "slave / nginx \(times.map { String(format: "%.2f", $0) }.joined(separator: " / ")) s")

  let peak = ResidentMemory(of: contestants.slave.pid).peakKiB
  add("peak under the loads", Double(peak) / 1024, "MiB", aim: "≤ 40", peak <= 40 << 10)

  let before = ResidentMemory(of: contestants.slave.pid).nowKiB
  let request = Array("GET \(small) HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
  var connections: [Int32] = []
  for (count, aim) in [(2000, 32), (5000, 80)] {
    connections += try Idle.open(count - connections.count, port: contestants.slavePort, request: request)
    let over = Double(ResidentMemory(of: contestants.slave.pid).nowKiB - before) / 1024
    add("\(count) idle connections, over idle", over, "MiB", aim: "≤ \(aim)", over <= Double(aim))
  }
  connections.forEach { _ = close($0) }

  let machine = Machine.read()
  if let report {
    struct Report: Codable {
      var machine: Machine
      var figures: [Figure]
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try encoder.encode(Report(machine: machine, figures: figures)).write(to: URL(fileURLWithPath: report))
  }
  return (figures, machine)
}

do {
  _ = try measure()
} catch {
  FileHandle.standardError.write(Data("slave-benchmark: \(error)\n".utf8))
  exit(3)
}
