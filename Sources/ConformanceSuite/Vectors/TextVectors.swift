import GoWire
import NodeProtocol

/// How vectors of texts are checked: JSON, ini, times, escapes, content types, signatures.
enum TextVectors {
  static func checkString(_ vector: JSONValue) throws(VectorDifference) {
    var output: [UInt8] = []
    GoJSON.appendString(GoString(try vector.hexMember("hex")), to: &output)
    try VectorDifference.unless("JSON", GoString(output), is: vector.textMember("json"))
  }

  // MARK: JSON decoding

  private static let target = GoType.structure(
    GoStructure(
      "target",
      fields: [
        GoField("Text", json: "text", .string), GoField("Num", json: "num", .int),
        GoField("List", json: "list", .slice(.string)), GoField("Flag", json: "flag", .bool),
        GoField("Ptr", json: "ptr", .pointer(.structure(GoStructure("", fields: [])))),
      ]))

  static func checkDecoding(_ vector: JSONValue) throws(VectorDifference) {
    let outcome = GoJSON.decode(try vector.hexMember("json_hex"), as: target)
    let value = outcome.value
    try VectorDifference.unless("error", goText(outcome.error), is: vector.textMember("error").text)
    try VectorDifference.unless("text", value["Text"]?.string ?? "", is: vector.textMember("text"))
    try VectorDifference.unless("num", value["Num"]?.int ?? 0, is: Int64(vector["num"]?.int ?? 0))
    try VectorDifference.unless("flag", value["Flag"]?.bool ?? false, is: vector["flag"]?.bool ?? false)
    try VectorDifference.unless(
      "list", value["List"]?.list?.map { $0.string ?? "" }, is: vector["list"]?.array?.map { $0.string ?? "" })
    try VectorDifference.unless("ptr", (value["Ptr"] ?? .null) != .null, is: vector["ptr"]?.bool ?? false)
  }

  /// The error with its Go type before it, as the vectors have it.
  private static func goText(_ error: GoJSONError?) -> String {
    guard let error else { return "" }
    return switch error.kind {
    case .syntax: "*json.SyntaxError: \(error.text)"
    case .endOfInput: "*errors.errorString: \(error.text)"
    case .type: "*json.UnmarshalTypeError: \(error.text)"
    case .other: "\(error.text)"
    }
  }

  // MARK: Signatures

  static func checkSignature(_ vector: JSONValue) throws(VectorDifference) {
    let content = RequestContent.build(
      method: "PUT", path: vector.textMember("path"), headers: headers(vector.textMember("header").text),
      body: try vector.hexMember("body_hex"), emptyPath: .slash)
    if let expected = vector["content"]?.string { try VectorDifference.unless("content", content, is: expected) }
    guard let expires = Int64(vector.textMember("expires").text) else { throw VectorDifference("expires is no number") }
    let signature = SigningKey(vector.textMember("key")).sign(content, expires: expires)
    try VectorDifference.unless("signature", signature, is: vector.textMember("signature"))
  }

  /// The fields behind `Name=value&Name=value`; a value may hold `&`, so a name begins with `X-Cr-`.
  private static func headers(_ text: String) -> [HeaderField] {
    var fields: [HeaderField] = []
    for part in text.split(separator: "&", omittingEmptySubsequences: false) {
      if part.hasPrefix("X-Cr-"), let equals = part.firstIndex(of: "=") {
        let value = String(part[part.index(after: equals)...])
        fields.append(HeaderField(GoString(String(part[..<equals])), GoString(value)))
      } else if !fields.isEmpty {
        fields[fields.count - 1].value += GoString("&\(part)")
      }
    }
    return fields
  }

  // MARK: Content types, times, escapes

  static func checkSniffing(_ vector: JSONValue) throws(VectorDifference) {
    let type = ContentSniffer.detect(try vector.hexMember("hex"))
    try VectorDifference.unless("type", type, is: vector.textMember("content_type"))
  }

  static func checkTime(_ vector: JSONValue) throws(VectorDifference) {
    let json = vector.textMember("json")
    let binary = try vector.hexMember("binary_hex")
    let time: GoTime
    let written: (json: GoString, binary: [UInt8])
    let readAgain: GoTime
    do throws(GoTimeError) {
      time = try GoTime(json: json)
      written = (try time.json(), try time.binary())
      readAgain = try GoTime(binary: binary)
    } catch {
      throw VectorDifference("\(error)")
    }
    try VectorDifference.unless("unix", "\(time.unixSeconds)", is: vector.textMember("unix").text)
    try VectorDifference.unless("nanosecond", Int(time.nanosecond), is: vector["nanosecond"]?.int ?? 0)
    try VectorDifference.unless("JSON", written.json, is: json)
    try VectorDifference.unless("bytes", written.binary, is: binary)
    try VectorDifference.unless("read from bytes", readAgain, is: time)
  }

  static func checkEscapes(_ vector: JSONValue) throws(VectorDifference) {
    let text = vector.textMember("text")
    try VectorDifference.unless("in a path", text.pathEscaped, is: vector.textMember("path_escape"))
    try VectorDifference.unless("in a query", text.queryEscaped, is: vector.textMember("query_escape"))
    try VectorDifference.unless("read from a path", try? text.pathEscaped.pathUnescaped(), is: text)
    try VectorDifference.unless("read from a query", try? text.queryEscaped.queryUnescaped(), is: text)
  }

  // MARK: Ini

  static func checkINI(_ vector: JSONValue) throws(VectorDifference) {
    let file: IniFile
    do throws(IniError) {
      file = try IniFile(vector.textMember("text").bytes)
    } catch {
      try VectorDifference.unless("error", error.text, is: vector.textMember("error"))
      return
    }
    try VectorDifference.unless("error", "", is: vector.textMember("error"))
    let expected = vector["sections"]?.array ?? []
    try VectorDifference.unless("sections", file.sections.map(\.name), is: expected.map { $0.textMember("section") })
    for (section, expected) in zip(file.sections, expected) {
      let keys = expected["keys"]?.array ?? []
      let seen = section.keys.map { [$0.name, file.value(of: $0.name, in: section.name) ?? ""] }
      try VectorDifference.unless(
        "[\(section.name)]", seen, is: keys.map { [$0[0]?.string ?? "", $0[1]?.string ?? ""] })
    }
  }

  static func checkINIBool(_ vector: JSONValue) throws(VectorDifference) {
    var value: Bool?
    var error: GoString = ""
    do {
      let file = try IniFile(Array("[s]\nk = ".utf8) + vector.textMember("text").bytes + [0x0A])
      do throws(IniValueError) {
        value = try file.value(of: "k", in: "s")?.iniBool()
      } catch let failure {
        error = failure.text
      }
    } catch let failure {
      error = failure.text
    }
    try VectorDifference.unless("error", error, is: vector.textMember("error"))
    if error.isEmpty { try VectorDifference.unless("value", value, is: vector["bool"]?.bool) }
  }
}
