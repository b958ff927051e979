import GoWire

/// Reads `Transfer-Encoding: chunked` as strictly as RFC 9112 and Go do: pure, no input can trap it.
///
/// Every line ends in CRLF and nothing else; sizes are hexadecimal digits alone; extensions are dropped, but a sender that
/// wraps little data in much of them is refused, as are lines and trailers beyond 4 KiB. Trailers are dropped.
public struct HTTPChunkedDecoder: Sendable {
  /// What is wrong with the coding.
  public struct Malformed: Error, Hashable, Sendable {
    public var text: String
  }

  private enum State: Hashable {
    /// Inside the line that tells a chunk's size.
    case size
    /// Inside a chunk: so many bytes are missing.
    case data(UInt64)
    /// After a chunk's data: so many bytes of its CRLF were seen.
    case dataEnd(Int)
    /// Inside the lines after the last chunk.
    case trailer
    case complete
  }

  private static let longestLine = 4_096
  private static let mostExcess: Int64 = 16_384

  private var state = State.size
  private var line: [UInt8] = []
  private var trailerLength = 0
  private var excess: Int64 = 0

  public init() {}

  /// Whether the last chunk and the empty line after it were read.
  public var isComplete: Bool { state == .complete }

  /// Takes coded bytes and gives the data in them. Stops at the end of the body: `taken` tells how many bytes belonged to it.
  public mutating func read(_ coded: ArraySlice<UInt8>) throws(Malformed) -> (data: [UInt8], taken: Int) {
    var data: [UInt8] = []
    var index = coded.startIndex
    while index < coded.endIndex, state != .complete {
      switch state {
      case .data(let missing):
        let piece = Int(min(missing, UInt64(coded.endIndex - index)))
        data.append(contentsOf: coded[index..<(index + piece)])
        index += piece
        state = missing == UInt64(piece) ? .dataEnd(0) : .data(missing - UInt64(piece))
      case .dataEnd(let seen):
        guard coded[index] == (seen == 0 ? UInt8(ascii: "\r") : UInt8(ascii: "\n")) else {
          throw Malformed(text: "malformed chunked encoding")
        }
        index += 1
        state = seen == 0 ? .dataEnd(1) : .size
      case .size, .trailer:
        line.append(coded[index])
        index += 1
        if line.last == UInt8(ascii: "\n") { try endLine() }
        if line.count > Self.longestLine { throw Malformed(text: "header line too long") }
      case .complete:
        break
      }
    }
    return (data, index - coded.startIndex)
  }

  private mutating func endLine() throws(Malformed) {
    guard line.count >= 2, line[line.count - 2] == UInt8(ascii: "\r") else {
      throw Malformed(text: "chunked line ends with bare LF")
    }
    line.removeLast(2)
    guard !line.contains(UInt8(ascii: "\r")) else { throw Malformed(text: "invalid CR in chunked line") }
    defer { line.removeAll(keepingCapacity: true) }
    if state == .trailer {
      trailerLength += line.count + 2
      guard trailerLength <= Self.longestLine else {
        throw Malformed(text: "http: suspiciously long trailer after chunked body")
      }
      if line.isEmpty {
        state = .complete
      } else {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0,
          line[..<colon].allSatisfy(HTTPRequestParser.isTokenByte)
        else { throw Malformed(text: "malformed trailer") }
      }
      return
    }
    let size = try chunkSize()
    excess += Int64(line.count) + 2
    excess -= 16 + (size > UInt64(Int64.max / 4) ? Int64.max / 2 : 2 * Int64(size))
    excess = max(excess, 0)
    guard excess <= Self.mostExcess else { throw Malformed(text: "chunked encoding contains too much non-data") }
    state = size == 0 ? .trailer : .data(size)
  }

  private func chunkSize() throws(Malformed) -> UInt64 {
    var digits = line.prefix { $0 != UInt8(ascii: ";") }
    while let last = digits.last, last == 0x20 || last == 0x09 { digits.removeLast() }
    guard !digits.isEmpty else { throw Malformed(text: "empty hex number for chunk length") }
    guard digits.count <= 16 else { throw Malformed(text: "http chunk length too large") }
    var size: UInt64 = 0
    for digit in digits {
      let value: UInt8
      switch digit {
      case 0x30...0x39: value = digit - 0x30
      case 0x41...0x46: value = digit - 0x41 + 10
      case 0x61...0x66: value = digit - 0x61 + 10
      default: throw Malformed(text: "invalid byte in chunk length")
      }
      size = size << 4 | UInt64(value)
    }
    return size
  }
}
