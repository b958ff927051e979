import GoWire
import NodeProtocol
import ReferenceNode

extension Expectation.Subject {
  /// When it is looked at; nil: at the end.
  var moment: Span? {
    switch self {
    case .file(let file): file.at
    case .process(let process): process.at
    case .answers, .received, .log: nil
    }
  }
}

extension ScenarioStage {
  /// What of an expectation is not met, one line each.
  func check(_ expectation: Expectation) -> [String] {
    switch expectation.subject {
    case .answers(let expected): check(expected)
    case .received(let expected): check(expected)
    case .file(let expected): check(expected)
    case .log(let expected): check(expected)
    case .process(let expected): check(expected)
    }
  }

  private func check(_ expected: ExpectedAnswers) -> [String] {
    let seen = answers.filter { $0.step == expected.step }
    if let each = expected.each {
      guard !seen.isEmpty else { return ["\(expected.step): there is no answer"] }
      return seen.flatMap { differences($0, each, "\(expected.step)") }
    }
    var lines: [String] = []
    for (index, answer) in expected.answers.enumerated() {
      let name = expected.answers.count == 1 ? expected.step : "\(expected.step), answer \(index + 1)"
      guard index < seen.count else {
        lines.append("\(name): there is none")
        continue
      }
      lines += differences(seen[index], answer, name)
    }
    for extra in seen.dropFirst(expected.answers.count) {
      lines.append("\(expected.step): one answer more: \(extra.line)")
    }
    return lines
  }

  private func differences(_ seen: StepAnswer, _ expected: ExpectedAnswer, _ name: String) -> [String] {
    var lines: [String] = []
    func differ(_ what: String, _ wanted: String, _ got: String) {
      lines.append("\(name): \(what) is \(got), not \(wanted)")
    }
    if let at = expected.at, !at.meets(seen.ended) {
      differ("its time", "\(at.text) s", SimulationFailure.Wait.seconds(seen.ended))
    }
    if let took = expected.took {
      let span = Uptime(nanoseconds: (seen.ended - seen.began).nanoseconds)
      if !took.meets(span) { differ("its span", "\(took.text) s", SimulationFailure.Wait.seconds(span)) }
    }
    if let fails = expected.fails {
      guard let failure = seen.failure else {
        differ("the outcome", "no answer", seen.line)
        return lines
      }
      if !failure.text.contains(fails.text) { differ("the reason", "\"\(fails)\"", "\"\(failure)\"") }
    } else if let failure = seen.failure,
      expected.status != nil || expected.code != nil || expected.text != nil || expected.size != nil
    {
      differ("the outcome", "an answer", "none: \(failure)")
      return lines
    }
    if let status = expected.status, seen.status != status {
      differ("the status", "\(status)", seen.status.map { "\($0)" } ?? "none")
    }
    if let code = expected.code, seen.code != code {
      differ("the code", "\(code)", seen.code.map { "\($0) \"\(seen.message ?? "")\"" } ?? "none (\(seen.line))")
    }
    if let message = expected.message, seen.message != message {
      differ("msg", "\"\(message)\"", seen.message.map { "\"\($0)\"" } ?? "none")
    }
    if let data = expected.data {
      var got: GoString?
      switch seen.envelope?.data {
      case .text(let text)?: got = text
      case .json(let json)?: got = json
      case nil: break
      }
      if got != data { differ("data", "\(data)", got.map(\.text) ?? "none") }
    }
    if let text = expected.text, GoString(seen.body) != text {
      differ("the body", "\"\(text)\"", "\"\(GoString(seen.body.prefix(200)))\"")
    }
    if let size = expected.size, Int64(seen.body.count) != size {
      differ("the body's length", "\(size)", "\(seen.body.count)")
    }
    if let file = expected.file, let content = contents[file] {
      let begin = Int(clamping: expected.offset ?? 0)
      let part = content.dropFirst(begin).prefix(expected.size.map { Int(clamping: $0) } ?? .max)
      if !part.elementsEqual(seen.body) {
        differ("the body", "\(part.count) bytes of \(file) from \(begin)", "\(seen.body.count) other bytes")
      }
    }
    for header in expected.headers {
      let got = seen.fields.first(GoString(header.name))
      if got != header.value { differ(header.name, "\"\(header.value)\"", got.map { "\"\($0)\"" } ?? "none") }
    }
    for name in expected.without {
      if let got = seen.fields.first(name) { differ(name.text, "none", "\"\(got)\"") }
    }
    if let isCut = expected.isCut, seen.isCut != isCut { differ("cut", "\(isCut)", "\(seen.isCut)") }
    return lines
  }

  private func check(_ expected: ExpectedRequests) -> [String] {
    let times: [Uptime]
    if expected.node == "M" {
      times = master.arrivals.filter {
        $0.target.hasPrefix(expected.path) && (expected.method.map { GoString($0) } ?? $0.method) == $0.method
      }.map(\.at)
    } else {
      times = requests.filter {
        $0.node == expected.node && $0.target.hasPrefix(expected.path)
          && (expected.method.map { GoString($0) } ?? $0.method) == $0.method
      }.map(\.at)
    }
    let name = "\(expected.node) receives \(expected.method ?? "") \(expected.path)"
    if let count = expected.count, times.count != count {
      return ["\(name): \(times.count) times, not \(count)"]
    }
    if let wanted = expected.times {
      let agree = wanted.count == times.count && zip(wanted, times).allSatisfy { $0.meets($1) }
      if !agree {
        let got = times.map { SimulationFailure.Wait.seconds($0) }.joined(separator: ", ")
        let texts = wanted.map(\.text).joined(separator: ", ")
        return ["\(name): at [\(got)], not at [\(texts)]"]
      }
    }
    return []
  }

  private func check(_ expected: ExpectedFile) -> [String] {
    let disk = world.node(expected.node).disk
    let name = "\(expected.path) on \(expected.node)" + (expected.at.map { " at \($0.secondsText)" } ?? "")
    guard let status = disk.peekStatus(expected.path) else { return expected.isAbsent ? [] : ["\(name): is not there"] }
    if expected.isAbsent { return ["\(name): is there, \(status.size) bytes"] }
    var lines: [String] = []
    if let size = expected.size, status.size != size { lines.append("\(name): has \(status.size) bytes, not \(size)") }
    let wanted = expected.text.map { Array($0.utf8) } ?? expected.file.flatMap { contents[$0] }
    if let wanted, let bytes = disk.peek(expected.path), bytes != wanted {
      let first = zip(bytes, wanted).enumerated().first { $0.element.0 != $0.element.1 }?.offset
      lines.append(
        "\(name): differs from \(expected.file ?? "the text") at byte \(first ?? min(bytes.count, wanted.count))")
    }
    return lines
  }

  private func check(_ expected: ExpectedLog) -> [String] {
    let count = logLines.count { $0.node == expected.node && $0.text.contains(expected.text) }
    if let wanted = expected.count, wanted != count {
      return ["\(expected.node) logs \"\(expected.text)\" \(count) times, not \(wanted)"]
    }
    return expected.count == nil && count == 0 ? ["\(expected.node) does not log \"\(expected.text)\""] : []
  }

  private func check(_ expected: ExpectedProcess) -> [String] {
    let name = "\(expected.node)'s process"
    guard let last = processes[expected.node]?.last else { return ["\(name): never started"] }
    var lines: [String] = []
    if last.state != expected.state {
      lines.append("\(name): is \(last.state.rawValue), not \(expected.state.rawValue)")
    }
    if let code = expected.exitCode, last.exitCode != code {
      lines.append("\(name): exit code \(last.exitCode.map { "\($0)" } ?? "none"), not \(code)")
    }
    if let line = expected.line, last.line?.contains(line) != true {
      lines.append("\(name): says \"\(last.line ?? "")\", not \"\(line)\"")
    }
    return lines
  }
}
