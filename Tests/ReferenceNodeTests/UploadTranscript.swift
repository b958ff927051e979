import GoWire
import NodeProtocol
import ReferenceNode

/// Feeds an upload session machine with events and writes down, a line each, what it wants done.
struct UploadTranscript {
  private var machine: UploadSessionMachine
  private var writers: [Int: UploadSessionMachine.Writer] = [:]
  private(set) var lines: [String] = []

  init(_ profile: Profile, size: Int64, chunkSize: Int64, hasCallback: Bool = true) {
    machine = UploadSessionMachine(
      plan: ChunkPlan(size: size, chunkSize: chunkSize), hasCallback: hasCallback, profile: profile)
  }

  var text: String { lines.joined(separator: "\n") }

  mutating func arrived(_ index: Int64, _ announced: Int64) {
    switch machine.chunkArrived(index, announced: announced) {
    case .write(let writer, let offset, let count, let truncates, let superseding):
      writers[writer.number] = writer
      let emptying = truncates ? " emptying the file" : ""
      let instead = superseding.map { " instead of \($0.number)" } ?? ""
      lines.append("chunk \(index) arrived: writer \(writer.number) at \(offset) \(count) bytes\(emptying)\(instead)")
    case .joinCall: lines.append("chunk \(index) arrived: join the call")
    case .answerAndForget: lines.append("chunk \(index) arrived: answer and forget")
    case .refuse(let error): lines.append("chunk \(index) arrived: \(error.code) \(error.message)")
    }
  }

  mutating func written(_ number: Int) {
    guard let writer = writers[number] else { return lines.append("no writer \(number)") }
    switch machine.chunkWritten(writer) {
    case .answer: lines.append("writer \(number) done: answer")
    case .callMaster: lines.append("writer \(number) done: call the master")
    case .joinCall: lines.append("writer \(number) done: join the call")
    case .answerAndForget: lines.append("writer \(number) done: answer and forget")
    case .refuse(let error): lines.append("writer \(number) done: \(error.code) \(error.message)")
    }
  }

  /// Writes a chunk from its head to its last byte.
  mutating func chunk(_ index: Int64, _ announced: Int64) {
    let next = (writers.keys.max() ?? 0) + 1
    arrived(index, announced)
    if writers[next] != nil { written(next) }
  }

  mutating func failed(_ number: Int) {
    guard let writer = writers[number] else { return lines.append("no writer \(number)") }
    machine.chunkFailed(writer)
    lines.append("writer \(number) failed")
  }

  mutating func mayWrite(_ number: Int) {
    guard let writer = writers[number] else { return lines.append("no writer \(number)") }
    lines.append("writer \(number) may write: \(machine.mayWrite(writer) ? "yes" : "no")")
  }

  mutating func accepted(isAwaited: Bool = true) { ended(.accepted, "accepted", isAwaited) }

  mutating func refused(_ code: ErrorCode) {
    ended(.failed(NodeError(code, "no"), isAmbiguous: false), "refused", true)
  }

  mutating func lost() {
    ended(.failed(NodeError(.callbackFailed, "lost"), isAmbiguous: true), "lost", true)
  }

  private mutating func ended(_ outcome: UploadSessionMachine.CallOutcome, _ name: String, _ isAwaited: Bool) {
    switch machine.callEnded(outcome, isAwaited: isAwaited) {
    case .answerAndForget: lines.append("call \(name): answer and forget")
    case .keep: lines.append("call \(name): keep")
    case .refuse(let error): lines.append("call \(name): \(error.code) \(error.message)")
    }
  }

  mutating func deleted() {
    switch machine.deleted() {
    case .forget: lines.append("deleted: forget")
    case .stopAndRemove(let stopped): lines.append("deleted: stop \(stopped.map(\.number)) and remove")
    }
  }

  mutating func replaced() {
    lines.append("replaced: stop \(machine.replaced().map(\.number))")
  }
}

/// The transcript of what `events` gave.
func uploadTranscript(
  _ profile: Profile, size: Int64, chunkSize: Int64, hasCallback: Bool = true,
  _ events: (inout UploadTranscript) -> Void
) -> String {
  var transcript = UploadTranscript(profile, size: size, chunkSize: chunkSize, hasCallback: hasCallback)
  events(&transcript)
  return transcript.text
}
