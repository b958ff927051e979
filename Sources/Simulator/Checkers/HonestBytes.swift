import GoWire
import NodeProtocol
import ReferenceNode

/// INV-15: content is exactly the file's bytes for its range, or breaks off; two versions of a file never share an ETag.
struct HonestBytes: Checker {
  let invariant = "INV-15"

  private struct Version {
    var path: GoString
    var content: [UInt8]
  }

  /// What a file was when a request for it came, by node and target.
  private var versions: [String: Version] = [:]
  /// Contents under each ETag of a path.
  private var tagged: [String: [UInt8]] = [:]
  /// Faults in the middle that change bodies: what comes then is not the slave's.
  private static let excuses: [FaultKind] = [
    .flip, .page, .badReply, .cache, .bodyCut, .rot, .endless, .redirect, .header, .lostReply, .duplicate,
  ]

  mutating func see(_ sight: Sight, in scene: any CheckedScene) -> [String] {
    switch sight {
    case .request(let request):
      guard request.isContent, let path = Self.path(of: request.target) else { break }
      if let content = scene.disk(of: request.node).peek(path) {
        versions["\(request.node) \(request.target)"] = Version(path: path, content: content)
      }
    case .answered(let answer):
      return judge(answer, scene)
    case .event, .took, .response, .masterReceived:
      break
    }
    return []
  }

  private mutating func judge(_ answer: StepAnswer, _ scene: any CheckedScene) -> [String] {
    guard answer.method == "GET", answer.requested.hasPrefix("/api/v4/slave/file/content/"), answer.code == nil,
      let status = answer.status, status == 200 || status == 206,
      let version = versions["\(answer.target) \(answer.requested)"]
    else { return [] }
    var texts: [String] = []
    if let etag = answer.fields.first("ETag") {
      let key = "\(answer.target) \(version.path) \(etag)"
      // A whole answer mixes nothing, and bits that changed by themselves are no version.
      let isMix = status == 206 && !scene.plannedFaults.contains(.rot)
      if let before = tagged[key], before != version.content, isMix {
        texts.append("\(version.path) on \(answer.target) has two versions under the ETag \(etag)")
      }
      tagged[key] = version.content
    }
    guard !scene.plannedFaults.contains(where: Self.excuses.contains) else { return texts }
    let begin = status == 206 ? Self.begin(answer.fields.first("Content-Range")) : 0
    guard let begin else { return texts }
    // The file may have been changed while it was read: then either version's bytes are honest.
    let now = scene.disk(of: answer.target).peek(version.path)
    let contents = [version.content] + (now.map { [$0] } ?? [])
    let isHonest = contents.contains { content in
      begin <= content.count && Array(content[begin...].prefix(answer.body.count)) == answer.body
    }
    if !isHonest {
      texts.append("\(answer.target) serves \(answer.body.count) bytes that \(version.path) does not have")
    }
    return texts
  }

  private static func path(of target: GoString) -> GoString? {
    let parts = target.bytes.prefix { $0 != UInt8(ascii: "?") }
      .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count > 7 else { return nil }
    return (try? Base64.url.decode(GoString(parts[7]))).map { GoString($0) }
  }

  private static func begin(_ range: GoString?) -> Int? {
    guard let range, range.hasPrefix("bytes ") else { return nil }
    return Int(String(decoding: range.bytes.dropFirst(6).prefix { $0 != UInt8(ascii: "-") }, as: UTF8.self))
  }
}
