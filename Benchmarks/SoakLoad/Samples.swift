import Foundation

/// What the slave holds at one moment.
struct Sample {
  var seconds: Int
  var residentKiB: Int
  var descriptors: Int
  var threads: Int
  var operations: Int

  /// What the descriptors of a process are, for a person to read: how many of each kind.
  static func descriptorKinds(of pid: Int32) -> String {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd")) ?? []
    var kinds: [String: Int] = [:]
    for name in names {
      let target = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\(name)")) ?? "gone"
      kinds[String(target.prefix { $0 != "[" && $0 != ":" }), default: 0] += 1
    }
    return kinds.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
  }

  init(of pid: Int32, seconds: Int, operations: Int) {
    let text = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
    func value(_ key: String) -> Int {
      for line in text.split(separator: "\n") where line.hasPrefix(key) { return Int(line.filter(\.isNumber)) ?? 0 }
      return 0
    }
    self.seconds = seconds
    residentKiB = value("VmRSS:")
    threads = value("Threads:")
    descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count) ?? 0
    self.operations = operations
  }
}

/// The samples of a run, and whether they are flat.
struct Samples {
  var all: [Sample] = []

  /// What grew: the last third of the samples against the first, those of the warm-up left out. Memory by its median, which may
  /// grow by a twentieth or 2 MiB, whichever is more; descriptors and threads by their greatest, which go up and down with the
  /// connections of the moment: `slack` more are none.
  func growth(warmUp: Int, slack: Int) -> [String] {
    let settled = all.filter { $0.seconds >= warmUp }
    guard settled.count >= 6 else { return ["only \(settled.count) samples after the warm-up: run it longer"] }
    let first = settled.prefix(settled.count / 3)
    let last = settled.suffix(settled.count / 3)
    func median(_ samples: ArraySlice<Sample>) -> Int { samples.map(\.residentKiB).sorted()[samples.count / 2] }
    var grown: [String] = []
    let (before, after) = (median(first), median(last))
    if after > before + max(before / 20, 2048) { grown.append("resident memory grew from \(before) to \(after) KiB") }
    for (name, path) in [("descriptors", \Sample.descriptors), ("threads", \Sample.threads)] {
      let before = first.map { $0[keyPath: path] }.max() ?? 0
      let after = last.map { $0[keyPath: path] }.max() ?? 0
      if after > before + slack { grown.append("\(name) grew from \(before) to \(after)") }
    }
    return grown
  }

  /// Thirty lines at most.
  var table: String {
    func pad(_ text: String) -> String { String(repeating: " ", count: max(0, 12 - text.count)) + text }
    let step = max(1, (all.count + 29) / 30)
    let shown = all.enumerated().filter { $0.offset % step == 0 || $0.offset == all.count - 1 }.map(\.element)
    let lines = shown.map { sample in
      [sample.seconds, sample.residentKiB, sample.descriptors, sample.threads, sample.operations].map { pad("\($0)") }
        .joined()
    }
    return (["seconds", "RSS KiB", "descriptors", "threads", "operations"].map(pad).joined() + "\n")
      + lines.joined(separator: "\n")
  }
}
