import GoWire
import ReferenceNode

/// How the lines of a trace go into the running hash.
extension RunningHash {
  mutating func mix(number: Int, time: Uptime, node: String, _ kind: TraceEvent.Kind) {
    mix(UInt64(truncatingIfNeeded: number))
    mix(time.nanoseconds)
    mix(text: node)
    mix(kind)
  }

  private mutating func mix(_ kind: TraceEvent.Kind) {
    switch kind {
    case .effect(let number, let action, let failure):
      mixed(0x100, Int64(number))
      mix(action)
      mix(optional: failure)
    case .exchangeBegan(let start):
      mixed(0x200, Int64(start.number), Int64(start.connection))
      mix(text: start.from)
      mix(text: start.to)
      mix(text: start.kind.rawValue)
      mix(start.method)
      mix(start.target)
    case .exchangePhase(let number, let phase, let bytes):
      mixed(0x201, Int64(number), bytes)
      mix(text: phase.rawValue)
    case .requestReceived(let number, let method, let target):
      mixed(0x202, Int64(number ?? -1))
      mix(method)
      mix(target)
    case .responseSent(let number, let status):
      mixed(0x203, Int64(number ?? -1), Int64(status ?? -1))
    case .exchangeEnded(let number, let status, let failure):
      mixed(0x204, Int64(number), Int64(status ?? -1))
      mix(failure ?? "")
    case .log(let line):
      mixed(0x300, Int64(line.level.rawValue))
      mix(text: line.message)
      mix(line.requestID ?? "")
      for detail in line.details {
        mix(text: detail.key)
        mix(detail.value)
      }
    case .process(let change):
      mixed(0x400)
      mix(text: change.text)
    case .clock(let offset):
      mixed(0x500, offset.nanoseconds)
    case .fault(let fault, let kind, let detail):
      mixed(0x600, Int64(fault))
      mix(text: kind.rawValue)
      mix(text: detail)
    case .healed(let fault, let kind):
      mixed(0x601, Int64(fault))
      mix(text: kind.rawValue)
    case .step(let text):
      mixed(0x700)
      mix(text: text)
    case .violation(let invariant, let text):
      mixed(0x800)
      mix(text: invariant)
      mix(text: text)
    }
  }

  private mutating func mix(_ action: Effect.Action) {
    switch action {
    case .open(let path, let mode): mix(1, path, mode.code)
    case .read(let path, let offset, let count): mix(2, path, offset, Int64(count))
    case .write(let path, let offset, let count): mix(3, path, offset, Int64(count))
    case .truncate(let path, let size): mix(4, path, size)
    case .preallocate(let path, let size): mix(5, path, size)
    case .sync(let path): mix(6, path)
    case .close(let path): mix(7, path)
    case .status(let path): mix(8, path)
    case .list(let path): mix(9, path)
    case .makeFolders(let path): mix(10, path)
    case .remove(let path): mix(11, path)
    case .removeTree(let path): mix(12, path)
    case .rename(let from, let to):
      mix(13, from)
      mix(to)
    case .syncFolder(let path): mix(14, path)
    case .freeSpace: mix(UInt64(15))
    case .call(let method, let url):
      mix(16, method)
      mix(url)
    case .reply(let method, let url, let status):
      mix(17, method, Int64(status ?? -1))
      mix(url)
    case .request(let method, let target):
      mix(18, method)
      mix(target)
    case .response(let method, let target, let status):
      mix(19, method, Int64(status ?? -1))
      mix(target)
    }
  }

  private mutating func mix(_ kind: UInt64, _ text: GoString, _ first: Int64 = 0, _ second: Int64 = 0) {
    mix(kind)
    mix(text)
    mix(first)
    mix(second)
  }

  private mutating func mixed(_ kind: UInt64, _ first: Int64 = 0, _ second: Int64 = 0) {
    mix(kind)
    mix(first)
    mix(second)
  }

  private mutating func mix(optional text: String?) {
    guard let text else { return mix(UInt64(0)) }
    mix(text: text)
  }
}

extension OpenMode {
  fileprivate var code: Int64 {
    switch self {
    case .read: 0
    case .write: 1
    case .create(let truncate, let exclusive): 2 | (truncate ? 4 : 0) | (exclusive ? 8 : 0)
    }
  }
}

extension TraceEvent.ProcessChange {
  /// One word for the change, and what belongs to it.
  public var text: String {
    switch self {
    case .started(let version): "started \(version)"
    case .terminating: "terminating"
    case .ended(let exitCode): "ended \(exitCode)"
    case .killed: "killed"
    case .lostPower: "lost power"
    case .paused: "paused"
    case .resumed: "resumed"
    case .crashed(let reason): "crashed: \(reason)"
    }
  }
}
