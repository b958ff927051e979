import GoWire

/// A diagnosis for people and for programs.
public enum DoctorReport {
  /// A line a step, then a line a cause, a note, and what the master's administrator reads.
  public static func lines(_ diagnosis: DoctorDiagnosis) -> [String] {
    let width = DoctorStep.allCases.map(\.rawValue.count).max() ?? 0
    var lines = diagnosis.steps.map { result in
      let blanks = String(repeating: " ", count: width - result.step.rawValue.count)
      let state = result.state.rawValue + String(repeating: " ", count: 9 - result.state.rawValue.count)
      return "\(result.step.rawValue)\(blanks)  \(state)" + (result.detail.isEmpty ? "" : "  \(result.detail)")
    }
    lines = lines.map { $0.last == " " ? String($0.reversed().drop { $0 == " " }.reversed()) : $0 }
    lines.append("")
    lines += diagnosis.findings.map(\.line)
    lines += diagnosis.notes.map { "Note: \($0)." }
    if diagnosis.isHealthy {
      lines.append("Healthy: a master's node test succeeds.")
    } else if diagnosis.masterSays.isEmpty {
      lines.append("A master's node test succeeds all the same.")
    } else {
      lines.append("A master says: \(diagnosis.masterSays)")
    }
    return lines
  }

  /// `{healthy, steps: [{step, state, detail}], causes: [{id, step, text, detail, faq, change}], notes, masterSays,
  /// clockDifference, slaveVersion, masterVersion}`; what is not known is null.
  public static func json(_ diagnosis: DoctorDiagnosis) -> [UInt8] {
    func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    let value: JSONValue = [
      "healthy": .bool(diagnosis.isHealthy),
      "steps": .array(
        diagnosis.steps.map {
          [
            "step": .string($0.step.rawValue), "state": .string($0.state.rawValue), "detail": .string($0.detail),
          ]
        }),
      "causes": .array(
        diagnosis.findings.map {
          [
            "id": .string($0.cause.rawValue), "step": .string($0.cause.step.rawValue), "text": .string($0.cause.text),
            "detail": .string($0.detail), "faq": text($0.cause.faq), "change": .string($0.cause.change),
          ]
        }),
      "notes": .array(diagnosis.notes.map { .string($0) }),
      "masterSays": .string(diagnosis.masterSays),
      "clockDifference": diagnosis.clockDifference.map { .int($0) } ?? .null,
      "slaveVersion": text(diagnosis.slaveVersion),
      "masterVersion": text(diagnosis.masterVersion),
    ]
    return GoJSON.write(value, indent: 1, escapingHTML: false) + [UInt8(ascii: "\n")]
  }
}
