import GoWire
import LiveWorld
import ReferenceNode

extension Mutant {
  /// Changes to the bytes of files and what is said of them.
  static let contentMutants: [Mutant] = [
    Mutant(answers: "body-byte-flipped", "one byte of a file's content differs", groups: ["content"]) {
      request, answer in
      guard request.isContent, answer.status == 200, !answer.bytes.isEmpty else { return }
      answer.bytes[answer.bytes.count / 2] ^= 1
    },
    Mutant(answers: "body-cut-by-one", "the last byte of a file's content is missing", groups: ["content"]) {
      request, answer in
      guard request.isContent, answer.status == 200, !answer.bytes.isEmpty else { return }
      answer.bytes.removeLast()
    },
    Mutant(
      "range-start-off-by-one", "a range begins one byte late", groups: ["content"],
      handler: { node, _ in
        MutatedHandler(
          node: node,
          request: { request in
            guard request.isContent, let range = request.fields.first("Range")?.text, range.hasPrefix("bytes=") else {
              return request
            }
            let bounds = range.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            guard bounds.count == 2, let start = Int64(bounds[0]), start < Int64.max else { return request }
            var changed = request
            changed.fields.set("Range", GoString("bytes=\(start + 1)-\(bounds[1])"))
            return changed
          })
      }),
    Mutant(answers: "content-range-off-by-one", "Content-Range names another end", groups: ["content"]) { _, answer in
      guard let text = answer.fields.first("Content-Range")?.text, let slash = text.lastIndex(of: "/") else { return }
      answer.fields.set("Content-Range", GoString(text[..<slash] + "1" + text[slash...]))
    },
    Mutant(answers: "partial-as-200", "a part is answered with 200", groups: ["content"]) { _, answer in
      if answer.status == 206 { answer.status = 200 }
    },
    Mutant(
      "ranges-ignored", "Range has no effect", groups: ["content"],
      handler: { node, _ in MutatedHandler(node: node, request: { $0.without("Range") }) }),
    Mutant(
      "if-range-ignored", "If-Range has no effect", groups: ["content"],
      handler: { node, _ in MutatedHandler(node: node, request: { $0.without("If-Range") }) }),
    Mutant(
      "if-none-match-ignored", "If-None-Match has no effect", groups: ["content"],
      handler: { node, _ in MutatedHandler(node: node, request: { $0.without("If-None-Match") }) }),
    Mutant(
      "if-match-ignored", "If-Match has no effect", groups: ["content"],
      handler: { node, _ in MutatedHandler(node: node, request: { $0.without("If-Match") }) }),
    Mutant(answers: "etag-dropped", "content comes without an ETag", groups: ["content"]) { _, answer in
      answer.fields.remove("ETag")
    },
    Mutant(answers: "accept-ranges-dropped", "content comes without Accept-Ranges", groups: ["content"]) { _, answer in
      answer.fields.remove("Accept-Ranges")
    },
    Mutant(answers: "sandbox-dropped", "content comes without its Content-Security-Policy", groups: ["content"]) {
      _, answer in
      answer.fields.remove("Content-Security-Policy")
    },
    Mutant(answers: "disposition-dropped", "a download comes without Content-Disposition", groups: ["content"]) {
      _, answer in
      answer.fields.remove("Content-Disposition")
    },
    Mutant(answers: "type-by-name-lost", "all content is application/octet-stream", groups: ["content"]) {
      request, answer in
      if request.isContent, answer.status == 200, !answer.isEnvelope {
        answer.fields.set("Content-Type", "application/octet-stream")
      }
    },
    Mutant(answers: "missing-file-with-status-200", "a missing file answers HTTP 200", groups: ["content"]) {
      request, answer in
      if request.isContent, answer.status == 400 { answer.status = 200 }
    },
    Mutant(
      "speed-limit-ignored", "content is sent as fast as it goes", groups: ["content"],
      world: { world in
        var changed = world
        changed.clock = ClockWithoutWaiting(clock: world.clock)
        return changed
      }),
    Mutant(
      "old-bytes-after-replacement", "a file that was replaced is served from memory", groups: ["content"],
      handler: { node, _ in
        let cache = ContentCache()
        return MutatedHandler(
          node: node,
          response: { request, answer in
            guard request.isContent, [200, 206].contains(answer.status), !answer.isEnvelope else { return }
            cache.replace(&answer, for: request)
          })
      }),
  ]
}

extension HTTPRequest {
  func without(_ name: GoString) -> HTTPRequest {
    var changed = self
    changed.fields.remove(name)
    return changed
  }
}

/// Content answers by what was asked, each the first that was given.
private final class ContentCache: Sendable {
  private let answers = Guarded<[GoString: OpenedResponse]>([:])

  func replace(_ answer: inout OpenedResponse, for request: HTTPRequest) {
    let asked = request.method + " " + request.target + " " + (request.fields.first("Range") ?? "")
    answers.withLock { known in
      guard let first = known[asked] else {
        known[asked] = answer
        return
      }
      let etag = answer.fields.first("ETag")
      answer = first
      if let etag { answer.fields.set("ETag", etag) }
    }
  }
}

/// A clock that jumps to the end of each sleep at once.
private final class ClockWithoutWaiting: NodeClock {
  private let clock: any NodeClock
  private let ahead = Guarded(Span.zero)

  init(clock: any NodeClock) { self.clock = clock }

  var now: GoTime { clock.now }
  var uptime: Uptime { clock.uptime + ahead.withLock { $0 } }

  func sleep(until deadline: Uptime) async throws(CancellationError) {
    let left = deadline - uptime
    if left > .zero { ahead.withLock { $0.nanoseconds += left.nanoseconds } }
  }
}
