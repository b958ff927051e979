import GoWire

/// The header that makes a browser save content under a name (ST-11).
enum ContentDisposition {
  /// `attachment; filename="<ascii>"`, with the name itself after it when ASCII cannot hold it.
  static func attachment(named name: GoString) -> GoString {
    var plain: [UInt8] = []
    var isChanged = false
    // One underscore for each character, not for each byte.
    for scalar in name.text.unicodeScalars {
      if scalar.isASCII, scalar.value >= 0x20, scalar.value != 0x7F, scalar != "\"", scalar != "\\" {
        plain.append(UInt8(truncatingIfNeeded: scalar.value))
      } else {
        plain.append(UInt8(ascii: "_"))
        isChanged = true
      }
    }
    let value = "attachment; filename=\"" + GoString(plain) + "\""
    return isChanged ? value + "; filename*=UTF-8''" + name.queryEscaped : value
  }
}
