import GoWire
import NodeProtocol

/// What a vector is about, told by the members it has, and how it is checked.
enum VectorKind: String, CaseIterable {
  case gob
  case gobErrors = "gob errors"
  case jsonStrings = "JSON strings"
  case jsonDecoding = "JSON decoding"
  case signatures
  case sniffing
  case ini
  case iniBools = "ini truth values"
  case times
  case urlEscapes = "URL escapes"

  /// The members that only vectors of this kind have.
  private var members: [GoString] {
    switch self {
    case .gob: ["hex", "value"]
    case .gobErrors: ["hex", "into", "error"]
    case .jsonStrings: ["hex", "json"]
    case .jsonDecoding: ["json_hex", "error"]
    case .signatures: ["key", "path", "header", "body_hex", "signature"]
    case .sniffing: ["hex", "content_type"]
    case .ini: ["text", "sections"]
    case .iniBools: ["text", "bool"]
    case .times: ["binary_hex", "json"]
    case .urlEscapes: ["text", "path_escape", "query_escape"]
    }
  }

  /// Nil for a shape that is none of these.
  init?(of vector: JSONValue) {
    guard let kind = Self.allCases.first(where: { $0.members.allSatisfy { vector[$0] != nil } }) else { return nil }
    self = kind
  }

  /// How ours differs from a vector; nil when it does not.
  func difference(_ vector: JSONValue) -> String? {
    do throws(VectorDifference) {
      switch self {
      case .gob: try GobVectors.check(vector)
      case .gobErrors: try GobVectors.checkError(vector)
      case .jsonStrings: try TextVectors.checkString(vector)
      case .jsonDecoding: try TextVectors.checkDecoding(vector)
      case .signatures: try TextVectors.checkSignature(vector)
      case .sniffing: try TextVectors.checkSniffing(vector)
      case .ini: try TextVectors.checkINI(vector)
      case .iniBools: try TextVectors.checkINIBool(vector)
      case .times: try TextVectors.checkTime(vector)
      case .urlEscapes: try TextVectors.checkEscapes(vector)
      }
      return nil
    } catch {
      return error.text
    }
  }
}

/// How ours differs from a vector.
struct VectorDifference: Error {
  var text: String

  init(_ text: String) {
    self.text = text
  }

  /// Unless both are the same.
  static func unless<Value: Equatable>(_ what: String, _ seen: Value, is expected: Value) throws(VectorDifference) {
    guard seen != expected else { return }
    throw VectorDifference("\(what): expected \(shown(expected)), seen \(shown(seen))")
  }

  private static func shown<Value>(_ value: Value) -> String {
    let text = "\(value)"
    return text.count > 200 ? "\(text.prefix(200))…" : text
  }
}

extension JSONValue {
  /// The bytes whose hexadecimal digits a member holds.
  func hexMember(_ name: GoString) throws(VectorDifference) -> [UInt8] {
    guard let text = self[name]?.text, let bytes = Hexadecimal.bytes(text) else {
      throw VectorDifference("\(name) holds no hexadecimal digits")
    }
    return bytes
  }

  /// The text of a member; empty when there is none.
  func textMember(_ name: GoString) -> GoString { self[name]?.string ?? "" }
}
