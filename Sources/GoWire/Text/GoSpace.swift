extension GoString {
  /// Without white space at both ends, as Go's `strings.TrimSpace` takes it: Unicode's, not ASCII's alone.
  var trimmingSpace: GoString { trimmingLeadingSpace.trimmingTrailingSpace }

  var trimmingLeadingSpace: GoString {
    var index = 0
    while index < bytes.count {
      let (rune, size) = GoRune.decode(bytes, at: index)
      guard GoRune.isSpace(rune) else { break }
      index += size
    }
    return dropping(index)
  }

  private var trimmingTrailingSpace: GoString {
    var end = bytes.count
    while end > 0 {
      var start = end - 1
      while start > 0, end - start < 3, bytes[start] & 0xC0 == 0x80 { start -= 1 }
      let (rune, size) = GoRune.decode(bytes, at: start)
      guard GoRune.isSpace(rune), start + size == end else { break }
      end = start
    }
    return keeping(end)
  }

  /// The same with every invalid byte replaced by U+FFFD.
  var repaired: GoString {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let (rune, size) = GoRune.decode(bytes, at: index)
      GoRune.append(rune, to: &output)
      index += size
    }
    return GoString(output)
  }
}

extension GoRune {
  /// Go's `unicode.IsSpace`.
  static func isSpace(_ rune: UInt32) -> Bool {
    switch rune {
    case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }
}
