import GoWire
import Testing

@testable import ConformanceSuite

/// GOB-1, GOB-2, GOB-3, GOB-4: Go's own streams.
@Suite struct GobVectorTests {
  private static let single = Vector.all("gob").filter { $0.value["go_type"] != nil }

  private static func type(_ vector: Vector, _ name: GoString = "go_type") throws -> GoType {
    let text = try #require(vector.value[name]?.text)
    return try #require(VectorTypes.named[String(text.drop { $0 == "*" })], "\(text) is not in the table")
  }

  @Test func `all 60 vectors and 17 errors are read`() {
    #expect(GobVectorTests.single.count == 59)
    #expect(Vector.all("gob").count == 60)
    #expect(Vector.all("gob-errors").count == 17)
  }

  @Test(arguments: single)
  func `a stream is read as it describes itself`(_ vector: Vector) throws {
    var decoder = GobDecoder(vector.bytes("hex"))
    let message = try #require(try decoder.next())
    let expected = try #require(vector.value["value"])
    #expect(GobExpectation.matches(expected, message.value), "\(message.value)")
    #expect(try decoder.next() == nil)
  }

  @Test(arguments: single)
  func `a stream is read as the type it was written from`(_ vector: Vector) throws {
    let value = try Gob.decode(vector.bytes("hex"), as: GobVectorTests.type(vector), names: VectorTypes.names)
    let expected = try #require(vector.value["value"])
    #expect(GobExpectation.matches(expected, value), "\(value)")
  }

  @Test(arguments: single)
  func `a value is written with the bytes of Go`(_ vector: Vector) throws {
    let bytes = vector.bytes("hex")
    let type = try GobVectorTests.type(vector)
    let value = try Gob.decode(bytes, as: type, names: VectorTypes.names)
    var encoder = GobEncoder(types: try VectorTypes.table(), names: VectorTypes.names)
    #expect(try encoder.encode(value, as: type) == bytes)
  }

  @Test func `fields that a value leaves out are sent as zeros are`() throws {
    let vector = try #require(Vector.all("gob").first { $0.name == "struct/wide-zero" })
    var encoder = GobEncoder(types: try VectorTypes.table(), names: VectorTypes.names)
    #expect(try encoder.encode(.structure([]), as: VectorTypes.wide) == vector.bytes("hex"))
  }

  @Test(
    arguments: [
      (.int(1), .string), (.int(128), .int(bits: 8)), (.int(-1), .uint), (.list([.int(1)]), .array(count: 2, .int)),
      (.structure([GoFieldValue("C", .int(1))]), VectorTypes.small), (.null, .pointer(.int)),
      (.list([.null]), .slice(.pointer(.int))), (.interface(name: "main.Unknown", .int(1)), .interface),
      (.time(GoTime(unixSeconds: 0, offsetSeconds: -60, isUTC: false)), .time),
    ] as [(GoValue, GoType)])
  func `a value that does not fit its type cannot be written, and the stream goes on`(
    _ value: GoValue, _ type: GoType
  ) throws {
    var encoder = GobEncoder()
    let error = #expect(throws: GobError.self) { try encoder.encode(value, as: type) }
    #expect(error?.kind == .unencodable)
    #expect(try encoder.encode(.list([.int(1)]), as: .slice(.int)) == Gob.encode(.list([.int(1)]), as: .slice(.int)))
  }

  @Test func `several values share a stream and describe a type once`() throws {
    let vector = try #require(Vector.all("gob").first { $0.name == "stream/three-values" })
    let expected = try #require(vector.value["value"]?.array)
    let types: [GoType] = [VectorTypes.small, VectorTypes.small, .slice(VectorTypes.small)]
    var decoder = GobDecoder(vector.bytes("hex"))
    var typed = decoder
    var encoder = GobEncoder(types: try VectorTypes.table())
    var written: [UInt8] = []
    for (expected, type) in zip(expected, types) {
      let message = try #require(try decoder.next())
      #expect(GobExpectation.matches(expected, message.value))
      let value = try typed.next(as: type)
      #expect(GobExpectation.matches(expected, value))
      written += try encoder.encode(value, as: type)
    }
    #expect(try decoder.next() == nil)
    #expect(throws: GobError(.endOfInput, "EOF")) { try typed.next(as: .int) }
    #expect(written == vector.bytes("hex"))
  }

  @Test(arguments: Vector.all("gob-errors"))
  func `errors read as Go words them`(_ vector: Vector) throws {
    let type = try GobVectorTests.type(vector, "into")
    let error = #expect(throws: GobError.self) { try Gob.decode(vector.bytes("hex"), as: type) }
    #expect(error?.text == vector.value["error"]?.string)
  }

  @Test func `a first stream counts its types from 64`() throws {
    let bytes = try Gob.encode(.list([]), as: .slice(VectorTypes.physicalObject))
    let message = try Gob.decode(bytes)
    #expect(message.typeName == "[]PhysicalObject")
    #expect(Array(bytes.prefix(11)) == Fixtures.bytes(hex: "0dff83020102ff840001ff"))
  }
}
