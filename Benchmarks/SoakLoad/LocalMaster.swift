import Foundation
import GoWire
import NodeProtocol

/// As much of a master as the slave calls: it tells its version, and takes callbacks whose signature is good, each once.
///
/// Unchecked sendable: what changes is guarded by the lock.
final class LocalMaster: @unchecked Sendable {
  static let version = "4.14.0"
  static let nodeKey: GoString = "the key of the node that the soak's master knows"

  let port: UInt16
  private let listener: Int32
  private let lock = NSLock()
  private var called: Set<String> = []
  private var faults: [String] = []
  private var open = 0
  private let check = SignatureCheck(key: SigningKey(nodeKey), profile: .documented)

  init() throws {
    (listener, port) = try Loopback.listen()
    Thread { [self] in
      while true {
        let accepted = accept(listener, nil, nil)
        if accepted < 0 { return }
        let connection = Connection(accepted: accepted)
        Thread { [self] in serve(connection) }.start()
      }
    }.start()
  }

  /// Whether the callback of a session came; forgets it.
  func wasCalled(_ session: String) -> Bool { lock.withLock { called.remove(session) != nil } }

  /// How many connections the slave keeps to it.
  var connections: Int { lock.withLock { open } }

  /// What the slave did wrong.
  func takeFaults() -> [String] {
    lock.withLock {
      defer { faults = [] }
      return faults
    }
  }

  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  private func serve(_ connection: Connection) {
    lock.withLock { open += 1 }
    defer { lock.withLock { open -= 1 } }
    // A peer that goes away between two requests is no fault.
    while let head = try? connection.receiveHead() {
      let length = Connection.field("content-length", of: head).flatMap { Int($0) } ?? 0
      guard let body = try? connection.receive(count: length) else { return }
      let text = answer(head, body)
      let bytes = Array(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)".utf8)
      guard (try? connection.send(bytes)) != nil else { return }
    }
  }

  private func answer(_ head: String, _ body: [UInt8]) -> String {
    let words = head.components(separatedBy: "\r\n")[0].components(separatedBy: " ")
    guard words.count == 3, let target = RequestTarget(GoString(words[1])) else { return fault("no request: \(head)") }
    if words[0] == "GET", target.path == "/api/v4/site/ping" {
      return #"{"code":0,"data":"\#(LocalMaster.version)","msg":""}"#
    }
    let headers = head.components(separatedBy: "\r\n").dropFirst().compactMap { line -> HeaderField? in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      return HeaderField(
        GoString(String(line[..<colon])),
        GoString(line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)))
    }
    let refusal = check.verify(
      method: GoString(words[0]), target: target, headers: headers, body: body, now: Int64(time(nil)))
    let parts = target.path.text.split(separator: "/").map(String.init)
    guard refusal == nil, words[0] == "POST", parts.count == 6, parts.starts(with: ["api", "v4", "callback", "remote"])
    else { return fault("\(words[0]) \(words[1]): \(refusal?.message.text ?? "nothing is there")") }
    guard lock.withLock({ called.insert(parts[4]).inserted }) else { return fault("\(parts[4]) was called twice") }
    return #"{"code":0,"msg":""}"#
  }

  private func fault(_ text: String) -> String {
    lock.withLock { faults.append("the master was asked wrongly: \(text)") }
    return #"{"code":404,"msg":"not here"}"#
  }
}
