import GoWire
import Testing

/// Random and broken texts: no reader may trap, and what two readers say of one text must agree.
@Suite struct HostileTextTests {
  /// A small generator of its own, so that a seed gives the same texts everywhere (SplitMix64).
  struct Texts {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
      return mixed ^ mixed >> 31
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// Pieces of the alphabet in a row, now and then any byte.
    mutating func text(of pieces: [String], count: Int) -> [UInt8] {
      var bytes: [UInt8] = []
      for _ in 0..<below(count) {
        if below(12) == 0 { bytes.append(UInt8(below(256))) } else { bytes += Array(pieces[below(pieces.count)].utf8) }
      }
      return bytes
    }
  }

  static let seeds: [UInt64] = [1, 2, 3, 4]
  private static let rounds = 300

  private static let target = GoType.structure(
    GoStructure(
      "T",
      fields: [
        GoField("A", json: "a", .int(bits: 8)), GoField("B", json: "b", .slice(.bytes)),
        GoField("C", json: "c", .interface),
        GoField("D", json: "d", .map(key: .int, value: .pointer(.time))),
        GoField("E", json: "e", .array(count: 2, .float(bits: 32))),
        GoField("F", json: "f", .opaque(name: "fs.URI")),
      ]))

  @Test(arguments: seeds)
  func `any text is JSON for all readers or for none`(_ seed: UInt64) throws {
    let pieces = [
      "{", "}", "[", "]", ",", ":", "\"", "\"a\":", "\"b\":", "\"c\":", "\"d\":", "\"e\":", "\"f\":", "\"uri\":", "1",
      "-", "0", ".5",
      "e9", "null", "true", "false", "\\", "\\u", "\\ud83d", "\\ude00", "\u{e9}", " ", "\n", "\"x\"", "\"aGk=\"", "[]",
      "{}",
    ]
    var texts = Texts(state: seed)
    for _ in 0..<Self.rounds {
      let text = texts.text(of: pieces, count: 14)
      let parsed = try? GoJSON.parse(text)
      let typed = GoJSON.decode(text, as: Self.target, mode: .unmarshal)
      let free = GoJSON.decode(text, as: .interface, mode: .unmarshal)
      #expect((parsed == nil) == (typed.error?.kind == .syntax))
      #expect((parsed == nil) == (free.error?.kind == .syntax))
      if let parsed {
        #expect(try GoJSON.parse(GoJSON.write(parsed)) == parsed)
        #expect(try GoJSON.parse(GoJSON.write(parsed, indent: 3)) == parsed)
        #expect((try? GoJSON.parseFirst(text)) == parsed)
      }
      #expect(throws: Never.self) { try GoJSON.parse(GoJSON.encode(typed.value, as: Self.target)) }
      _ = GoJSON.decode(text, as: Self.target, mode: .decoder)
    }
  }

  @Test(arguments: seeds)
  func `any string is written as JSON that gives it back, repaired if it was broken`(_ seed: UInt64) throws {
    var texts = Texts(state: seed)
    for _ in 0..<Self.rounds {
      let string = GoString((0..<texts.below(12)).map { _ in UInt8(texts.below(256)) })
      let written = GoJSON.write(.string(string))
      let read = try #require(try GoJSON.parse(written).string)
      let isValid = String(validating: string.bytes, as: UTF8.self) != nil
      #expect((read == string) == isValid)
      #expect(written.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: "&") })
      #expect(GoJSON.write(.string(read)) == GoJSON.write(try GoJSON.parse(GoJSON.write(.string(read)))))
    }
  }

  @Test(arguments: seeds)
  func `any text is a URL that comes back, or none`(_ seed: UInt64) throws {
    let pieces = [
      "http", "://", ":", "/", "//", "?", "#", "@", "[", "]", "%", "%41", "%2f", "%25", "::1", "h", "8080", "..", ".",
      "a", " ", "=", "&",
      ";", "+", "\u{e9}",
    ]
    var texts = Texts(state: seed)
    for _ in 0..<Self.rounds {
      let text = GoString(texts.text(of: pieces, count: 12))
      if let url = try? GoURL(text) {
        // A path of two slashes without a host reads as a host when it is written out; so it does in Go.
        let isAmbiguous = url.host.isEmpty && url.path.hasPrefix("//")
        #expect(isAmbiguous || (try? GoURL(url.text))?.text == url.text)
        _ = url.resolving(url).text
        _ = (url.hostname, url.port, url.query.encoded)
      }
      _ = try? GoURL(requestTarget: text)
      #expect(try text.pathEscaped.pathUnescaped() == text)
      #expect(try text.queryEscaped.queryUnescaped() == text)
      #expect(GoPath.clean(GoPath.clean(text)) == GoPath.clean(text))
      _ = (GoPath.base(text), GoPath.directory(text), GoPath.fileExtension(text), text.canonicalHeaderName, text.quoted)
      _ = (try? text.parseInt(base: 0, bits: 8), try? text.parseUint(), try? text.parseDuration(), try? GoUUID(text))
    }
  }

  @Test(arguments: seeds)
  func `any range is served within the file`(_ seed: UInt64) {
    let pieces = ["bytes=", "0", "9", "-", ",", " ", "5-6", "0-", "-3", "\"a\"", "W/", "*", "9223372036854775807"]
    var texts = Texts(state: seed)
    for _ in 0..<Self.rounds {
      let size = [0, 1, 10, Int64.max][texts.below(4)]
      var range = GoString(texts.text(of: pieces, count: 9))
      if texts.below(4) > 0 { range = "bytes=" + range }
      let tags = GoString(texts.text(of: pieces, count: 5))
      let conditions = ContentConditions(
        range: range, ifMatch: texts.below(4) == 0 ? tags : nil, ifNoneMatch: texts.below(4) == 0 ? tags : nil,
        ifRange: texts.below(4) == 0 ? tags : nil)
      let plan = ContentPlan(
        method: texts.below(5) == 0 ? "POST" : "GET", conditions: conditions, size: size, etag: "\"a\"",
        contentType: "a/b",
        boundary: { "B" })
      var served: Int64 = 0
      for case .file(let piece) in plan.parts {
        #expect(piece.start >= 0 && piece.count > 0 && piece.start <= size - piece.count)
        served += piece.count
      }
      #expect(served <= size)
      #expect([200, 206, 304, 412, 416].contains(plan.status))
    }
  }

  @Test(arguments: seeds)
  func `any text is an ini file or names its line`(_ seed: UInt64) {
    let pieces = [
      "[", "]", "\n", "\r\n", "=", ":", "a", "b", "\"", "\"\"\"", "`", "'", "\\", "\\\n", "#", ";", " ", "%(a)s",
      "%(b)s", "-", "[a]\n",
      "[a.b]\n", "a = ",
    ]
    var texts = Texts(state: seed)
    for _ in 0..<Self.rounds {
      let text = texts.text(of: pieces, count: 20)
      let lines = text.count(where: { $0 == 0x0A }) + 1
      do throws(IniError) {
        let file = try IniFile(text)
        for section in file.sections {
          for key in section.keys {
            #expect(1...lines ~= key.line)
            #expect(file.value(of: key.name, in: section.name) != nil)
            _ = (try? key.rawValue.iniBool(), try? key.rawValue.iniInt(), key.rawValue.iniList())
          }
        }
      } catch {
        #expect(1...lines ~= error.line)
      }
    }
  }

  @Test(arguments: seeds)
  func `any bytes have a type`(_ seed: UInt64) {
    let pieces = ["<html", "<a", ">", " ", "ftyp", "mp4", "\0\0\0", "RIFF", "WEBPVP", "PK", "text", "\u{1b}"]
    var texts = Texts(state: seed)
    for _ in 0..<Self.rounds {
      #expect(!ContentSniffer.detect(texts.text(of: pieces, count: 12)).isEmpty)
      var types = MIMETypes()
      types.addGlobs(texts.text(of: ["50", ":", "a/b", "*.", "*", "x", "\n", "#", "[", "text/"], count: 15))
      types.addTypes(texts.text(of: ["a/b", " ", "\t", "x", "\n", "#", "text/c"], count: 15))
      _ = types.type(ofExtension: ".x")
    }
  }
}
