import Foundation
import TestSupport

/// What a hostile request may be answered with: an envelope, an answer of the protocol's that is none (content, a redirect, a
/// preflight), a refusal of the HTTP layer, or the end of the connection.
enum AnswerRule {
  /// What is wrong with the bytes that came back on a connection; nil when nothing is.
  /// - Parameter allowsEmpty500: under the profiles that do as a handler that crashes upstream (ENV-8).
  static func complaint(_ bytes: [UInt8], isWhole: Bool, allowsEmpty500: Bool) -> String? {
    var bytes = Data(bytes)
    let interim = Data("HTTP/1.1 100 Continue\r\n\r\n".utf8)
    while bytes.starts(with: interim) { bytes = Data(bytes.dropFirst(interim.count)) }
    if bytes.isEmpty { return nil }
    guard let end = bytes.range(of: Data("\r\n\r\n".utf8)) else { return isWhole ? "no whole head" : nil }
    let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
    guard head.hasPrefix("HTTP/1."), let status = head.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { return "no status" }
    let lines = head.components(separatedBy: "\r\n").dropFirst().map { $0.lowercased() }
    func value(_ name: String) -> String? {
      lines.first { $0.hasPrefix(name + ":") }.map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
    }
    let rest = bytes[end.upperBound...]
    switch status {
    case 400...499: return nil
    // Below the protocol: what Go's server says to a version or a transfer coding that it does not know.
    case 501: return value("content-type")?.hasPrefix("text/plain") == true ? nil : "501"
    case 505: return head.contains("HTTP Version Not Supported") ? nil : "505"
    case 500: return allowsEmpty500 && value("content-length") == "0" ? nil : "500"
    case 301, 307: return value("location") != nil ? nil : "\(status) without a location"
    case 204: return value("access-control-allow-origin") != nil || value("vary") != nil ? nil : "204"
    case 206, 304: return value("etag") != nil ? nil : "\(status) without an ETag"
    case 200:
      if value("etag") != nil { return nil }
      guard value("content-type") == "application/json; charset=utf-8" else { return "200 of another type" }
      let length = value("content-length").flatMap { Int($0) } ?? 0
      // `HEAD` has no body, and a pipelined request has an answer of its own.
      if rest.isEmpty { return nil }
      guard rest.count >= length else { return isWhole ? "the body is cut off" : nil }
      let object = try? JSONSerialization.jsonObject(with: rest.prefix(length)) as? [String: Any]
      return object?["code"] is Int && object?["msg"] is String ? nil : "200 without an envelope"
    default: return "status \(status)"
    }
  }

  /// Bytes for a person to read and to send again: as a text of Swift.
  static func readable(_ bytes: [UInt8]) -> String {
    let shown = bytes.prefix(1500).map { byte in
      (0x20..<0x7F).contains(byte) && byte != 0x5C ? String(UnicodeScalar(byte)) : String(format: "\\x%02x", byte)
    }
    return shown.joined() + (bytes.count > 1500 ? "… \(bytes.count) bytes" : "")
  }
}
