import GoWire
import NodeProtocol
import TestSupport
import Testing

/// The repository's recordings and vectors.
enum Recordings {
  static let programs = ["cloudreve-4.0.0", "cloudreve-4.14.0"]

  /// A JSON file below `Fixtures/`.
  static func json(_ path: String) -> JSONValue {
    do {
      return try GoJSON.parse(try Repository.bytes("Fixtures/\(path)"))
    } catch {
      fatalError("\(path): \(error)")
    }
  }

  /// The recorded cases of some groups of one role, of both versions.
  static func cases(_ role: Role, _ groups: [String]) -> [RecordedCase] {
    programs.flatMap { program in
      groups.flatMap { group -> [RecordedCase] in
        let file = json("recorded/\(program)/\(role == .slave ? "slave" : "master")/\(group).json")
        return (file["cases"]?.array ?? []).map { RecordedCase(program: program, file: file, value: $0) }
      }
    }
  }

  static func bytes(hex: String) -> [UInt8] {
    let digits = Array(hex.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16)
    }
  }
}

/// A recorded case, shown by its program and id.
struct RecordedCase: Sendable, CustomTestStringConvertible {
  let program: String
  let id: String
  let secret: GoString
  let exchanges: [RecordedExchange]

  init(program: String, file: JSONValue, value: JSONValue) {
    self.program = program
    id = value["id"]?.text ?? ""
    secret = file["secret"]?.string ?? ""
    exchanges = (value["exchanges"]?.array ?? []).compactMap { RecordedExchange($0) }
  }

  var testDescription: String { "\(program) \(id)" }
  var profile: Profile { program == "cloudreve-4.0.0" ? .cloudreve40 : .cloudreve414 }
}

/// A request and its answer; raw exchanges and pauses are left out.
struct RecordedExchange: Sendable {
  let method: GoString
  let target: GoString
  let headers: [HeaderField]
  let body: [UInt8]
  let status: Int
  let answerHeaders: [HeaderField]
  /// Nil when only its hash was recorded.
  let answer: [UInt8]?

  init?(_ value: JSONValue) {
    guard let request = value["request"], let response = value["response"] else { return nil }
    method = request["method"]?.string ?? ""
    target = request["target"]?.string ?? ""
    headers = Self.headers(request["headers"])
    body = Self.body(request["body"]) ?? []
    status = response["status"]?.int ?? 0
    answerHeaders = Self.headers(response["headers"])
    answer = Self.body(response["body"])
  }

  private static func headers(_ value: JSONValue?) -> [HeaderField] {
    (value?.array ?? []).map { HeaderField($0[0]?.string ?? "", $0[1]?.string ?? "") }
  }

  private static func body(_ value: JSONValue?) -> [UInt8]? {
    if let text = value?["text"]?.string { return text.bytes }
    if let text = value?["base64"]?.string { return try? Base64.standard.decode(text) }
    return nil
  }

  /// The answer as text.
  var answerText: String { String(decoding: answer ?? [], as: UTF8.self) }

  func answerHeader(_ name: GoString) -> GoString? {
    answerHeaders.first { $0.name.equalsIgnoringASCIICase(name) }?.value
  }
}
