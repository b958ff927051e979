import GoWire

/// How vectors of gob are checked.
enum GobVectors {
  /// The stream is read as it describes itself, and, when its type is known, as that type and written again.
  static func check(_ vector: JSONValue) throws(VectorDifference) {
    let bytes = try vector.hexMember("hex")
    guard let expected = vector["value"] else { throw VectorDifference("has no value") }
    var decoder = GobDecoder(bytes, names: VectorTypes.names)
    var seen: [GoValue] = []
    do throws(GobError) {
      while let message = try decoder.next() { seen.append(message.value) }
    } catch {
      throw VectorDifference("value \(seen.count + 1): \(error)")
    }
    guard let typeName = vector["go_type"]?.text else {
      // A stream of several values.
      let values = expected.array ?? []
      try VectorDifference.unless("values", seen.count, is: values.count)
      for (expected, value) in zip(values, seen) { try match(expected, value) }
      return
    }
    try VectorDifference.unless("values", seen.count, is: 1)
    try match(expected, seen[0])
    guard let type = VectorTypes.named[String(typeName.drop { $0 == "*" })] else { return }
    let read: GoValue
    let readAgain: GoValue
    do throws(GobError) {
      read = try Gob.decode(bytes, as: type, names: VectorTypes.names)
      // Type ids differ from program to program, so what is written is read again.
      let written = try Gob.encode(read, as: type, names: VectorTypes.names)
      readAgain = try Gob.decode(written, as: type, names: VectorTypes.names)
    } catch {
      throw VectorDifference("as \(typeName): \(error)")
    }
    try match(expected, read)
    try match(expected, readAgain)
  }

  /// The error of reading the stream as a type has Go's text.
  static func checkError(_ vector: JSONValue) throws(VectorDifference) {
    let bytes = try vector.hexMember("hex")
    let name = vector.textMember("into").text
    guard let type = VectorTypes.named[String(name.drop { $0 == "*" })] else {
      throw VectorDifference("into \(name): nobody knows this type")
    }
    var seen: GoString = "no error"
    do throws(GobError) {
      _ = try Gob.decode(bytes, as: type, names: VectorTypes.names)
    } catch {
      seen = error.text
    }
    try VectorDifference.unless("error", seen, is: vector.textMember("error"))
  }

  private static func match(_ expected: JSONValue, _ value: GoValue) throws(VectorDifference) {
    guard !GobExpectation.matches(expected, value) else { return }
    throw VectorDifference(
      "expected \(GoString(GoJSON.write(expected)).text.prefix(200)), seen \("\(value)".prefix(200))")
  }
}
