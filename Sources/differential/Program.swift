import Glibc
import GoWire

/// Holds our reading and writing of Go's formats against Go's own, on inputs made from a seed.
@main
enum Program {
  private static let usage = """
    Usage: differential [--seconds N] [--inputs N] [--seed S] [--only SUBJECT]… [--oracle PATH]

      --seconds N      stop after so many seconds; 30 when neither this nor --inputs is given
      --inputs N       stop after so many inputs
      --seed S         where the inputs come from (1)
      --only SUBJECT   of the subjects below only this; may be repeated
      --oracle PATH    the program of Tools/oracle (.build/oracle)

    Subjects: \(Subjects.all.map(\.name).joined(separator: ", "))
    Exit codes: 0 no difference, 1 a difference, 2 usage, 3 the oracle failed.
    """

  static func main() {
    let options: Options
    do {
      guard let given = try Options(Array(CommandLine.arguments.dropFirst())) else {
        print(usage)
        exit(0)
      }
      options = given
    } catch {
      complain("differential: \(error)")
      exit(2)
    }
    do throws(Oracle.Trouble) {
      exit(try run(options) ? 0 : 1)
    } catch {
      complain("differential: \(error)")
      exit(3)
    }
  }

  private static func run(_ options: Options) throws(Oracle.Trouble) -> Bool {
    let oracle = try Oracle(path: options.oracle)
    var comparison = try Comparison(options.subjects, seed: options.seed, oracle: oracle)
    let difference = try comparison.run(inputs: options.inputs, seconds: options.seconds)
    print("subject          inputs   Go broke   inputs/s")
    for count in comparison.counts {
      print(
        pad(count.subject, 12), pad(String(count.inputs), -10), pad(String(count.panics), -10),
        pad(String(Int(Double(count.inputs) / max(count.seconds, 0.001))), -10))
    }
    let inputs = comparison.counts.reduce(0) { $0 + $1.inputs }
    let seconds = comparison.counts.reduce(0) { $0 + $1.seconds }
    guard let difference else {
      print("\(inputs) inputs in \(Int(seconds)) s, seed \(options.seed): no difference")
      return true
    }
    report(try comparison.shrink(difference), seed: options.seed)
    return false
  }

  private static func report(_ difference: Comparison.Difference, seed: UInt64) {
    print("difference in \(difference.subject), seed \(seed), input seed \(difference.seed)")
    print("  input: \(difference.question.input())")
    if let complaint = difference.question.complaint { print("  complaint: \(complaint)") }
    print("  ours:  \(difference.question.expected)")
    print("  Go's:  \(difference.answer)")
    print("  made from \(difference.choices)")
  }

  /// To so many characters, on the right when the width is negative.
  private static func pad(_ text: String, _ width: Int) -> String {
    let blanks = String(repeating: " ", count: max(0, abs(width) - text.count))
    return width < 0 ? blanks + text : text + blanks
  }

  private static func complain(_ text: String) {
    let line = Array((text + "\n").utf8)
    _ = line.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
  }
}

/// What the command line asks for.
struct Options {
  struct Wrong: Error, CustomStringConvertible {
    var description: String
  }

  var inputs = Int.max
  var seconds = Double.infinity
  var seed: UInt64 = 1
  var subjects = Subjects.all
  var oracle = ".build/oracle"

  /// nil when help is asked for.
  init?(_ arguments: [String]) throws(Wrong) {
    var rest = arguments[...]
    var only: [any Subject] = []
    while let option = rest.popFirst() {
      if option == "--help" || option == "-h" { return nil }
      guard ["--inputs", "--seconds", "--seed", "--only", "--oracle"].contains(option) else {
        throw Wrong(description: "unknown option \(option); see --help")
      }
      guard let value = rest.popFirst() else { throw Wrong(description: "\(option) needs a value") }
      switch option {
      case "--inputs": inputs = try Options.number(option, value)
      case "--seconds": seconds = Double(try Options.number(option, value))
      case "--seed": seed = UInt64(try Options.number(option, value))
      case "--oracle": oracle = value
      default:
        guard let subject = Subjects.all.first(where: { $0.name == value }) else {
          let known = Subjects.all.map(\.name).joined(separator: ", ")
          throw Wrong(description: "no subject \(value); there are \(known)")
        }
        only.append(subject)
      }
    }
    if !only.isEmpty { subjects = only }
    if inputs == .max, seconds == .infinity { seconds = 30 }
  }

  private static func number(_ option: String, _ text: String) throws(Wrong) -> Int {
    guard let number = Int(text), number >= 0 else {
      throw Wrong(description: "\(option) needs a number, not \(text)")
    }
    return number
  }
}
