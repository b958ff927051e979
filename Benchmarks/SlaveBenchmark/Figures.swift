import Foundation

/// A figure, and what it should reach.
struct Figure: Codable {
  var name: String
  var value: Double
  var unit: String
  /// `≥ 1.4`, `≤ 20`; nil for a figure that is only told.
  var aim: String?
  var isReached: Bool?
  var detail: String
}

/// The figures of a run, printed as they come.
struct Figures: Codable {
  var machine = Machine.read()
  var figures: [Figure] = []

  var areAllReached: Bool { figures.allSatisfy { $0.isReached ?? true } }

  /// A figure that should be so much at least, or at most.
  mutating func add(
    _ name: String, _ value: Double, _ unit: String, atLeast: Double? = nil, atMost: Double? = nil, detail: String = ""
  ) {
    let aim = atLeast.map { "≥ \(Self.plain($0))" } ?? atMost.map { "≤ \(Self.plain($0))" }
    let isReached = atLeast.map { value >= $0 } ?? atMost.map { value <= $0 }
    let figure = Figure(name: name, value: value, unit: unit, aim: aim, isReached: isReached, detail: detail)
    figures.append(figure)
    print(Self.line(figure))
    fflush(nil)
  }

  func writeSummary() {
    let judged = figures.compactMap(\.isReached)
    print("\(judged.count { $0 }) of \(judged.count) aims reached; \(machine.text)")
  }

  func write(to file: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(self).write(to: URL(fileURLWithPath: file))
  }

  private static func line(_ figure: Figure) -> String {
    let mark = figure.isReached.map { $0 ? "reached    " : "NOT REACHED" } ?? "           "
    let value = figure.unit.isEmpty ? plain(figure.value) : String(format: "%.2f ", figure.value) + figure.unit
    let aim = figure.aim.map { " (aim \($0))" } ?? ""
    return "\(mark)  \(figure.name): \(value)\(aim)\(figure.detail.isEmpty ? "" : "; \(figure.detail)")"
  }

  private static func plain(_ value: Double) -> String {
    value == value.rounded() ? String(Int(value)) : String(value)
  }
}
