import Glibc
import GoWire
import NodeProtocol

/// What libFuzzer calls with each input. Which parser gets it is told by the environment variable `NODELAB_FUZZ`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  subject(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}

private let subject: @Sendable ([UInt8]) -> Void = {
  let name = getenv("NODELAB_FUZZ").map { String(cString: $0) } ?? ""
  guard let subject = subjects.first(where: { $0.name == name }) else {
    print("NODELAB_FUZZ has to name one of: \(subjects.map(\.name).joined(separator: ", "))")
    exit(2)
  }
  return subject.run
}()

private struct Subject: Sendable {
  let name: String
  let run: @Sendable ([UInt8]) -> Void
}

private let subjects: [Subject] = [
  // Any bytes: read twice, once as they come and once as the largest message of the protocol; what can be written reads the same.
  Subject(name: "json") { bytes in
    _ = GoJSON.decode(bytes, as: CreateUploadSession.type, mode: .decoder)
    guard let value = try? GoJSON.parse(bytes) else { return }
    let written = GoJSON.write(value)
    guard let again = try? GoJSON.parse(written), GoJSON.write(again) == written else {
      fatalError("what was written does not read the same")
    }
  },
  // Any stream, to its end, and as types of the protocol.
  Subject(name: "gob") { bytes in
    var decoder = GobDecoder(bytes)
    while let message = try? decoder.next() { _ = message.value }
    for type in gobTypes { _ = try? Gob.decode(bytes, as: type) }
  },
  Subject(name: "ini") { bytes in
    guard let file = try? IniFile(bytes) else { return }
    for section in file.sections {
      for key in section.keys {
        let value = file.value(of: key.name, in: section.name) ?? ""
        _ = try? value.iniBool()
        _ = try? value.iniInt()
        _ = value.iniList()
      }
    }
  },
  // The first two bytes are the size of the content; the header's lines follow: Range, If-Range, If-None-Match, If-Match.
  Subject(name: "range") { bytes in
    guard bytes.count >= 2 else { return }
    let size = Int64(bytes[0]) << 8 | Int64(bytes[1])
    let lines = bytes[2...].split(separator: 10, omittingEmptySubsequences: false).map { GoString($0) }
    func line(_ index: Int) -> GoString? { index < lines.count && !lines[index].isEmpty ? lines[index] : nil }
    let plan = ContentPlan(
      method: "GET",
      conditions: ContentConditions(range: line(0), ifMatch: line(3), ifNoneMatch: line(2), ifRange: line(1)),
      size: size, etag: "\"x\"", contentType: "text/plain", boundary: { "b" })
    for part in plan.parts {
      if case .file(let range) = part, range.start < 0 || range.count < 0 || range.start + range.count > size {
        fatalError("a part leaves the content")
      }
    }
    if let length = plan.length, length != plan.parts.reduce(0, { $0 + $1.count }) { fatalError("the length is wrong") }
  },
  // A signature line, then the content it is for.
  Subject(name: "signature") { bytes in
    let end = bytes.firstIndex(of: 10) ?? bytes.endIndex
    let signature = GoString(bytes[..<end])
    let content = GoString(bytes[end...])
    if signatureKey.check(signature, of: content, now: 1_700_000_000) == nil {
      // Only what the key itself signed passes.
      let tail = signature.bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).last ?? []
      guard let expires = Int64(GoString(tail).text), signatureKey.sign(content, expires: expires) == signature else {
        fatalError("a forged signature passed")
      }
    }
  },
]

private let signatureKey = SigningKey("NodeLabSecret0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP")
private let gobTypes: [GoType] = [.slice(PhysicalObject.type), SlaveTaskSummary.type, .int, .slice(.string)]
