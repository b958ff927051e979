import Foundation
import Glibc
import GoWire
import ReferenceNode
import Testing

@testable import LiveWorld

/// ST-16: a confined disk touches nothing outside of its root.
@Suite struct ConfinementTests {
  /// With `openat2`, and without.
  private static let ways = [true, false]

  private final class Yard {
    let trial: LiveTrial
    let disk: any Disk
    var inside: String { trial.folder + "/root" }
    var outside: String { trial.folder + "/outside" }

    init(hasOpenat2: Bool) throws {
      trial = try LiveTrial()
      let folder = trial.folder
      for name in ["root/sub", "outside"] {
        try FileManager.default.createDirectory(atPath: folder + "/" + name, withIntermediateDirectories: true)
      }
      for file in ["root/f", "root/sub/g", "outside/secret"] {
        try Data(file.utf8).write(to: URL(filePath: folder + "/" + file))
      }
      let root = DiskRoot(base: GoString(folder), confinement: nil, hasOpenat2: hasOpenat2)
      disk = LiveDisk(root: root, loop: trial.live.loop).confined(to: DiskPath("root")!)
    }

    /// What every operation on a path ends with.
    func tryAll(_ path: String, to other: String = "root/moved") -> [DiskError.Kind?] {
      let path = DiskPath(GoString(path))!
      let other = DiskPath(GoString(other))!
      let disk = disk
      return trial.node { _ in
        [
          await diskFailure { () async throws(DiskError) in try await disk.open(path, .read) },
          await diskFailure { () async throws(DiskError) in try await disk.open(path, .write) },
          await diskFailure { () async throws(DiskError) in
            try await disk.open(path, .create(truncate: true, exclusive: false))
          },
          await diskFailure { () async throws(DiskError) in try await disk.status(path, followLinks: true) },
          await diskFailure { () async throws(DiskError) in try await disk.list(path) },
          await diskFailure { () async throws(DiskError) in try await disk.makeFolders(path) },
          await diskFailure { () async throws(DiskError) in try await disk.syncFolder(path) },
          await diskFailure { () async throws(DiskError) in try await disk.rename(path, to: other) },
          await diskFailure { () async throws(DiskError) in try await disk.rename(other, to: path) },
          await diskFailure { () async throws(DiskError) in try await disk.remove(path) },
          await diskFailure { () async throws(DiskError) in try await disk.removeTree(path) },
        ].map { $0?.kind }
      }
    }

    var outsideIsUntouched: Bool {
      let names = try? FileManager.default.contentsOfDirectory(atPath: outside)
      return names == ["secret"]
        && FileManager.default.contents(atPath: outside + "/secret") == Data("outside/secret".utf8)
    }
  }

  @Test(arguments: ways) func `paths that leave the root by their text are refused by every operation`(hasOpenat2: Bool)
    throws
  {
    let yard = try Yard(hasOpenat2: hasOpenat2)
    defer { yard.trial.end() }
    for path in [
      "outside/secret", "root/../outside/secret", "/etc/passwd", "..", "rootless", yard.outside,
      "root/sub/../../outside/x",
    ] {
      #expect(yard.tryAll(path).allSatisfy { $0 == .outsideRoot }, "\(path) \(yard.tryAll(path))")
    }
    #expect(yard.outsideIsUntouched)
  }

  @Test(arguments: ways) func `links that leave the root are refused wherever they stand`(hasOpenat2: Bool) throws {
    let yard = try Yard(hasOpenat2: hasOpenat2)
    defer { yard.trial.end() }
    symlink(yard.outside, yard.inside + "/absolute")
    symlink("../outside", yard.inside + "/relative")
    symlink("../../outside", yard.inside + "/sub/deeper")
    symlink(yard.outside + "/secret", yard.inside + "/file")
    for path in ["root/absolute/secret", "root/relative/secret", "root/sub/deeper/secret", "root/absolute/new/folder"] {
      #expect(yard.tryAll(path).allSatisfy { $0 == .outsideRoot }, "\(path) \(yard.tryAll(path))")
    }
    #expect(yard.outsideIsUntouched)
    // The link itself lies inside: it can be moved and removed, what it points to cannot be reached.
    let disk = yard.disk
    let outcomes = yard.trial.node { _ -> [Bool] in
      let link = DiskPath("root/file")!
      let isLink = try? await disk.status(link, followLinks: false).isLink
      let followed = try? await disk.status(link, followLinks: true)
      let opened = try? await disk.open(link, .create(truncate: true, exclusive: false))
      let removed: Void? = try? await disk.remove(link)
      try? await disk.removeTree(DiskPath("root/absolute")!)
      return [isLink == true, followed == nil, opened == nil, removed != nil]
    }
    #expect(outcomes == [true, true, true, true])
    #expect(yard.outsideIsUntouched)
  }

  @Test func `links that stay inside are followed`() throws {
    let yard = try Yard(hasOpenat2: true)
    defer { yard.trial.end() }
    symlink("sub/g", yard.inside + "/to-file")
    symlink("../sub", yard.inside + "/sub/to-folder")
    let disk = yard.disk
    let contents = yard.trial.node { _ -> [[UInt8]?] in
      var contents: [[UInt8]?] = []
      for path in ["root/to-file", "root/sub/to-folder/g", "root/f", "root/sub/../f"] {
        contents.append(try? await disk.open(DiskPath(GoString(path))!, .read).read(at: 0, count: 100))
      }
      return contents
    }
    #expect(contents == ["root/sub/g", "root/sub/g", "root/f", "root/f"].map { Array($0.utf8) })
  }

  @Test(arguments: ways) func `inside of the root everything works`(hasOpenat2: Bool) throws {
    let yard = try Yard(hasOpenat2: hasOpenat2)
    defer { yard.trial.end() }
    let disk = yard.disk
    let names = yard.trial.node { _ -> Result<[GoString], DiskError> in
      func path(_ text: GoString) -> DiskPath { DiskPath("root/" + text)! }
      do throws(DiskError) {
        try await disk.makeFolders(path("x/y/z"))
        try await disk.makeFolders(path("x/y/z"))
        let file = try await disk.open(path("x/y/z/new"), .create(truncate: true, exclusive: true))
        try await file.write([1, 2, 3], at: 0)
        await file.close()
        try await disk.syncFolder(path("x/y/z"))
        try await disk.rename(path("x/y/z/new"), to: path("x/moved"))
        try await disk.remove(path("f"))
        try await disk.removeTree(path("sub"))
        let there = try await disk.list(DiskPath("root")!) + disk.list(path("x"))
        _ = try await disk.status(DiskPath("root")!, followLinks: true)
        try await disk.removeTree(path("x"))
        return .success(there)
      } catch {
        return .failure(error)
      }
    }
    #expect(names == .success(["x", "moved", "y"]))
    #expect(yard.tryAll("root/../root").suffix(2).allSatisfy { $0 == .outsideRoot })
  }

  @Test(arguments: ways) func `a link swapped in and out meanwhile lets nothing through`(hasOpenat2: Bool) throws {
    let yard = try Yard(hasOpenat2: hasOpenat2)
    defer { yard.trial.end() }
    let inside = yard.inside
    let outside = yard.outside
    let stop = Notes<Bool>()
    let stopped = Notes<Bool>()
    // `root/swap` is by turns a folder and a link that leads outside, where a file of the same name lies.
    mkdir(inside + "/real", 0o755)
    try Data("inside".utf8).write(to: URL(filePath: inside + "/real/secret"))
    Background.run {
      while stop.all.isEmpty {
        rename(inside + "/real", inside + "/swap")
        rename(inside + "/swap", inside + "/real")
        symlink(outside, inside + "/swap")
        unlink(inside + "/swap")
      }
      stopped.add(true)
    }
    let disk = yard.disk
    let leaks = yard.trial.node { _ -> Int in
      var leaks = 0
      let path = DiskPath("root/swap/secret")!
      for _ in 0..<500 {
        if let bytes = try? await disk.open(path, .read).read(at: 0, count: 100), bytes != Array("inside".utf8) {
          leaks += 1
        }
        _ = try? await disk.open(DiskPath("root/swap/new")!, .create(truncate: true, exclusive: false))
        try? await disk.removeTree(DiskPath("root/swap/new")!)
      }
      return leaks
    }
    stop.add(true)
    try stopped.wait(for: 1)
    #expect(leaks == 0)
    #expect(yard.outsideIsUntouched)
  }
}
