/// Tells a content type from a file's first bytes, as Go's `http.DetectContentType` does after the WHATWG's rules.
public enum ContentSniffer {
  /// How many bytes are looked at.
  public static let length = 512

  /// The type, `application/octet-stream` when nothing is recognised.
  public static func detect(_ bytes: [UInt8]) -> GoString {
    let head = bytes.prefix(length)
    let text = head.drop(while: isBlank)
    for rule in rules where rule.matches(head, text) { return rule.type }
    return "application/octet-stream"
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0C || byte == 0x0D
  }

  /// One way to be recognised.
  private enum Pattern: Sendable {
    /// An HTML tag after blanks, letters in either case, with a blank or `>` after it.
    case tag(String)
    /// These bytes after blanks.
    case afterBlanks(String)
    /// These bytes at the beginning.
    case prefix([UInt8])
    /// These bytes at the beginning; nil stands for any.
    case gapped([UInt8?])
    /// An MP4 file type box with a brand that begins with `mp4`.
    case mp4
    /// No byte that binary data only has.
    case text
  }

  private struct Rule: Sendable {
    let pattern: Pattern
    let type: GoString

    func matches(_ head: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
      switch pattern {
      case .tag(let tag): ContentSniffer.isTag(text, tag)
      case .afterBlanks(let prefix): text.starts(with: prefix.utf8)
      case .prefix(let prefix): head.starts(with: prefix)
      case .gapped(let bytes):
        head.count >= bytes.count && zip(head, bytes).allSatisfy { byte, wanted in wanted == nil || byte == wanted }
      case .mp4: ContentSniffer.isMP4(head)
      case .text: text.allSatisfy { !ContentSniffer.isBinary($0) }
      }
    }
  }

  private static func isTag(_ text: ArraySlice<UInt8>, _ tag: String) -> Bool {
    let length = tag.utf8.count
    guard text.count > length else { return false }
    let end = text[text.startIndex + length]
    guard end == 0x20 || end == UInt8(ascii: ">") else { return false }
    return zip(text, tag.utf8).allSatisfy { byte, wanted in
      let isLetter = UInt8(ascii: "A")...UInt8(ascii: "Z") ~= wanted
      return (isLetter ? byte & 0xDF : byte) == wanted
    }
  }

  private static func isMP4(_ head: ArraySlice<UInt8>) -> Bool {
    guard head.count >= 12 else { return false }
    let size = head.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    guard size <= head.count, size % 4 == 0, head.dropFirst(4).starts(with: "ftyp".utf8) else { return false }
    // The four bytes at 12 are the version of the major brand.
    return stride(from: 8, to: size, by: 4).contains { place in
      place != 12 && head.dropFirst(place).starts(with: "mp4".utf8)
    }
  }

  private static func isBinary(_ byte: UInt8) -> Bool {
    switch byte {
    case ...0x08, 0x0B, 0x0E...0x1A, 0x1C...0x1F: true
    default: false
    }
  }

  /// A form of four letters, a length of any four bytes, and more letters: RIFF and IFF containers.
  private static func container(_ form: String, _ kind: String) -> Pattern {
    .gapped(form.utf8.map { $0 } + Array(repeating: nil, count: 4) + kind.utf8.map { $0 })
  }

  private static func ascii(_ text: String) -> Pattern { .prefix(Array(text.utf8)) }

  private static let rules: [Rule] = {
    let tags = [
      "<!DOCTYPE HTML", "<HTML", "<HEAD", "<SCRIPT", "<IFRAME", "<H1", "<DIV", "<FONT", "<TABLE", "<A", "<STYLE",
      "<TITLE", "<B",
      "<BODY", "<BR", "<P", "<!--",
    ]
    let typed: [(GoString, [Pattern])] = [
      ("text/html; charset=utf-8", tags.map { .tag($0) }),
      ("text/xml; charset=utf-8", [.afterBlanks("<?xml")]),
      ("application/pdf", [ascii("%PDF-")]),
      ("application/postscript", [ascii("%!PS-Adobe-")]),
      // Byte order marks.
      ("text/plain; charset=utf-16be", [.gapped([0xFE, 0xFF, nil, nil])]),
      ("text/plain; charset=utf-16le", [.gapped([0xFF, 0xFE, nil, nil])]),
      ("text/plain; charset=utf-8", [.gapped([0xEF, 0xBB, 0xBF, nil])]),
      // Pictures.
      ("image/x-icon", [.prefix([0, 0, 1, 0]), .prefix([0, 0, 2, 0])]),
      ("image/bmp", [ascii("BM")]),
      ("image/gif", [ascii("GIF87a"), ascii("GIF89a")]),
      ("image/webp", [container("RIFF", "WEBPVP")]),
      ("image/png", [.prefix([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])]),
      ("image/jpeg", [.prefix([0xFF, 0xD8, 0xFF])]),
      // Sound and film.
      ("audio/aiff", [container("FORM", "AIFF")]),
      ("audio/mpeg", [ascii("ID3")]),
      ("application/ogg", [ascii("OggS\0")]),
      ("audio/midi", [ascii("MThd\0\0\0\u{6}")]),
      ("video/avi", [container("RIFF", "AVI ")]),
      ("audio/wave", [container("RIFF", "WAVE")]),
      ("video/mp4", [.mp4]),
      ("video/webm", [.prefix([0x1A, 0x45, 0xDF, 0xA3])]),
      // Fonts.
      ("application/vnd.ms-fontobject", [.gapped(Array(repeating: nil, count: 34) + "LP".utf8.map { $0 })]),
      ("font/ttf", [.prefix([0, 1, 0, 0])]),
      ("font/otf", [ascii("OTTO")]),
      ("font/collection", [ascii("ttcf")]),
      ("font/woff", [ascii("wOFF")]),
      ("font/woff2", [ascii("wOF2")]),
      // Archives and programs.
      ("application/x-gzip", [.prefix([0x1F, 0x8B, 0x08])]),
      ("application/zip", [ascii("PK\u{3}\u{4}")]),
      ("application/x-rar-compressed", [ascii("Rar!\u{1A}\u{7}\0"), ascii("Rar!\u{1A}\u{7}\u{1}\0")]),
      ("application/wasm", [ascii("\0asm")]),
      ("text/plain; charset=utf-8", [.text]),
    ]
    return typed.flatMap { type, patterns in patterns.map { Rule(pattern: $0, type: type) } }
  }()
}
