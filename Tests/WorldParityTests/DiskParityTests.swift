import Glibc
import GoWire
import LiveWorld
import ReferenceNode
import Simulator
import TestSupport
import Testing

@Suite struct DiskParityTests {
  private static let paths: [GoString] = [
    "a", "b", "a/b", "a/b/c", "d", "d/e", "a/../b", "a/./b", "a//b/", "a/", "l", "l/e", "l/../a", "loop", "loop/x",
    "dangling",
    "file-link", "", ".", "d/..", "d/../d/e", GoString(Array(repeating: 0x61, count: 256)),
    GoString(Array(repeating: [0x62, 0x2F], count: 3_000).joined()),
  ]

  /// Paths that try to leave.
  private static let sly: [GoString] = [
    "root/a", "root/b", "root/a/b", "root", "root/", "root/.", "root/..", "root/../a", "a", "", "/", "root/a/../b",
    "root/a/../../root/b", "root/up", "root/up/x", "root/abs", "root/abs/x", "root/in", "root/in/b", "root/loop",
    "root/back/b",
    "../x", "rootless", "root/up/../a",
  ]

  private static let links: [(GoString, GoString)] = [
    ("l", "d"), ("loop", "loop"), ("dangling", "a/new"), ("file-link", "b"),
  ]

  private static func slyLinks(_ base: GoString) -> [(GoString, GoString)] {
    [
      ("root/up", ".."), ("root/abs", base + "/root"), ("root/in", "a"), ("root/loop", "loop"),
      ("root/back", "../root/a"),
    ]
  }

  private static func compare(seed: UInt64, paths: [GoString], isConfined: Bool) throws {
    let folder = try TemporaryFolder()
    let base = GoString(folder.path)
    let links = isConfined ? Self.slyLinks(base) : Self.links
    if isConfined { mkdir(folder.path("root"), 0o755) }
    for (name, target) in links { symlink(target.text, folder.path(name.text)) }
    let script = DiskScript(seed: seed, count: 120, paths: paths)
    let play = { @Sendable (disk: any Disk) in
      await script.play(on: isConfined ? disk.confined(to: DiskPath("root")!) : disk)
    }
    let live = LiveWorld(folder: base)
    live.start()
    let real = live.wait { world in await play(world.disk) }
    live.stop()
    live.join()
    let virtual = try Simulation(seed: 1).run { world in
      let disk = world.node("slave").disk
      disk.folder = base
      if isConfined { disk.plantFolder("root") }
      for (name, target) in links { disk.plantLink(name, to: target) }
      return await play(disk)
    }
    for (index, lines) in zip(real, virtual).enumerated() where lines.0 != lines.1 {
      let before = real[max(0, index - 12)..<index].map { "  " + $0 }.joined(separator: "\n")
      Issue.record(
        "step \(index): the real disk says\n  \(lines.0)\nthe one in memory\n  \(lines.1)\nafter\n\(before)")
      return
    }
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func `a disk in memory does what a real one does`(_ seed: UInt64) async throws {
    try await onThread { Result { try Self.compare(seed: seed, paths: Self.paths, isConfined: false) } }.get()
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func `a confined disk in memory does what a real one does`(_ seed: UInt64) async throws {
    try await onThread { Result { try Self.compare(seed: seed, paths: Self.sly, isConfined: true) } }.get()
  }
}
