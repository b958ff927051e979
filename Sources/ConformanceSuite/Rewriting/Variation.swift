import GoWire
import Simulator

/// Other secrets, session ids, ports and folder names, made from a seed: the same for the same seed.
struct Variation: Sendable {
  let seed: UInt64

  private static let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".utf8)

  /// A secret as a master makes one: 64 letters and digits (CONF-7).
  func secret(for purpose: String) -> GoString { word(64, "secret of \(purpose)") }

  /// A name for a folder.
  func folderName(for purpose: String) -> String { word(10, "folder of \(purpose)").text }

  /// Session ids for those of a case: the old one's kind of characters, and an end of its own.
  func sessions(of single: ConformanceCase) -> [GoString: GoString] {
    var sessions: [GoString: GoString] = [:]
    for id in SessionScan.sessions(of: single) {
      sessions[id] = word(id.count, "session \(single.id) \(id)") + "-" + word(6, "end of session \(single.id) \(id)")
    }
    return sessions
  }

  /// Ports to listen on, one after the other until one is free. They have four digits like the recorded ones, so that nothing
  /// but the digits changes; the last resort is any port.
  func ports(for purpose: String) -> [UInt16] {
    var generator = SeededGenerator(seed: seed, for: "port of \(purpose)")
    return (0..<20).map { _ in UInt16(2000 + generator.below(8000)) } + [0]
  }

  /// A shuffled order of some items.
  func shuffled<Item>(_ items: [Item]) -> [Item] {
    var generator = SeededGenerator(seed: seed, for: "order")
    var items = items
    for index in items.indices.dropFirst().reversed() { items.swapAt(index, generator.below(index + 1)) }
    return items
  }

  private func word(_ count: Int, _ purpose: String) -> GoString {
    var generator = SeededGenerator(seed: seed, for: purpose)
    return GoString((0..<count).map { _ in Self.letters[generator.below(Self.letters.count)] })
  }
}
