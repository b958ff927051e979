extension GoStructure {
  /// The field a JSON key means: the one with exactly that name, else the first whose name is the same in any case.
  func field(jsonName key: GoString) -> GoField? {
    if let field = fields.first(where: { $0.jsonName == key }) { return field }
    let folded = key.foldedForJSON
    return fields.first { $0.jsonName?.foldedForJSON == folded }
  }
}

extension GoString {
  /// The text with letters that differ in case only made equal, as far as names of fields need it: those of ASCII, and the two
  /// characters outside it that Go folds into them, U+017F and U+212A.
  fileprivate var foldedForJSON: [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let (rune, size) = GoRune.decode(bytes, at: index)
      switch rune {
      case 0x61...0x7A: output.append(UInt8(rune) - 0x20)
      case 0x17F: output.append(UInt8(ascii: "S"))
      case 0x212A: output.append(UInt8(ascii: "K"))
      default: GoRune.append(rune, to: &output)
      }
      index += size
    }
    return output
  }
}
