import Glibc
import GoWire

/// Content types from the first bytes and by extension (ST-10).
struct SniffSubject: Subject {
  let name = "sniff"
  private let hosts = MIMETypes(host: SniffSubject.read)

  private static let marks: [[UInt8]] =
    [
      "<!DOCTYPE HTML", "<html", "<HEAD", "<script", "<iframe", "<h1", "<div", "<FONT", "<table", "<a", "<style",
      "<title",
      "<b", "<body", "<br", "<p", "<!--", "<?xml", "%PDF-", "%!PS-Adobe-", "GIF87a", "GIF89a", "RIFF", "WEBPVP", "WAVE",
      "AVI ", "OggS\u{0}", "MThd\u{0}\u{0}\u{0}\u{6}", "ID3", ".snd", "FORM", "AIFF", "ftyp", "mp41", "mp4", "isom",
      "M4V ",
      "OTTO", "ttcf", "wOFF", "wOF2", "PK\u{3}\u{4}", "PK", "Rar!\u{1A}\u{7}\u{0}", "Rar!\u{1A}\u{7}\u{1}\u{0}",
      "\u{0}asm", "LP", ">", " ", "\n", "\t", "\u{C}", "\r", "a", "ustar", "\u{0}\u{0}\u{0}\u{18}",
      "\u{0}\u{0}\u{0}\u{20}",
      "webm", "matroska",
    ].map { Array($0.utf8) } + [
      [0xFE, 0xFF], [0xFF, 0xFE], [0xEF, 0xBB, 0xBF], [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A],
      [0xFF, 0xD8, 0xFF], [0x42, 0x4D], [0, 0, 1, 0], [0, 0, 2, 0], [0x1A, 0x45, 0xDF, 0xA3], [0x42, 0x82, 0x84],
      [0, 1, 0, 0], [0x1F, 0x8B, 0x08], [0], [0x1B], [0x80], [0xFF], [0xE6, 0x97, 0xA5], [0xB6], [0x0B],
    ]

  private static let extensions: [GoString] = [
    "txt", "html", "HTM", "css", "js", "mjs", "json", "xml", "svg", "png", "jpg", "JPEG", "gif", "webp", "avif", "mp4",
    "mkv",
    "zip", "gz", "tgz", "7z", "rar", "pdf", "wasm", "c", "h", "cpp", "java", "conf", "log", "bin", "exe", "md", "csv",
    "m4a",
    "flac", "ico", "ttf", "woff2", "doc", "docx", "xls", "ppt", "odt", "epub", "iso", "torrent", "", "x", "é", "Txt",
    "tar",
  ]

  func question(_ choices: inout Choices) -> Question? {
    if choices.next(5) == 0 { return byExtension(&choices) }
    var bytes: [UInt8] = []
    if choices.once(in: 12) { bytes = [UInt8](repeating: 0x61, count: choices.next(600)) }
    for _ in 0..<choices.length(usual: 6, most: 24) {
      bytes += choices.next(8) == 0 ? [UInt8(choices.next(256))] : choices.pick(SniffSubject.marks)
    }
    if choices.once(in: 6) { bytes = choices.damaged(bytes) }
    // Embedded OpenType has its mark at a place of its own.
    if choices.once(in: 20), bytes.count < 34 {
      bytes += [UInt8](repeating: 0, count: 34 - bytes.count) + Array("LP".utf8)
    }
    var request = RequestWriter("S")
    request.rest(bytes)
    return Question(request, .result(ContentSniffer.detect(bytes).bytes)) { readable(bytes) }
  }

  private func byExtension(_ choices: inout Choices) -> Question {
    let name = (choices.once(in: 10) ? "" : ".") + choices.pick(SniffSubject.extensions)
    var request = RequestWriter("X")
    request.rest(name.bytes)
    let expected = hosts.type(ofExtension: name) ?? ""
    return Question(request, .result(expected.bytes)) { "extension \(name.quoted)" }
  }

  /// A file's bytes; nil when it cannot be read.
  private static func read(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&piece, 1, piece.count, file), count > 0 { bytes += piece[..<count] }
    return bytes
  }
}
