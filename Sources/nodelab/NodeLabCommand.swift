/// The command line: finds the command, checks its arguments, runs it, and turns what came of it into an exit code.
enum NodeLabCommand {
  /// This build of NodeLab; what a node advertises as its version is a setting of its own (ROLE-5).
  static let version = "0.1.0"

  static let rows: [CommandRow] = [
    NodeCommand.anyMode, NodeCommand.slave, ConformCommand.slave, SimulateCommand.row, SwarmCommand.row,
    ShrinkCommand.row, DoctorCommand.row, VectorsCommand.row, SignCommand.row, GobCommand.row,
  ]

  /// Runs what `words`, the arguments after the program's name, ask for.
  static func run(_ words: [String]) -> Int32 {
    do throws(CommandFailure) {
      let (row, rest) = try find(words)
      guard let row else {
        Output.standard.line(rest.first == "--version" ? "nodelab \(version)" : Help.overview(rows))
        return ExitCode.asExpected.rawValue
      }
      guard let arguments = try Arguments.parse(rest, for: row) else {
        Output.standard.line(Help.of(row))
        return ExitCode.asExpected.rawValue
      }
      return try row.run(arguments)
    } catch {
      Output.error.line(error.line)
      return error.exitCode.rawValue
    }
  }

  /// The command that `words` name and its own arguments; no command when the program as a whole is asked about.
  ///
  /// Options of the node may stand before its command's word, as the documented program takes them: `-c conf.ini server`.
  static func find(_ words: [String]) throws(CommandFailure) -> (CommandRow?, [String]) {
    let node = NodeCommand.anyMode
    var before: [String] = []
    var rest = words[...]
    while let word = rest.first, word.hasPrefix("-"), word != "-", word != "--" {
      let spelled = Arguments.split(word)
      if ["--help", "-h", "--version"].contains(spelled.spelled) { return (nil, [word]) }
      before.append(rest.removeFirst())
      let option = node.options.first { $0.matches(spelled.spelled) }
      if let option, option.takesWord, spelled.attached == nil, let value = rest.popFirst() { before.append(value) }
    }
    guard let first = rest.first, first != "--" else { return (node, before + rest) }
    if first == "server" { return (node, before + rest.dropFirst()) }
    let named = rows.filter { $0.words.first == first }
    guard !named.isEmpty else {
      throw CommandFailure("nodelab: unknown command \(first); see nodelab --help", exitCode: .usage)
    }
    if let row = named.first(where: { rest.starts(with: $0.words) }) {
      return (row, before + rest.dropFirst(row.words.count))
    }
    // The first of two words alone: its help is that of the only command it begins, or the list of them.
    let second = rest.dropFirst().first
    if let second, ["--help", "-h"].contains(second) { return (named[0], [second]) }
    let choices = named.map { $0.words.dropFirst().joined(separator: " ") }.joined(separator: ", ")
    throw CommandFailure(
      "nodelab \(first): \(second.map { "unknown role \($0)" } ?? "a role is missing") (\(choices)); see nodelab --help",
      exitCode: .usage)
  }
}
