import GoWire
import ReferenceNode

/// What a fault makes of bytes that pass a middle box.
struct BodyEditor {
  private let fault: Fault?
  private let link: NetworkLink
  private var passed: Int64 = 0
  private var isEdited = false
  private(set) var isCut = false

  init(_ fault: Fault?, _ link: NetworkLink) {
    self.fault = fault
    self.link = link
  }

  var isEndless: Bool { fault?.kind == .endless }

  /// How the end of the body is told now.
  func framing(_ framing: AnswerParser.Framing) -> AnswerParser.Framing {
    switch fault?.kind {
    case .unlength, .endless: .chunked
    case .bodyCut where fault?.parameters.variant == "rewritten": .length(fault?.parameters.bytes ?? 0)
    default: framing
    }
  }

  /// Hands a piece on; false when no more is to follow.
  mutating func send(_ piece: ArraySlice<UInt8>, _ framing: AnswerParser.Framing, _ stream: NetworkStream) async -> Bool
  {
    var piece = piece
    if let fault {
      switch fault.kind {
      case .bodyCut:
        let left = (fault.parameters.bytes ?? 0) - passed
        if Int64(piece.count) >= left {
          piece = piece.prefix(Int(max(0, left)))
          isCut = true
        }
      case .flip, .fuzz:
        if !isEdited { piece = edited(piece)[...] }
      default:
        break
      }
    }
    passed += Int64(piece.count)
    if !piece.isEmpty {
      let bytes = framing == .chunked ? Self.chunk(piece) : piece
      guard await stream.send(bytes) else { return false }
    }
    // Where the length was rewritten, the rest is read and dropped.
    return !isCut || fault?.parameters.variant == "rewritten"
  }

  private static func chunk(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    (Array((String(bytes.count, radix: 16) + "\r\n").utf8) + bytes + [0x0D, 0x0A])[...]
  }

  /// Bytes with bits flipped or bytes exchanged, drawn from the seed.
  mutating func edited(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var bytes = Array(bytes)
    guard !bytes.isEmpty else { return bytes }
    isEdited = true
    for _ in 0..<max(1, fault?.parameters.number ?? 1) {
      let place = link.draw(below: bytes.count)
      if fault?.kind == .fuzz {
        bytes[place] = UInt8(link.draw(below: 256))
      } else {
        bytes[place] ^= 1 << UInt8(link.draw(below: 8))
      }
    }
    return bytes
  }

  // MARK: What never ends

  /// Bytes a second of what never ends.
  private var rate: Int64 { fault?.parameters.rate ?? 1 << 20 }

  mutating func endless(_ stream: NetworkStream, _ network: SimulatedNetwork) async {
    await repeats(Array(Self.chunk([UInt8](repeating: 0x20, count: 16_384)[...])), stream, network)
  }

  mutating func endlessFields(_ stream: NetworkStream, _ network: SimulatedNetwork) async {
    await repeats(Array("X-Endless: \(String(repeating: "x", count: 1_000))\r\n".utf8), stream, network)
  }

  mutating func endlessInterims(_ stream: NetworkStream, _ network: SimulatedNetwork) async {
    await repeats(Array("HTTP/1.1 103 Early Hints\r\n\r\n".utf8), stream, network)
  }

  private func repeats(_ bytes: [UInt8], _ stream: NetworkStream, _ network: SimulatedNetwork) async {
    let kernel = network.kernel
    let pause = Span(nanoseconds: max(1, Int64(bytes.count) * 1_000_000_000 / max(1, rate)))
    while !stream.isClosed, stream.input.ending == nil, await stream.send(bytes) {
      guard await kernel.sleep(until: kernel.uptime + pause) else { return }
    }
  }
}

extension SimulatedNetwork {
  /// A connection from a middle box to the server behind it: no distance, no faults. Nil when nobody listens.
  func inside(_ server: NetworkHost, port: UInt16, for outer: NetworkConnection) -> NetworkStream? {
    guard let listener = server.listeners[port] else { return nil }
    let connection = NetworkConnection(
      self, number: nextConnection(), client: server, server: server,
      clientAddress: server.address + GoString(":\(server.takePort())"),
      serverAddress: outer.serverAddress, hasFaults: false, hasBox: false)
    connection.tag = outer.tag
    add(connection)
    listener.accept(NetworkStream(connection, isClient: false))
    return NetworkStream(connection, isClient: true)
  }

  /// An answer that was kept not longer ago than `span`.
  func cached(_ target: GoString, of server: NetworkHost, for span: Span) -> [UInt8]? {
    caches = true
    guard let kept = cache[server.name]?[target], kernel.uptime - kept.at <= span else { return nil }
    return kept.bytes
  }

  func keep(_ bytes: [UInt8], for target: GoString, of server: NetworkHost) {
    cache[server.name, default: [:]][target] = (bytes, kernel.uptime)
  }
}
