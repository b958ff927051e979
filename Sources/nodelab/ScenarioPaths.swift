import Glibc
import GoWire
import ReferenceNode
import Simulator

/// Scenario files as a command line names them.
enum ScenarioPaths {
  /// The files that the operands stand for.
  static func all(_ arguments: Arguments) throws(CommandFailure) -> [String] {
    var paths: [String] = []
    for operand in arguments.operands {
      if SystemFile.exists(operand) {
        let inside = files(in: operand)
        paths += inside.isEmpty ? [operand] : inside
        continue
      }
      guard operand.hasPrefix("SCN-") else {
        throw CommandFailure(
          "\(operand): no such file or directory; name a file, a folder or an id such as SCN-UPLOAD-1", exitCode: .usage
        )
      }
      let folder = try Fixtures.folder(for: arguments) + "/scenarios"
      let known = files(in: folder)
      guard let found = known.first(where: { $0.hasSuffix("/\(operand).yaml") }) else {
        let names = known.map { String($0.dropFirst(folder.count + 1).dropLast(5)) }
        throw CommandFailure(
          "\(operand): there is no such scenario in \(folder)\(ScenarioError.advice(for: operand, among: names))",
          exitCode: .usage)
      }
      paths.append(found)
    }
    return paths
  }

  /// The scenario files of a folder, sorted.
  private static func files(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { buffer in
        String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasSuffix(".yaml") { names.append("\(folder)/\(name)") }
    }
    return names.sorted()
  }

  static func read(_ path: String, _ arguments: Arguments) throws(CommandFailure) -> Scenario {
    let content: [UInt8]
    do throws(SystemFailure) {
      content = try SystemFile.read(path)
    } catch {
      throw CommandFailure("\(path): \(error.text)", exitCode: .usage)
    }
    do throws(ScenarioError) {
      return try Scenario(content: content, fileName: path, changes: arguments.all("set"))
    } catch {
      throw CommandFailure(error.description, exitCode: .usage)
    }
  }

  static func seed(_ arguments: Arguments) throws(CommandFailure) -> UInt64 {
    guard let text = arguments.value("seed") else { return 1 }
    guard let seed = UInt64(text) else { throw arguments.usage("--seed \(text) is no number from 0 on") }
    return seed
  }

  static func until(_ arguments: Arguments) throws(CommandFailure) -> Span? {
    guard let text = arguments.value("until") else { return nil }
    guard let span = Span(seconds: text), span > .zero else {
      throw arguments.usage("--until \(text) is no number of seconds")
    }
    return span
  }

  static func profiles(_ arguments: Arguments, _ scenario: Scenario) throws(CommandFailure) -> [ProfileName] {
    guard let text = arguments.value("profile") else { return scenario.profiles }
    guard let profile = ProfileName(rawValue: text) else {
      let names = ProfileName.allCases.map(\.rawValue)
      throw arguments.usage("there is no profile \(text)\(ScenarioError.advice(for: text, among: names))")
    }
    return [profile]
  }
}
