import GoWire
import Testing

@Suite struct MIMETests {
  @Test(arguments: Vector.all("sniff"))
  func `first bytes tell the type`(_ vector: Vector) {
    #expect(ContentSniffer.detect(vector.bytes("hex")) == vector.value["content_type"]?.string)
  }

  @Test func `all 35 vectors are read`() {
    #expect(Vector.all("sniff").count == 35)
  }

  private static let ftyp = Array("ftyp".utf8)

  /// What the vectors leave out.
  private static let sniffed: [([UInt8], GoString)] = [
    ([0, 0, 0, 24] + ftyp + Array("isom0000mp42iso2".utf8), "video/mp4"),
    ([0, 0, 0, 24] + ftyp + Array("isommp42iso2iso3".utf8), "application/octet-stream"),
    ([0, 0, 0, 26] + ftyp + Array("mp42000000000000000000".utf8), "application/octet-stream"),
    ([0, 0, 0, 12] + ftyp + Array("mp42".utf8), "video/mp4"),
    ([0xFF, 0xFF, 0xFF, 0xFC] + ftyp + Array("mp42".utf8), "text/plain; charset=utf-8"),
    (Array("<a ".utf8), "text/html; charset=utf-8"), (Array("<a".utf8), "text/plain; charset=utf-8"),
    (Array("<A\t".utf8), "text/plain; charset=utf-8"), (Array("\u{c} <!-->".utf8), "text/html; charset=utf-8"),
    (Array("<!-- ".utf8), "text/html; charset=utf-8"),
    ([0xFE, 0xFF, 0, 65], "text/plain; charset=utf-16be"), ([0xFE, 0xFF, 0x20], "text/plain; charset=utf-8"),
    (Array(repeating: 0x80, count: 34) + Array("LP".utf8), "application/vnd.ms-fontobject"),
    ([0x1F, 0x8B, 8], "application/x-gzip"), ([0x1A, 0x45, 0xDF, 0xA3], "video/webm"),
  ]

  @Test(arguments: sniffed.indices)
  func `what the vectors leave out is told too`(_ index: Int) {
    #expect(ContentSniffer.detect(Self.sniffed[index].0) == Self.sniffed[index].1)
  }

  /// A recorded name with the type it was served with.
  struct Named: Sendable, CustomTestStringConvertible {
    let version: String
    let name: GoString
    let type: GoString

    var testDescription: String { "\(version) \(name)" }

    static let all: [Named] = ["4.0.0", "4.14.0"].flatMap { version in
      (Fixtures.json("recorded/cloudreve-\(version)/slave/content.json")["cases"]?.array ?? []).flatMap {
        item -> [Named] in
        guard item["id"]?.text?.hasPrefix("content/name-") == true else { return [] }
        return (item["exchanges"]?.array ?? []).compactMap { exchange in
          guard exchange["response"]?["status"] == 200, let target = exchange["request"]?["target"]?.string,
            let path = try? GoURL(requestTarget: target).path
          else { return nil }
          let fields = exchange["response"]?["headers"]?.array
          guard let type = fields?.first(where: { $0[0] == "Content-Type" })?[1]?.string else { return nil }
          return Named(version: version, name: GoPath.base(path), type: type)
        }
      }
    }
  }

  @Test(arguments: Named.all)
  func `recorded names have the recorded types`(_ recorded: Named) {
    // ST-10
    var host = MIMETypes()
    host.addGlobs(Array("50:video/x-matroska:*.mkv\n".utf8))
    let unknown: GoString =
      recorded.version == "4.0.0" ? ContentSniffer.detect(Array("0123456789".utf8)) : "application/octet-stream"
    #expect((MIMEMapping.standard.type(ofName: recorded.name, host: host) ?? unknown) == recorded.type)
  }

  @Test func `names were recorded`() {
    #expect(Named.all.count >= 30)
  }

  private static let mapped: [(GoString, String)] = [
    ("text/html", ".html .htm"), ("text/css", ".css"), ("application/x-javascript", ".js"), ("application/xml", ".xml"),
    ("text/plain; charset=utf-8", ".txt"), ("text/plain", ".c .cpp .h .java .conf .log"), ("application/json", ".json"),
    ("application/x-gzip", ".gz"), ("application/x-bzip2", ".bz2"), ("application/x-compressed", ".tgz"),
    ("application/octet-stream", ".rar .ttf .exe .dmg .bin"), ("application/ogg", ".ogg"), ("video/ogv", ".ogv"),
    ("audio/x-wav", ".wav"),
    ("audio/mp4a-latm", ".m4a"), ("video/x-flv", ".flv"), ("video/x-msvideo", ".avi"), ("text/rtf", ".rtf"),
    ("image/x-icon", ".ico"),
  ]

  @Test(arguments: mapped.indices)
  func `the default setting has its own ideas`(_ index: Int) {
    // ST-10
    for name in Self.mapped[index].1.split(separator: " ") {
      #expect(MIMEMapping.standard.type(ofExtension: GoString(String(name))) == Self.mapped[index].0)
    }
  }

  @Test func `a name's last extension counts, in lower case`() {
    let host = MIMETypes()
    #expect(MIMEMapping.standard.type(ofName: "a.TAR.GZ", host: host) == "application/x-gzip")
    #expect(MIMEMapping.standard.type(ofName: ".txt", host: host) == "text/plain; charset=utf-8")
    #expect(MIMEMapping.standard.type(ofName: "txt", host: host) == nil)
    #expect(MIMEMapping.standard.type(ofName: "a.", host: host) == nil)
    #expect(MIMEMapping.standard.type(ofName: "a.csv", host: host) == "text/csv; charset=utf-8")
  }

  @Test func `the setting is a JSON object`() {
    #expect(MIMEMapping(setting: #"{".a":"x/y"}"#)?.type(ofExtension: ".a") == "x/y")
    #expect(MIMEMapping(setting: "{") == nil)
    #expect(MIMEMapping(setting: #"{".a":1}"#) == nil)
  }

  @Test func `a table of globs is read as Go reads it`() {
    let globs = """
      # comment
      50:application/first:*.one
      40:application/second:*.one
      50:text/X-Thing:*.Thing
      50:image/other:*.png
      50:application/x:*.[0-9]
      50:application/x:name
      :application/x:*.weightless
      50:broken type:*.broken
      60:application/more:*.more:cs
      """
    let files = ["/usr/share/mime/globs2": globs, "/etc/mime.types": "a/b listed\n"]
    let types = MIMETypes { files[$0].map { Array($0.utf8) } }
    #expect(types.type(ofExtension: ".one") == "application/first")
    #expect(types.type(ofExtension: ".Thing") == "text/x-thing; charset=utf-8")
    #expect(types.type(ofExtension: ".tHING") == "text/x-thing; charset=utf-8")
    #expect(types.type(ofExtension: ".png") == "image/png")
    #expect(types.type(ofExtension: ".more") == "application/more")
    for name in [".[0-9]", ".weightless", ".broken", ".listed"] as [GoString] {
      #expect(types.type(ofExtension: name) == nil)
    }
  }

  @Test func `tables of types are read when there is no table of globs`() {
    let lists = [
      "/etc/mime.types": "# x\na/b one two # three\nalone\nc/d\tone\r\n", "/etc/apache/mime.types": "e/f four png\n",
    ]
    let types = MIMETypes { lists[$0].map { Array($0.utf8) } }
    #expect(types.type(ofExtension: ".one") == "c/d")
    #expect(types.type(ofExtension: ".two") == "a/b")
    #expect(types.type(ofExtension: ".four") == "e/f")
    #expect(types.type(ofExtension: ".png") == "e/f")
    #expect(types.type(ofExtension: ".three") == nil)
  }
}
