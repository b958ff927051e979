/// One line on a terminal that says how far a run is, written over itself; nothing in a pipe.
struct ProgressLine: Sendable {
  private let isShown = Output.error.isTerminal

  func show(_ text: String) {
    if isShown { Output.error.write(Array("\r\u{1B}[2K\(text.prefix(79))".utf8)) }
  }

  func clear() {
    if isShown { Output.error.write(Array("\r\u{1B}[2K".utf8)) }
  }
}
