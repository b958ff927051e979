import Foundation

/// What a figure was measured on.
struct Machine: Codable {
  var processor: String
  var cores: Int
  var memoryMiB: Int
  var system: String
  var kernel: String

  var text: String { "\(processor), \(cores) cores, \(memoryMiB) MiB, \(system), Linux \(kernel)" }

  static func read() -> Machine {
    func line(_ file: String, _ key: String) -> String {
      let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
      let found = text.split(separator: "\n").first { $0.hasPrefix(key) } ?? ""
      return found.drop { $0 != ":" && $0 != "=" }.dropFirst().trimmingCharacters(
        in: CharacterSet(charactersIn: " \t\""))
    }
    let info = ProcessInfo.processInfo
    return Machine(
      processor: line("/proc/cpuinfo", "model name"), cores: info.activeProcessorCount,
      memoryMiB: Int(info.physicalMemory >> 20), system: line("/etc/os-release", "PRETTY_NAME"),
      kernel: ((try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)) ?? "")
        .trimmingCharacters(in: .whitespacesAndNewlines))
  }
}

/// Resident memory of a process in KiB, now and at its peak.
struct ResidentMemory: Codable {
  var nowKiB: Int
  var peakKiB: Int

  init(of pid: Int32) {
    let text = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
    func value(_ key: String) -> Int {
      for line in text.split(separator: "\n") where line.hasPrefix(key) {
        return Int(line.filter(\.isNumber)) ?? 0
      }
      return 0
    }
    nowKiB = value("VmRSS:")
    peakKiB = value("VmHWM:")
  }
}

/// Processor time that a process has used.
enum ProcessorTime {
  /// In seconds.
  static func of(_ pid: Int32) -> Double {
    let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
    // Behind the name, which may hold anything: the state is the third field, the two times are the 14th and 15th.
    let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return .nan }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }
}

/// What the disk can do by itself.
enum DiskSpeed {
  /// Seconds that it takes to write so many pieces to a file, each on the disk before the next.
  static func write(chunks: Int, of size: Int, to path: String) throws -> Double {
    let piece = [UInt8](repeating: 0x5A, count: size)
    let start = DispatchTime.now().uptimeNanoseconds
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard file >= 0 else { throw BenchmarkError("\(path): errno \(errno)") }
    defer {
      close(file)
      unlink(path)
    }
    for _ in 0..<chunks {
      var done = 0
      while done < size {
        let count = piece.withUnsafeBytes { Glibc.write(file, $0.baseAddress.map { $0 + done }, size - done) }
        guard count > 0 else { throw BenchmarkError("\(path): errno \(errno)") }
        done += count
      }
      guard fdatasync(file) == 0 else { throw BenchmarkError("\(path): errno \(errno)") }
    }
    return Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
  }
}
