import GoWire
import NodeProtocol
import ReferenceNode
import TestSupport
import Testing

@testable import ConformanceSuite

@Suite struct RewritingTests {
  /// What a slave with a secret says to a request.
  private func verdict(on request: CaseRequest, secret: GoString) throws -> String {
    let check = SignatureCheck(key: SigningKey(secret), profile: .cloudreve414)
    let target = try #require(RequestTarget(request.target))
    let headers = request.fields.fields.map { HeaderField($0.name, $0.value) }
    guard
      let error = check.verify(
        method: request.method, target: target, headers: headers, body: request.body, now: 1_795_000_000)
    else { return "good" }
    return "\(error.code) \(error.message)"
  }

  @Test(arguments: RecordedCases.files)
  func `a signature that was good stays good, and a wrong one stays wrong in the same way`(_ file: String) throws {
    for single in try RecordedCases.cases(file) {
      let rewriter = CaseRewriter(RecordedCases.substitution(for: single, seed: 3))
      for case .call(let call) in single.exchanges {
        let request = rewriter.request(call.request)
        let before = try verdict(on: call.request, secret: single.origin.secret)
        let after = try verdict(on: request, secret: rewriter.substitution.secret)
        #expect(before == after, "\(single.id): \(request.target)")
        #expect(try verdict(on: request, secret: single.origin.secret) != "good", "\(single.id): still the old secret")
      }
    }
  }

  @Test func `nothing of the old site, secret, folder and sessions is left`() throws {
    for file in RecordedCases.files {
      for single in try RecordedCases.cases(file) {
        let rewriter = CaseRewriter(RecordedCases.substitution(for: single, seed: 3))
        var old = [Substitution.authority(of: single.origin.site), single.origin.secret]
        if let folder = single.origin.folder { old.append(folder) }
        for exchange in single.exchanges {
          let sent: [UInt8]
          switch exchange {
          case .call(let call): sent = rewriter.request(call.request).bytes(authority: "x")
          case .raw(let raw): sent = rewriter.raw(raw.request)
          case .pause: continue
          }
          for text in old { #expect(!ByteSearch.contains(text.bytes, in: sent), "\(single.id) still has \(text)") }
          for session in rewriter.substitution.sessions.keys {
            #expect(!ByteSearch.contains(("/upload/" + session + "?").bytes, in: sent), "\(single.id)")
            #expect(!ByteSearch.contains(("/remote/" + session + "/").bytes, in: sent), "\(single.id)")
          }
        }
      }
    }
  }

  @Test func `a request that nothing changes is sent byte for byte`() throws {
    for file in RecordedCases.files {
      for single in try RecordedCases.cases(file) {
        let rewriter = CaseRewriter(RecordedCases.substitution(for: single, seed: nil))
        for exchange in single.exchanges {
          switch exchange {
          case .call(let call): #expect(rewriter.request(call.request) == call.request)
          case .raw(let raw): #expect(rewriter.raw(raw.request) == raw.request)
          case .pause: break
          }
        }
      }
    }
  }

  @Test func `a raw request keeps its length right, and a wrong length wrong`() throws {
    let body = #"{"callback":"http://127.0.0.1:7701"}"#
    func raw(_ length: Int, _ body: String) -> [UInt8] {
      Array("POST /api/v4/slave/ping HTTP/1.1\r\nHost: x\r\nContent-Length: \(length)\r\n\r\n\(body)".utf8)
    }
    var single = try #require(try RecordedCases.cases("cases/ping.json").first)
    single.origin.site = "http://127.0.0.1:7701"
    let rewriter = CaseRewriter(
      Staging(variation: Variation(seed: 1)).substitution(
        for: single, site: "http://127.0.0.1:54321", secret: "x", folder: "/x"))
    let changed = #"{"callback":"http://127.0.0.1:54321"}"#
    #expect(rewriter.raw(raw(36, body)) == raw(37, changed))
    #expect(rewriter.raw(raw(40, body)) == raw(41, changed))
    #expect(rewriter.raw(raw(36, body) + raw(36, body)) == raw(37, changed) + raw(37, changed))
    #expect(
      rewriter.raw(Array("no request http://127.0.0.1:7701".utf8)) == Array("no request http://127.0.0.1:54321".utf8))
  }

  @Test(arguments: [
    ("http://127.0.0.1:7701", "http://127.0.0.1:4242"),
    ("127.0.0.1:7701/x", "127.0.0.1:4242/x"),
    ("http://u:p@127.0.0.1:7701", "http://u:p@127.0.0.1:4242"),
    ("http://localhost:7701/", "http://localhost:4242/"),
    ("http://[::1]:7701/", "http://[::1]:4242/"),
    ("127.0.0.1:77010", "127.0.0.1:77010"),
    ("http%3A%2F%2F127.0.0.1%3A7701", "http%3A%2F%2F127.0.0.1%3A4242"),
    (#"{"size":7701}"#, #"{"size":7701}"#),
    (
      #"{"UploadSessionID": "s1","Callback":"/callback/remote/s1/k"}"#,
      #"{"UploadSessionID": "new","Callback":"/callback/remote/new/k"}"#
    ),
    (#"{"uploadsessionid":"s10"}"#, #"{"uploadsessionid":"s10"}"#),
    ("/cloudreve/m/slave1/conf", "/tmp/here/conf"),
    ("/cloudreve/m/slave10", "/cloudreve/m/slave10"),
    ("remove /cloudreve/m/slave1: no", "remove /tmp/here: no"),
  ])
  func `texts are rewritten where they mean the master, the folder or a session`(_ old: String, _ new: String) {
    let origin = CaseOrigin(
      path: "x", program: "x", secret: "", version: "", site: "http://127.0.0.1:7701", folder: "/cloudreve/m/slave1",
      entityTags: [], requests: [])
    let substitution = Substitution(
      origin: origin, site: "http://127.0.0.1:4242", secret: "", folder: "/tmp/here", version: "",
      sessions: ["s1": "new"])
    #expect(substitution.text(GoString(old)).text == new)
  }
}
