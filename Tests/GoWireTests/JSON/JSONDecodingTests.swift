import GoWire
import Testing

@Suite struct JSONDecodingTests {
  private static let target = GoType.structure(
    GoStructure(
      "target",
      fields: [
        GoField("Text", json: "text", .string),
        GoField("Num", json: "num", .int),
        GoField("List", json: "list", .slice(.string)),
        GoField("Flag", json: "flag", .bool),
        GoField("Ptr", json: "ptr", .pointer(.structure(GoStructure("", fields: [])))),
      ]))

  @Test(arguments: Vector.all("json-decoding", label: "json"))
  func `a text is decoded as json Decoder decodes it`(_ vector: Vector) {
    let outcome = GoJSON.decode(vector.bytes("json_hex"), as: Self.target)
    let value = outcome.value
    #expect(JSONDecodingTests.goText(outcome.error) == vector.value["error"]?.text)
    #expect((value["Text"]?.string ?? "") == vector.value["text"]?.string)
    #expect((value["Num"]?.int ?? 0) == vector.value["num"]?.int.map(Int64.init))
    #expect((value["Flag"]?.bool ?? false) == vector.value["flag"]?.bool)
    #expect(value["List"]?.list?.map(\.string) == vector.value["list"]?.array?.map(\.string))
    let isSet = (value["Ptr"] ?? .null) != .null
    #expect(isSet == vector.value["ptr"]?.bool)
  }

  @Test func `all 23 vectors are read`() {
    #expect(Vector.all("json-decoding").count == 23)
  }

  /// The error with Go's type before it, as the vectors have it.
  private static func goText(_ error: GoJSONError?) -> String {
    guard let error else { return "" }
    let type =
      switch error.kind {
      case .syntax: "*json.SyntaxError"
      case .endOfInput: "*errors.errorString"
      case .type: "*json.UnmarshalTypeError"
      case .other: "?"
      }
    return "\(type): \(error.text)"
  }
}
