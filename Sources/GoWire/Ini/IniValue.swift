extension GoString {
  /// A truth value of a configuration file: `1 t T true TRUE True YES yes Yes y ON on On`, and their opposites.
  public func iniBool() throws(IniValueError) -> Bool {
    switch text {
    case "1", "t", "T", "true", "TRUE", "True", "YES", "yes", "Yes", "y", "ON", "on", "On": return true
    case "0", "f", "F", "false", "FALSE", "False", "NO", "no", "No", "n", "OFF", "off", "Off": return false
    default: throw IniValueError("parsing \"" + self + "\": invalid syntax")
    }
  }

  /// A whole number of a configuration file, its base told from its prefix: `-5`, `0x1f`, `1_000`.
  public func iniInt() throws(IniValueError) -> Int64 {
    do throws(GoNumberError) {
      return try parseInt(base: 0)
    } catch {
      throw IniValueError(error.text)
    }
  }

  /// A list of a configuration file: pieces between commas, blanks around them left out; a backslash before a comma keeps it.
  public func iniList(separator: UInt8 = UInt8(ascii: ",")) -> [GoString] {
    let backslash = UInt8(ascii: "\\")
    var pieces: [GoString] = []
    var piece: [UInt8] = []
    var isEscaped = false
    for byte in repaired.bytes {
      if isEscaped {
        isEscaped = false
        if byte != backslash, byte != separator { piece.append(backslash) }
        piece.append(byte)
      } else if byte == backslash {
        isEscaped = true
      } else if byte == separator {
        pieces.append(GoString(piece).trimmingSpace)
        piece = []
      } else {
        piece.append(byte)
      }
    }
    if !piece.isEmpty { pieces.append(GoString(piece).trimmingSpace) }
    return pieces
  }
}

/// Why a value of a configuration file cannot be read, as the original says it.
public struct IniValueError: Error, Hashable, Sendable {
  public var text: GoString

  public init(_ text: GoString) {
    self.text = text
  }
}

extension IniValueError: CustomStringConvertible {
  public var description: String { text.text }
}
