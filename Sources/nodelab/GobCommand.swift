import GoWire

/// `nodelab gob`: prints any gob stream.
enum GobCommand {
  static let row = CommandRow(
    ["gob"], operands: "FILE|-", operandCount: 1...1,
    summary: "Prints any gob stream as JSON, one line a value",
    options: [],
    notes: [
      """
      Fields that are not in the stream have their zero value and are not printed. Bytes, and text that is no UTF-8, are \
      {"hex": …}; what a type wrote itself is {"text": …} or {"hex": …}; a value in an interface is {"interface": NAME, \
      "value": …}.
      """,
      "Exit code 1 when the stream is no gob; what came before the fault is printed.",
    ],
    run: run)

  private static func run(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
    let path = arguments.operands[0]
    var decoder = GobDecoder(try arguments.file(path))
    var count = 0
    do throws(GobError) {
      while let message = try decoder.next() {
        Output.standard.line(GoString(GoJSON.write(GobText.json(message.value), escapingHTML: false)).text)
        count += 1
      }
    } catch {
      throw CommandFailure("nodelab gob: \(path): value \(count + 1): \(error)", exitCode: .differs)
    }
    return ExitCode.asExpected.rawValue
  }
}

extension Arguments {
  /// The bytes of a file that an argument names; `-` is the standard input.
  func file(_ path: String) throws(CommandFailure) -> [UInt8] {
    do throws(SystemFailure) {
      return try SystemFile.read(path)
    } catch {
      throw CommandFailure("\(title): \(path): \(error.text)", exitCode: .usage)
    }
  }
}
