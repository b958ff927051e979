import Foundation

/// What a figure was measured on.
struct Machine: Codable {
  var processor: String
  var cores: Int
  var memoryMiB: Int
  var system: String

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
      memoryMiB: Int(info.physicalMemory >> 20), system: line("/etc/os-release", "PRETTY_NAME"))
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
