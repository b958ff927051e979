import GoWire
import TestSupport

@testable import NodeProtocol

/// Requests as the slave's master signs them.
struct SignedRequests: Sendable {
  private let check = SignatureCheck(key: SigningKey(GoString(HostileSlave.secret)), profile: .documented)

  /// The bytes of a request whose end closes the connection or keeps it.
  func bytes(_ method: GoString, _ target: GoString, _ body: [UInt8] = [], keepsAlive: Bool = false) -> [UInt8] {
    var request = HostileRequest(
      method: method, target: target, headers: [("Host", "node")], body: body)
    if !keepsAlive { request.set("Connection", "close") }
    if !body.isEmpty || RequestContent.isSignedInHeader(method: method) {
      request.set("Content-Length", GoString("\(body.count)"))
    }
    request.sign(with: check)
    return request.bytes
  }

  func createSession(
    _ id: String, _ path: GoString, size: Int, chunkSize: Int = 0, overwrites: Bool = false, keepsAlive: Bool = false
  ) -> [UInt8] {
    let settings: [JSONMember] = [JSONMember("chunk_size", .number(GoString("\(chunkSize)")))]
    let props: [JSONMember] = [
      JSONMember("Size", .number(GoString("\(size)"))), JSONMember("UploadSessionID", .string(GoString(id))),
      JSONMember("SavePath", .string(path)), JSONMember("ExpireAt", .string("2099-01-01T00:00:00Z")),
    ]
    let session: [JSONMember] = [
      JSONMember("Policy", .object([JSONMember("settings", .object(settings))])), JSONMember("Props", .object(props)),
    ]
    let message: JSONValue = .object([
      JSONMember("session", .object(session)), JSONMember("overwrite", .bool(overwrites)),
    ])
    return bytes("PUT", "/api/v4/slave/upload", GoJSON.write(message), keepsAlive: keepsAlive)
  }

  func chunk(_ id: String, _ index: Int, _ body: [UInt8], keepsAlive: Bool = false) -> [UInt8] {
    bytes("POST", "/api/v4/slave/upload/\(GoString(id))?chunk=\(GoString("\(index)"))", body, keepsAlive: keepsAlive)
  }

  func list(_ path: GoString, isRecursive: Bool = true) -> [UInt8] {
    bytes("GET", "/api/v4/slave/file/list?recursive=\(isRecursive ? "true" : "false")&path=" + path.queryEscaped)
  }

  func delete(_ files: [GoString]) -> [UInt8] {
    bytes(
      "DELETE", "/api/v4/slave/file",
      GoJSON.write(.object([JSONMember("files", .array(files.map { .string($0) }))])))
  }

  func cleanUp(_ path: GoString) -> [UInt8] {
    bytes(
      "POST", "/api/v4/slave/task/cleanup",
      GoJSON.write(.object([JSONMember("path", .array([.string(path)]))])))
  }

  /// What is below a folder, by an answer to `list`.
  static func listed(_ answer: WireAnswer) throws -> [PhysicalObject] {
    guard let data = answer.member("data") as? String else {
      throw Child.Trouble(description: "no list: \(answer.text)")
    }
    let value = try Gob.decode(try Base64.standard.decode(GoString(data)), as: .slice(PhysicalObject.type))
    return (value.list ?? []).map { PhysicalObject($0) }
  }
}
