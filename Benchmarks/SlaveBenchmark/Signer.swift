import Foundation
import GoWire
import NodeProtocol

/// Makes signed requests.
struct Signer {
  let secret: String
  private let key: SigningKey

  init(secret: String) {
    self.secret = secret
    key = SigningKey(GoString(secret))
  }

  /// A path with its signature in the query.
  func target(_ path: String) -> String {
    let signature = key.sign(GoString(path), expires: 0).text.replacingOccurrences(of: "=", with: "%3D")
      .replacingOccurrences(of: ":", with: "%3A")
    return "\(path)?sign=\(signature)"
  }

  /// The target of a file's content.
  func content(_ name: String) -> String {
    target("/api/v4/slave/file/content/1/\(Base64.url.encode(Array(name.utf8)).text)/0/\(name)")
  }

  /// The value of `Authorization`.
  func bearer(_ path: String, body: String) -> String {
    var text = Array(#"{"Path":"#.utf8)
    GoJSON.appendString(GoString(path), to: &text)
    text += Array(#","Header":"","Body":"#.utf8)
    GoJSON.appendString(GoString(body), to: &text)
    text += Array("}".utf8)
    return "Bearer Cr " + key.sign(GoString(text), expires: 0).text
  }

  func get(_ path: String, port: Int) -> [UInt8] {
    Array("GET \(target(path)) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n".utf8)
  }

  func post(_ path: String, body: String, port: Int) -> [UInt8] {
    Array(
      """
      POST \(path) HTTP/1.1\r
      Host: 127.0.0.1:\(port)\r
      Authorization: \(bearer(path, body: body))\r
      Content-Length: \(body.utf8.count)\r
      \r
      \(body)
      """.utf8)
  }
}
