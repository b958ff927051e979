import Testing

@testable import ConformanceSuite
@testable import GoWire

/// A stream built by hand, sound or not.
struct HandmadeGob {
  private(set) var bytes: [UInt8] = []

  mutating func message(_ body: [UInt8]) { bytes.appendGob(body) }

  /// A description: the number of the form, then what follows name and id in it.
  mutating func type(_ id: Int64, form: UInt8, name: GoString = "", _ rest: [UInt8]) {
    var body: [UInt8] = []
    body.appendGob(-id)
    body += [form, 1]
    if !name.isEmpty {
      body.append(1)
      body.appendGob(name.bytes)
    }
    body.append(name.isEmpty ? 2 : 1)
    body.appendGob(id)
    message(body + [0] + rest + [0, 0])
  }

  mutating func slice(_ id: Int64, of element: Int64) { type(id, form: 2, [1] + Self.number(element)) }

  mutating func array(_ id: Int64, of element: Int64, count: Int64) {
    type(id, form: 1, [1] + Self.number(element) + [1] + Self.number(count))
  }

  mutating func map(_ id: Int64, key: Int64, value: Int64) {
    type(id, form: 4, [1] + Self.number(key) + [1] + Self.number(value))
  }

  mutating func structure(_ id: Int64, name: GoString = "S", _ fields: [(GoString, Int64)]) {
    var rest: [UInt8] = []
    if !fields.isEmpty { rest = [1] + Self.count(UInt64(fields.count)) }
    for (name, type) in fields {
      rest.append(1)
      rest.appendGob(name.bytes)
      rest += [1] + Self.number(type) + [0]
    }
    self.type(id, form: 3, name: name, rest)
  }

  mutating func value(_ id: Int64, _ body: [UInt8]) { message(Self.number(id) + body) }

  static func number(_ value: Int64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendGob(value)
    return bytes
  }

  static func count(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendGob(value)
    return bytes
  }

  static func made(_ build: (inout HandmadeGob) -> Void) -> [UInt8] {
    var stream = HandmadeGob()
    build(&stream)
    return stream.bytes
  }
}

/// A stream that promises, nests or repeats more than it is worth.
struct HostileGob: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let bytes: [UInt8]
  let kind: GobError.Kind?

  private init(_ name: String, _ kind: GobError.Kind?, _ build: (inout HandmadeGob) -> Void) {
    testDescription = name
    bytes = HandmadeGob.made(build)
    self.kind = kind
  }

  private static let huge = HandmadeGob.count(1 << 62)

  static let all = [
    HostileGob("a long slice of bools", .corrupt) {
      $0.slice(64, of: 1)
      $0.value(64, [0] + huge + [1, 1, 1])
    },
    HostileGob("a long slice of empty structs", .corrupt) {
      $0.structure(65, [])
      $0.slice(64, of: 65)
      $0.value(64, [0] + huge)
    },
    HostileGob("a long map of empty structs", .truncated) {
      $0.structure(65, [])
      $0.map(64, key: 65, value: 65)
      $0.value(64, [0] + huge)
    },
    HostileGob("a long map of bools", .truncated) {
      $0.map(64, key: 1, value: 1)
      $0.value(64, [0] + huge + [1, 0, 0])
    },
    HostileGob("a long array of empty arrays", .corrupt) {
      $0.array(65, of: 1, count: 0)
      $0.array(64, of: 65, count: 1 << 60)
      $0.value(64, [0] + HandmadeGob.count(1 << 60) + [0, 0, 0])
    },
    HostileGob("a string longer than its message", .corrupt) { $0.value(6, [0] + huge + [0x78]) },
    HostileGob("bytes longer than their message", .corrupt) { $0.value(5, [0] + huge + [0x78]) },
    HostileGob("a message longer than the stream", .truncated) { $0.message([]) },
    HostileGob("a slice of itself, a hundred thousand deep", .limit) {
      $0.slice(64, of: 64)
      $0.value(64, [0] + [UInt8](repeating: 1, count: 100_000))
    },
    HostileGob("a struct in itself, a hundred thousand deep", .limit) {
      $0.structure(64, [("Next", 64)])
      $0.value(64, [UInt8](repeating: 1, count: 100_000))
    },
    HostileGob("a map in itself, a hundred thousand deep", .limit) {
      $0.map(64, key: 64, value: 64)
      $0.value(64, [0] + [UInt8](repeating: 1, count: 100_000))
    },
    HostileGob("interface values in interface values", .limit) {
      $0.value(8, [0] + [UInt8]([[1, 0x78, 16, 100, 0]].joined().cycled(20_000)))
    },
    HostileGob("twenty thousand types in a chain, none of them the last", .limit) {
      for id in 64..<20_064 { $0.slice(Int64(id), of: Int64(id) + 1) }
      $0.value(64, [0] + [UInt8](repeating: 1, count: 20_000))
    },
    HostileGob("a type described twice", .corrupt) {
      $0.slice(64, of: 1)
      $0.slice(64, of: 1)
      $0.value(64, [0, 0])
    },
    HostileGob("a type that describes nothing", .corrupt) {
      $0.message(HandmadeGob.number(-64) + [0])
      $0.value(64, [0, 0])
    },
    HostileGob("a type of a type that is never described", .corrupt) {
      $0.slice(64, of: 99)
      $0.value(64, [0, 1, 1])
    },
    HostileGob("a long name again and again", nil) {
      $0.structure(64, name: GoString(String(repeating: "N", count: 50_000)), [("A", 2)])
      $0.structure(65, (0..<5_000).map { _ in ("F", 64) })
      $0.value(65, [0])
    },
    HostileGob("a field number out of bounds", .corrupt) {
      $0.structure(64, [("A", 2)])
      $0.value(64, HandmadeGob.count(1 << 63) + [0])
    },
  ]
}

extension Collection {
  fileprivate func cycled(_ times: Int) -> [Element] { (0..<times).flatMap { _ in self } }
}

@Suite struct HostileGobTests {
  /// Limits that let everything pass but what could overflow the stack: the stream's own bytes have to bound the cost.
  private static let limits = GobLimits(depth: 100, length: .max, count: .max)

  @Test(arguments: HostileGob.all)
  func `reading a stream as it is costs no more steps than it has bytes`(_ hostile: HostileGob) {
    var decoder = GobDecoder(hostile.bytes, limits: HostileGobTests.limits)
    var kind: GobError.Kind?
    do throws(GobError) {
      let message = try decoder.next()
      #expect(message?.typeName.count ?? 0 <= 1_000)
    } catch {
      kind = error.kind
      #expect(error.text.count <= hostile.bytes.count + 70_000)
    }
    #expect(kind == hostile.kind)
    #expect(decoder.stream.spent <= hostile.bytes.count)
  }

  private static let targets: [GoType] = [
    .int, .slice(.bool), .slice(.slice(.bool)), .map(key: .bool, value: .bool),
    .array(count: 1 << 60, .array(count: 0, .bool)),
    .slice(.structure(GoStructure("S", fields: []))),
    .map(key: .structure(GoStructure("S", fields: [])), value: .structure(GoStructure("S", fields: []))),
    .structure(GoStructure("S", fields: [GoField("Next", .structure(GoStructure("S", fields: [GoField("A", .int)])))])),
    .structure(GoStructure("S", fields: [GoField("Else", .int)])), .interface,
  ]

  @Test(arguments: HostileGob.all)
  func `reading a stream as a type costs no more steps than it has bytes`(_ hostile: HostileGob) {
    for type in HostileGobTests.targets {
      var decoder = GobDecoder(hostile.bytes, limits: HostileGobTests.limits)
      do throws(GobError) {
        _ = try decoder.next(as: type)
      } catch {
        #expect(error.text.count <= hostile.bytes.count + 70_000)
      }
      #expect(decoder.stream.spent <= hostile.bytes.count)
      #expect(decoder.plan.steps.count <= hostile.bytes.count)
    }
  }

  @Test func `fields of one name with many types are planned once each`() {
    // Every field of the stream's types has the name of a field of ours, each of another type.
    let width: Int64 = 60
    let stream = HandmadeGob.made { stream in
      for level in 0..<4 as Range<Int64> {
        for index in 0..<width {
          let id = 64 + level * width + index
          stream.structure(
            id, level == 3 ? [("Leaf", 2)] : (0..<width).map { ("Next", 64 + (level + 1) * width + $0) })
        }
      }
      stream.value(64, [0])
    }
    var type = GoType.structure(GoStructure("D", fields: [GoField("Leaf", .int)]))
    for name in ["C", "B", "A"] as [GoString] { type = .structure(GoStructure(name, fields: [GoField("Next", type)])) }
    var decoder = GobDecoder(stream, limits: HostileGobTests.limits)
    #expect(throws: Never.self) { try decoder.next(as: type) }
    #expect(decoder.plan.steps.count <= stream.count)
  }

  @Test(arguments: [
    (GobLimits(depth: 3), [1, 1, 1, 0] as [UInt8], true), (GobLimits(depth: 4), [1, 1, 1, 0], false),
    (GobLimits(count: 3), [2, 0, 1, 0], true), (GobLimits(count: 4), [2, 0, 1, 0], false),
    (GobLimits(length: 20), [0], false), (GobLimits(length: 10), [0], true),
  ])
  func `limits hold to the value`(_ limits: GobLimits, _ body: [UInt8], _ refused: Bool) {
    let stream = HandmadeGob.made {
      $0.slice(64, of: 64)
      $0.value(64, [0] + body)
    }
    var kind: GobError.Kind?
    do throws(GobError) { _ = try Gob.decode(stream, limits: limits) } catch { kind = error.kind }
    #expect(kind == (refused ? .limit : nil))
  }

  @Test func `every beginning of a sound stream is refused or sound`() throws {
    let bytes = try #require(Vector.all("gob").first { $0.name == "struct/wide" }).bytes("hex")
    for length in 1..<bytes.count {
      let kinds = [nil, VectorTypes.wide].map { type -> GobError.Kind? in
        do throws(GobError) {
          var decoder = GobDecoder(Array(bytes[..<length]), names: VectorTypes.names)
          if let type { _ = try decoder.next(as: type) } else { _ = try decoder.next() }
          return nil
        } catch { return error.kind }
      }
      #expect(kinds == [.truncated, .truncated], "\(length)")
    }
  }

  /// GOB-1: Go reads such a type by the form that a reader needs, but never as what writes itself.
  @Test func `a description that names two forms is each of them, and no plain type when it writes itself`() throws {
    let array: [UInt8] = [1, 0, 1] + HandmadeGob.number(3) + [1] + HandmadeGob.number(2) + [0]
    let slice: [UInt8] = [1, 1, 0, 1] + HandmadeGob.number(3) + [0]
    func stream(_ description: [UInt8]) -> [UInt8] {
      HandmadeGob.made {
        $0.message(HandmadeGob.number(-64) + [1] + description)
        $0.value(64, [0, 2, 7, 8])
      }
    }
    let pair = GoType.array(count: 2, .uint)
    let two = GoValue.list([.uint(7), .uint(8)])
    #expect(try Gob.decode(stream(array + [0]), as: pair) == two)
    #expect(throws: GobError.self) { try Gob.decode(stream(array + [0]), as: .slice(.uint)) }
    #expect(try Gob.decode(stream(array + slice + [0]), as: pair) == two)
    #expect(try Gob.decode(stream(array + slice + [0]), as: .slice(.uint)) == two)
    // The field after the next three: `GobEncoderT`, cut off by the end of the message.
    #expect(throws: GobError.self) { try Gob.decode(stream(array + [4]), as: pair) }
  }

  @Test func `a value of one of gob's own structs is read as any struct, its fields passed over`() throws {
    // Type 21 is the description of a field: a name and an id.
    let stream = HandmadeGob.made { $0.value(21, [1, 1, 0x41, 1, 4, 0]) }
    let pair = GoStructure("Pair", fields: [GoField("Key", .string)])
    #expect(throws: Never.self) { try Gob.decode(stream, as: .structure(pair)) }
    let described = HandmadeGob.made {
      $0.structure(64, [("Name", 6)])
      $0.value(64, [1, 1, 0x41, 0])
    }
    #expect(throws: GobError.self) { try Gob.decode(described, as: .structure(pair)) }
  }

  @Test func `after a value that is refused the next can be read`() throws {
    var stream = HandmadeGob()
    stream.value(6, [0, 99])
    stream.value(2, [0, 84])
    var decoder = GobDecoder(stream.bytes)
    #expect(throws: GobError.self) { try decoder.next() }
    #expect(try decoder.next()?.value == .int(42))
    #expect(try decoder.next() == nil)
  }
}
