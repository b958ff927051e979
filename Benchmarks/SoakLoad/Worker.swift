import Foundation
import GoWire
import NodeProtocol

/// One client: does one thing after the other, chosen by its own generator, and says what was not as it should be.
final class Worker {
  /// What a client does, and how often of a hundred.
  enum Operation: String, CaseIterable {
    case ping, upload, content, list, delete, unknownTask, badRequest, abort, abandon

    var weight: Int {
      switch self {
      case .ping: 8
      case .upload: 14
      case .content: 26
      case .list: 8
      case .delete: 6
      case .unknownTask: 12
      case .badRequest: 12
      case .abort: 10
      case .abandon: 4
      }
    }
  }

  /// Files that are there all the time: name and size.
  static let files = (0..<12).map { ("fixed/f\($0).bin", [0, 1, 700, 4096, 65_536, 300_000][$0 % 6] + $0) }
  /// The byte at a place of the file or upload with this number.
  static func byte(_ number: Int, _ offset: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: offset &* 31 ^ offset >> 8 ^ number &* 7)
  }
  static func bytes(_ number: Int, _ range: Range<Int>) -> [UInt8] { range.map { byte(number, $0) } }

  private let number: Int
  private let port: UInt16
  private let master: LocalMaster
  private let check: SignatureCheck
  private var generator: Generator
  private var connection: Connection?
  private var uploads = 0

  init(number: Int, port: UInt16, master: LocalMaster, secret: GoString, seed: UInt64) {
    self.number = number
    self.port = port
    self.master = master
    check = SignatureCheck(key: SigningKey(secret), profile: .documented)
    generator = Generator(state: seed &+ UInt64(number) &* 0x9E37_79B9_7F4A_7C15)
  }

  func next() -> Operation {
    var choice = generator.next(Operation.allCases.reduce(0) { $0 + $1.weight })
    for operation in Operation.allCases {
      choice -= operation.weight
      if choice < 0 { return operation }
    }
    return .ping
  }

  func run(_ operation: Operation) throws {
    do {
      switch operation {
      case .ping: try ping()
      case .upload: try upload()
      case .content: try content()
      case .list: try list()
      case .delete: try expect(#"{"code":0,"data":"","msg":""}"#, try delete(["fixed/none-\(generator.next(1000))"]))
      case .unknownTask: try expectCode(404, try send("GET", "/api/v4/slave/task/4000000"))
      case .badRequest: try badRequest()
      case .abort: try abort()
      case .abandon: try abandon()
      }
    } catch {
      connection = nil
      throw error
    }
  }

  /// A pause between two operations: up to `milliseconds`.
  func pause(upTo milliseconds: Int) { usleep(UInt32(generator.next(milliseconds + 1)) * 1000) }

  // MARK: Requests

  /// The bytes of a signed request.
  private func request(_ method: String, _ target: String, _ fields: [String] = [], body: [UInt8] = []) throws
    -> [UInt8]
  {
    guard let parsed = RequestTarget(GoString(target)) else { throw SoakError("no target: \(target)") }
    var line = target
    var fields = fields
    if RequestContent.isSignedInHeader(method: GoString(method)) {
      let value = check.authorization(
        method: GoString(method), path: parsed.path, headers: [], body: body, expires: 0)
      fields += ["Authorization: \(value)", "Content-Length: \(body.count)"]
    } else {
      let sign = check.querySignature(path: parsed.path, expires: 0).queryEscaped
      line += (target.contains("?") ? "&sign=" : "?sign=") + sign.text
      if !body.isEmpty { fields.append("Content-Length: \(body.count)") }
    }
    let head = ["\(method) \(line) HTTP/1.1", "Host: node"] + fields
    return Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
  }

  /// Sends a signed request on the kept connection and reads its answer.
  private func send(_ method: String, _ target: String, _ fields: [String] = [], body: [UInt8] = []) throws -> Answer {
    try exchange(try request(method, target, fields, body: body))
  }

  private func exchange(_ bytes: [UInt8]) throws -> Answer {
    let connection = try self.connection ?? Connection(port: port)
    self.connection = nil
    try connection.send(bytes)
    let answer = try connection.receiveAnswer()
    let closes = Connection.field("connection", of: answer.head)?.lowercased() == "close"
    // Now and then a connection is not kept.
    if !closes, generator.next(50) > 0 { self.connection = connection }
    return answer
  }

  private func expect(_ text: String, _ answer: Answer) throws {
    guard answer.status == 200, answer.text == text else {
      throw SoakError("\(answer.status) \(answer.text.prefix(200)) instead of \(text)")
    }
  }

  private func expectCode(_ code: Int, _ answer: Answer) throws {
    guard answer.status == 200, answer.text.hasPrefix(#"{"code":\#(code),"#) else {
      throw SoakError("\(answer.status) \(answer.text.prefix(200)) instead of code \(code)")
    }
  }

  private static let success = #"{"code":0,"msg":""}"#

  // MARK: Operations

  private func ping() throws {
    let body = Array(#"{"callback":"http://127.0.0.1:\#(master.port)"}"#.utf8)
    try expect(Worker.success, try send("POST", "/api/v4/slave/ping", body: body))
  }

  private func contentTarget(_ path: String, speed: Int = 0) -> String {
    "/api/v4/slave/file/content/1/\(Base64.url.encode(Array(path.utf8)))/\(speed)/\((path as NSString).lastPathComponent)"
  }

  private func content() throws {
    let index = generator.next(Worker.files.count)
    let (path, size) = Worker.files[index]
    let target = contentTarget("data/" + path)
    guard size > 2, generator.next(4) > 0 else {
      let answer = try send("GET", target)
      guard answer.status == 200, answer.body == Worker.bytes(index, 0..<size) else {
        throw SoakError("\(path) is not what it was: \(answer.status), \(answer.body.count) bytes")
      }
      return
    }
    let start = generator.next(size)
    let end = start + generator.next(size - start)
    if generator.next(4) == 0 {
      let answer = try send("GET", target, ["Range: bytes=0-0,\(start)-\(end),-1"])
      guard answer.status == 206 || answer.status == 200 else { throw SoakError("three ranges: \(answer.status)") }
      return
    }
    let answer = try send("GET", target, ["Range: bytes=\(start)-\(end)"])
    guard answer.status == 206, answer.body == Worker.bytes(index, start..<(end + 1)) else {
      throw SoakError("bytes \(start)-\(end) of \(path): \(answer.status), \(answer.body.count) bytes")
    }
  }

  private func list() throws {
    let isRecursive = generator.next(2) == 0
    try expectCode(0, try send("GET", "/api/v4/slave/file/list?path=data/fixed&recursive=\(isRecursive)"))
  }

  private func delete(_ files: [String]) throws -> Answer {
    let list = files.map { "\"data/\($0)\"" }.joined(separator: ",")
    return try send("DELETE", "/api/v4/slave/file", body: Array(#"{"files":[\#(list)]}"#.utf8))
  }

  /// Makes a session for a new file; its id and the path below the data folder.
  private func open(size: Int, chunkSize: Int, calls: Bool) throws -> (id: String, path: String) {
    uploads += 1
    let id = "soak-\(number)-\(uploads)"
    let path = "up/\(number)/\(uploads % 7)/\(id).bin"
    let callback = calls ? "http://127.0.0.1:\(master.port)/api/v4/callback/remote/\(id)/key" : ""
    let body = """
      {"session":{"Policy":{"id":2,"type":"remote","settings":{"chunk_size":\(chunkSize),"pre_allocate":\(generator.next(2) == 0)},\
      "edges":{"node":{"slave_key":"\(LocalMaster.nodeKey)"}}},"Callback":"\(callback)","Props":{"Size":\(size),\
      "UploadSessionID":"\(id)","SavePath":"data/\(path)","ExpireAt":"2099-01-01T00:00:00Z"}},"overwrite":false}
      """
    try expect(Worker.success, try send("PUT", "/api/v4/slave/upload", body: Array(body.utf8)))
    return (id, path)
  }

  /// The bytes of a chunk's request; what it carries is in no signature.
  private func chunk(_ id: String, _ index: Int, _ bytes: [UInt8]) throws -> [UInt8] {
    let path: GoString = "/api/v4/slave/upload/" + GoString(id)
    let value = check.authorization(method: "POST", path: path, headers: [], body: [], expires: 0)
    return Array(
      "POST \(path)?chunk=\(index) HTTP/1.1\r\nHost: node\r\nAuthorization: \(value)\r\nContent-Length: \(bytes.count)\r\n\r\n"
        .utf8) + bytes
  }

  private func upload() throws {
    let chunkSize = 1 + generator.next(150_000)
    let size = generator.next(5) == 0 ? chunkSize : generator.next(4 * chunkSize)
    let session = try open(size: size, chunkSize: chunkSize, calls: true)
    let bytes = Worker.bytes(uploads, 0..<size)
    for index in 0..<max(1, (size + chunkSize - 1) / chunkSize) {
      let piece = Array(bytes[(index * chunkSize)..<min(size, (index + 1) * chunkSize)])
      try expect(Worker.success, try exchange(try chunk(session.id, index, piece)))
    }
    guard master.wasCalled(session.id) else { throw SoakError("the master was not called for \(session.id)") }
    let answer = try send("GET", contentTarget("data/" + session.path))
    guard answer.status == 200, answer.body == bytes else {
      throw SoakError("\(session.id) reads \(answer.body.count) of \(size) bytes, or others")
    }
    try expect(#"{"code":0,"data":"","msg":""}"#, try delete([session.path]))
    try expectCode(40011, try exchange(try chunk(session.id, 0, [1])))
  }

  /// An upload that is given up half way, its session deleted.
  private func abandon() throws {
    let session = try open(size: 300_000, chunkSize: 100_000, calls: false)
    try expect(Worker.success, try exchange(try chunk(session.id, 0, Worker.bytes(1, 0..<100_000))))
    let half = try Connection(port: port)
    try half.send(Array(try chunk(session.id, 1, Worker.bytes(1, 0..<100_000)).dropLast(generator.next(100_000) + 1)))
    if generator.next(2) == 0 { half.reset() }
    try expect(Worker.success, try send("DELETE", "/api/v4/slave/upload/\(session.id)"))
  }

  /// A client that goes away: inside a head, inside a body, or before it has read its answer.
  private func abort() throws {
    let connection = try Connection(port: port)
    let (path, _) = Worker.files[generator.next(Worker.files.count)]
    let bytes =
      switch generator.next(4) {
      case 0: try request("POST", "/api/v4/slave/ping", body: Array(#"{"callback":"http://127.0.0.1:1"}"#.utf8))
      case 1: try request("GET", contentTarget("data/" + path))
      case 2: try request("GET", contentTarget("data/" + path, speed: 2000))
      default: try chunk("no-session", 0, Worker.bytes(0, 0..<50_000))
      }
    try connection.send(generator.next(2) == 0 ? bytes : Array(bytes.prefix(generator.next(bytes.count) + 1)))
    if generator.next(3) == 0 { usleep(UInt32(generator.next(20_000))) }
    if generator.next(2) == 0 { connection.reset() } else { connection.close() }
  }

  private func badRequest() throws {
    switch generator.next(6) {
    case 0: try expectCode(403, try exchange(Array("GET /api/v4/slave/task/1 HTTP/1.1\r\nHost: node\r\n\r\n".utf8)))
    case 1: try expectCode(40001, try send("POST", "/api/v4/slave/ping", body: Array("{\"callback\":".utf8)))
    case 2: try expectCode(403, try send("GET", "/api/v4/slave/file/list?path=/etc"))
    case 3:
      let answer = try exchange(Array("GET /api/v4/none HTTP/1.1\r\nHost: node\r\n\r\n".utf8))
      guard answer.status == 404 else { throw SoakError("\(answer.status) for no route") }
    case 4:
      let answer = try exchange(Array("GET / HTTP/1.1\r\nHost : node\r\n\r\n".utf8))
      guard answer.status == 400 else { throw SoakError("\(answer.status) for a blank in a header's name") }
    default:
      // What is no request may be answered or cut off.
      let garbage = (0..<(1 + generator.next(400))).map { _ in UInt8(truncatingIfNeeded: generator.next(256)) }
      let connection = try Connection(port: port)
      try connection.send(garbage + Array("\r\n\r\n".utf8))
      let answer = try? connection.receiveAnswer()
      if let answer, answer.status < 400 || answer.status > 505 { throw SoakError("\(answer.status) for garbage") }
    }
  }
}

/// SplitMix64.
struct Generator {
  var state: UInt64

  /// Below `bound`, which is positive.
  mutating func next(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ z >> 31) % UInt64(bound))
  }
}
