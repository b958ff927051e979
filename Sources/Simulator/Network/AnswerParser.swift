import GoWire
import ReferenceNode

/// Reads the head of an answer as Go's client does: pure, no input can trap it.
struct AnswerParser {
  struct Head {
    var status: Int
    var fields: HTTPFields
    var framing: Framing
    /// Whether the connection can carry another exchange after it.
    var keepsAlive: Bool
  }

  enum Framing: Hashable {
    case none
    case length(Int64)
    case chunked
    case untilEnd
  }

  enum Outcome {
    case incomplete
    case head(Head)
    /// Go's words, without what stands before them.
    case broken(GoString)
  }

  /// Bytes of a head that Go's client reads at most.
  static let longestHead = 10 << 20
  private static let mostInterim = 5

  private let method: GoString
  private(set) var bytes: [UInt8] = []
  private var scanned = 0
  private var lineStart = 0
  private var headStart = 0
  private var lines: [Range<Int>] = []
  private var interims = 0
  private var total = 0

  init(method: GoString) {
    self.method = method
  }

  /// What was read beyond the head.
  var rest: ArraySlice<UInt8> { bytes[scanned...] }

  /// Whether anything of a head has come.
  var hasBegun: Bool { bytes.count > headStart || interims > 0 }

  mutating func read(_ more: ArraySlice<UInt8>) -> Outcome {
    bytes += more
    while scanned < bytes.count {
      guard let feed = bytes[scanned...].firstIndex(of: 0x0A) else {
        scanned = bytes.count
        break
      }
      scanned = feed + 1
      let end = feed > lineStart && bytes[feed - 1] == 0x0D ? feed - 1 : feed
      let line = lineStart..<end
      lineStart = scanned
      if lines.isEmpty || !line.isEmpty {
        lines.append(line)
        // The first line is judged at once: it may be no HTTP at all.
        if lines.count == 1, !isPlainStatusLine(line),
          let text = GoTransportText.broken(Array(bytes[headStart..<scanned]), hasEnded: false)
        {
          return .broken(text)
        }
        continue
      }
      switch head() {
      case .head(let head) where 100...199 ~= head.status && head.status != 101:
        interims += 1
        if interims > Self.mostInterim {
          return .broken(
            "net/http: HTTP/1.x transport connection broken: net/http: too many 1xx informational responses")
        }
        lines = []
        headStart = scanned
      case let outcome:
        return outcome
      }
    }
    if bytes.count - headStart > Self.longestHead {
      return .broken("net/http: server response headers exceeded \(Self.longestHead) bytes; aborted")
    }
    return .incomplete
  }

  /// What Go says when the connection ends here; nil when nothing has come.
  func ended() -> GoString? {
    guard bytes.count > headStart else { return nil }
    return GoTransportText.broken(Array(bytes[headStart...]), hasEnded: true)
  }

  /// Whether a line is sound at first sight, as nearly all are.
  private func isPlainStatusLine(_ line: Range<Int>) -> Bool {
    let text = bytes[line]
    return text.count >= 13 && text.starts(with: "HTTP/1.1 ".utf8)
      && text[(line.lowerBound + 9)..<(line.lowerBound + 12)].allSatisfy { 0x30...0x39 ~= $0 }
      && text[line.lowerBound + 12] == 0x20
  }

  private func isPlainField(_ line: Range<Int>) -> Bool {
    let text = bytes[line]
    guard let colon = text.firstIndex(of: 0x3A), colon > line.lowerBound else { return false }
    // Lengths are looked at more closely.
    return text[..<colon].allSatisfy(HTTPRequestParser.isTokenByte)
      && (colon - line.lowerBound != 14 || text[(colon + 1)...].allSatisfy { $0 == 0x20 || 0x30...0x39 ~= $0 })
  }

  private mutating func head() -> Outcome {
    if !lines.dropFirst().allSatisfy(isPlainField),
      let text = GoTransportText.broken(Array(bytes[headStart..<scanned]), hasEnded: false)
    {
      return .broken(text)
    }
    let first = bytes[lines[0]]
    let status = first.drop { $0 != 0x20 }.drop { $0 == 0x20 }.prefix(3).reduce(0) { $0 * 10 + Int($1) - 0x30 }
    let isOld = first.starts(with: "HTTP/1.0".utf8)
    var fields = HTTPFields()
    fields.fields.reserveCapacity(lines.count - 1)
    for range in lines.dropFirst() {
      let line = bytes[range]
      guard let colon = line.firstIndex(of: 0x3A) else { continue }
      var value = line[(colon + 1)...]
      while let first = value.first, first == 0x20 || first == 0x09 { value = value.dropFirst() }
      while let last = value.last, last == 0x20 || last == 0x09 { value = value.dropLast() }
      fields.add(GoString(Array(line[..<colon])), GoString(Array(value)))
    }
    let connection = fields.first("Connection")
    let closes = connection?.equalsIgnoringASCIICase("close") ?? isOld
    var framing = Framing.untilEnd
    if method == "HEAD" || status == 204 || status == 304 || 100...199 ~= status {
      framing = .none
    } else if let coding = fields.first("Transfer-Encoding") {
      guard coding.equalsIgnoringASCIICase("chunked") else {
        return .broken(
          "net/http: HTTP/1.x transport connection broken: unsupported transfer encoding: "
            + GoTransportText.quoted(coding))
      }
      framing = .chunked
    } else if let length = fields.first("Content-Length") {
      guard let count = Int64(length.text), count >= 0 else {
        return .broken(
          "net/http: HTTP/1.x transport connection broken: bad Content-Length " + GoTransportText.quoted(length))
      }
      framing = count == 0 ? .none : .length(count)
    }
    return .head(Head(status: status, fields: fields, framing: framing, keepsAlive: !closes && framing != .untilEnd))
  }
}
