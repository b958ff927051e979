import Glibc
import GoWire
import ReferenceNode

/// How a live log writes its lines.
public enum LogFormat: String, Sendable, CaseIterable {
  /// `2026-11-21T15:07:01.250Z INFO  message key=value request=5f0c…`, for people.
  case text
  /// One JSON object a line, for machines.
  case json
}

/// The fifth door for real: one line at a time to a descriptor, by default standard error. Thread-safe: the program writes to
/// it before and after the loop runs.
public final class LiveLog: NodeLog {
  public let level: LogLevel
  private let format: LogFormat
  private let descriptor: Int32
  private let writing = Guarded(())

  public init(level: LogLevel = .info, format: LogFormat = .text, descriptor: Int32 = 2) {
    self.level = level
    self.format = format
    self.descriptor = descriptor
  }

  public func write(_ line: LogLine) {
    guard line.level >= level else { return }
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    var bytes =
      switch format {
      case .text: LiveLog.text(line, time)
      case .json: LiveLog.json(line, time)
      }
    bytes.append(UInt8(ascii: "\n"))
    // One call a line, so that lines of several threads or processes do not mix.
    writing.withLock { _ in
      var rest = bytes[...]
      while !rest.isEmpty {
        let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if written > 0 {
          rest = rest.dropFirst(written)
        } else if written < 0, errno == EINTR {
          continue
        } else {
          return
        }
      }
    }
  }

  /// `2026-11-21T15:07:01.250Z`.
  static func timestamp(_ time: timespec) -> String {
    var text: [UInt8] = []
    appendTimestamp(time, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  private static func appendTimestamp(_ time: timespec, to out: inout [UInt8]) {
    var seconds = time.tv_sec
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func put(_ value: Int, _ width: Int, _ end: Unicode.Scalar) {
      var unit = 1
      for _ in 1..<width { unit *= 10 }
      while unit > 0 {
        out.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / unit % 10))
        unit /= 10
      }
      out.append(UInt8(ascii: end))
    }
    put(Int(parts.tm_year) + 1900, 4, "-")
    put(Int(parts.tm_mon) + 1, 2, "-")
    put(Int(parts.tm_mday), 2, "T")
    put(Int(parts.tm_hour), 2, ":")
    put(Int(parts.tm_min), 2, ":")
    put(Int(parts.tm_sec), 2, ".")
    put(time.tv_nsec / 1_000_000, 3, "Z")
  }

  static func text(_ line: LogLine, _ time: timespec) -> [UInt8] {
    let name =
      switch line.level {
      case .debug: "DEBUG"
      case .info: "INFO "
      case .warning: "WARN "
      case .error: "ERROR"
      }
    var out: [UInt8] = []
    out.reserveCapacity(256)
    appendTimestamp(time, to: &out)
    out.append(UInt8(ascii: " "))
    out += name.utf8
    out.append(UInt8(ascii: " "))
    appendEscaped(line.message.utf8, to: &out)
    for detail in line.details {
      out.append(UInt8(ascii: " "))
      appendEscaped(detail.key.utf8, to: &out)
      out.append(UInt8(ascii: "="))
      appendValue(detail.value, to: &out)
    }
    if let id = line.requestID {
      out += Array(" request=".utf8)
      appendValue(id, to: &out)
    }
    return out
  }

  /// A value as it is when it is one plain word, else in quotes.
  private static func appendValue(_ value: GoString, to out: inout [UInt8]) {
    let isPlain =
      !value.isEmpty
      && value.bytes.allSatisfy {
        $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "\\")
      }
    if isPlain {
      appendEscaped(value.bytes, to: &out)
    } else {
      out.append(UInt8(ascii: "\""))
      appendEscaped(value.bytes, quoted: true, to: &out)
      out.append(UInt8(ascii: "\""))
    }
  }

  /// Control characters and bytes that are no UTF-8 as `\n`, `\x1b`: a line stays one line, and a terminal is not spoken to.
  private static func appendEscaped(_ bytes: some Collection<UInt8>, quoted: Bool = false, to out: inout [UInt8]) {
    // Most are plain.
    if bytes.allSatisfy({ 0x20..<0x7F ~= $0 && !(quoted && ($0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\"))) }) {
      out.append(contentsOf: bytes)
      return
    }
    let hex = Array("0123456789abcdef".utf8)
    func show(_ byte: UInt8) {
      out += [UInt8(ascii: "\\"), UInt8(ascii: "x"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      for byte in bytes {
        if quoted, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { out.append(UInt8(ascii: "\\")) }
        if 0x20..<0x7F ~= byte { out.append(byte) } else { show(byte) }
      }
      return
    }
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": out += Array("\\n".utf8)
      case "\r": out += Array("\\r".utf8)
      case "\t": out += Array("\\t".utf8)
      case "\"", "\\":
        if quoted { out.append(UInt8(ascii: "\\")) }
        out.append(UInt8(scalar.value))
      case "\u{0}"..<" ", "\u{7F}"..."\u{9F}": for byte in String(scalar).utf8 { show(byte) }
      default: out += Array(String(scalar).utf8)
      }
    }
  }

  static func json(_ line: LogLine, _ time: timespec) -> [UInt8] {
    var out = Array("{\"time\":\"\(timestamp(time))\",\"level\":\"\(line.level)\",\"message\":".utf8)
    appendJSON(line.message, to: &out)
    if let id = line.requestID {
      out += Array(",\"request_id\":".utf8)
      appendJSON(id.text, to: &out)
    }
    if !line.details.isEmpty {
      out += Array(",\"details\":{".utf8)
      for (index, detail) in line.details.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        appendJSON(detail.key, to: &out)
        out.append(UInt8(ascii: ":"))
        appendJSON(detail.value.text, to: &out)
      }
      out.append(UInt8(ascii: "}"))
    }
    out.append(UInt8(ascii: "}"))
    return out
  }

  private static func appendJSON(_ text: String, to out: inout [UInt8]) {
    let hex = Array("0123456789abcdef".utf8)
    out.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "\n"): out += Array("\\n".utf8)
      case 0x00..<0x20, 0x7F: out += Array("\\u00".utf8) + [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
      default: out.append(byte)
      }
    }
    out.append(UInt8(ascii: "\""))
  }
}
