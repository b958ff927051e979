/// What counts of a picture: its format and its dimensions, not its pixels.
struct Picture: Hashable, CustomStringConvertible {
  var format: String
  var width: Int
  var height: Int

  /// Fails for what is no PNG, JPEG or GIF.
  init?(_ bytes: [UInt8]) {
    func number(_ place: Range<Int>) -> Int { bytes[place].reduce(0) { $0 << 8 | Int($1) } }
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), bytes.count >= 24 {
      (format, width, height) = ("png", number(16..<20), number(20..<24))
    } else if bytes.starts(with: "GIF8".utf8), bytes.count >= 10 {
      (format, width, height) = ("gif", Int(bytes[6]) | Int(bytes[7]) << 8, Int(bytes[8]) | Int(bytes[9]) << 8)
    } else if bytes.starts(with: [0xFF, 0xD8]), let frame = Picture.jpegFrame(bytes) {
      (format, width, height) = ("jpeg", number((frame + 7)..<(frame + 9)), number((frame + 5)..<(frame + 7)))
    } else {
      return nil
    }
  }

  /// Where the frame header of a JPEG begins.
  private static func jpegFrame(_ bytes: [UInt8]) -> Int? {
    var index = 2
    while index + 9 <= bytes.count, bytes[index] == 0xFF {
      let marker = bytes[index + 1]
      if 0xC0...0xCF ~= marker, ![0xC4, 0xC8, 0xCC].contains(marker) { return index }
      index += 2 + (Int(bytes[index + 2]) << 8 | Int(bytes[index + 3]))
    }
    return nil
  }

  var description: String { "a \(format) of \(width)×\(height)" }
}
