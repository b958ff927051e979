import GoWire
import ReferenceNode
import Simulator

/// Operations on a disk, drawn from a seed, and what came of each in words: the same on every disk that keeps the door's rules.
struct DiskScript {
  enum Step {
    case open(DiskPath, OpenMode)
    case status(DiskPath, followLinks: Bool)
    case list(DiskPath)
    case makeFolders(DiskPath)
    case remove(DiskPath)
    case removeTree(DiskPath)
    case rename(DiskPath, DiskPath)
    case syncFolder(DiskPath)
    case absolute(DiskPath)
    /// Operations on the n-th file that was opened.
    case read(Int, Int64, Int)
    case write(Int, [UInt8], Int64)
    case truncate(Int, Int64)
    case preallocate(Int, Int64)
    case statusOf(Int)
    case sync(Int)
    case close(Int)
  }

  let steps: [Step]

  /// - Parameter paths: what operations are tried on.
  init(seed: UInt64, count: Int, paths: [GoString]) {
    var generator = SeededGenerator(seed: seed)
    func path() -> DiskPath { DiskPath(paths[generator.below(paths.count)]) ?? DiskPath("")! }
    // A tree is removed by a name of its own: what `.` and `..` mean to the two is not the door's promise.
    func tree() -> DiskPath {
      while true {
        let path = path()
        if path.text.bytes.last != UInt8(ascii: ".") { return path }
      }
    }
    func size() -> Int64 { [0, 1, 5, 4_096, 65_536, 70_001][generator.below(6)] }
    let modes: [OpenMode] = [
      .read, .read, .write, .create(truncate: true, exclusive: false), .create(truncate: false, exclusive: false),
      .create(truncate: false, exclusive: true), .create(truncate: true, exclusive: true),
    ]
    steps = (0..<count).map { _ in
      let file = generator.below(3)
      switch generator.below(24) {
      case 0...4: return .open(path(), modes[generator.below(modes.count)])
      case 5: return .status(path(), followLinks: true)
      case 6: return .status(path(), followLinks: false)
      case 7: return .list(path())
      case 8, 9: return .makeFolders(path())
      case 10, 11: return .remove(path())
      case 12: return .removeTree(tree())
      case 13, 14: return .rename(path(), path())
      case 15: return .syncFolder(path())
      case 16: return .absolute(path())
      case 17, 18: return .read(file, size(), 70_000)
      case 19, 20: return .write(file, [UInt8](repeating: UInt8(generator.below(256)), count: Int(size())), size())
      case 21: return generator.chance(1, of: 2) ? .truncate(file, size()) : .preallocate(file, size())
      case 22: return generator.chance(1, of: 2) ? .statusOf(file) : .sync(file)
      default: return .close(file)
      }
    }
  }

  /// Does everything in order; a line for each step.
  func play(on disk: any Disk) async -> [String] {
    var files: [any DiskFile] = []
    var lines: [String] = []
    for step in steps {
      do throws(DiskError) {
        lines.append("\(Self.name(step)): \(try await Self.outcome(of: step, on: disk, &files))")
      } catch {
        lines.append("\(Self.name(step)): \(error.kind), \(error.text)")
      }
    }
    for file in files { await file.close() }
    return lines
  }

  private static func outcome(
    of step: Step, on disk: any Disk, _ files: inout [any DiskFile]
  ) async throws(DiskError) -> String {
    func file(_ index: Int) -> (any DiskFile)? { files.isEmpty ? nil : files[files.count - 1 - index % files.count] }
    switch step {
    case .open(let path, let mode):
      files.append(try await disk.open(path, mode))
      return "open"
    case .status(let path, let followLinks):
      return describe(try await disk.status(path, followLinks: followLinks))
    case .list(let path):
      return try await disk.list(path).map(\.text).joined(separator: ",")
    case .makeFolders(let path):
      try await disk.makeFolders(path)
    case .remove(let path):
      try await disk.remove(path)
    case .removeTree(let path):
      try await disk.removeTree(path)
    case .rename(let from, let to):
      try await disk.rename(from, to: to)
    case .syncFolder(let path):
      try await disk.syncFolder(path)
    case .absolute(let path):
      return disk.absolute(path).text
    case .read(let index, let offset, let count):
      guard let bytes = try await file(index)?.read(at: offset, count: count) else { return "no file" }
      return "\(bytes.count) bytes, sum \(bytes.reduce(0) { ($0 &* 31) &+ Int($1) })"
    case .write(let index, let bytes, let offset):
      try await file(index)?.write(bytes, at: offset)
    case .truncate(let index, let size):
      try await file(index)?.truncate(to: size)
    case .preallocate(let index, let size):
      try await file(index)?.preallocate(size)
    case .statusOf(let index):
      guard let status = try await file(index)?.status() else { return "no file" }
      return describe(status)
    case .sync(let index):
      try await file(index)?.sync()
    case .close(let index):
      await file(index)?.close()
    }
    return "done"
  }

  private static func describe(_ status: FileStatus) -> String {
    // The size of a folder is the file system's business.
    let size = status.isDirectory ? "any" : "\(status.size)"
    return "size \(size) folder \(status.isDirectory) link \(status.isLink) regular \(status.isRegular)"
  }

  private static func name(_ step: Step) -> String {
    if case .write(let index, let bytes, let offset) = step { return "write \(index) \(bytes.count) at \(offset)" }
    return "\(step)"
  }
}
