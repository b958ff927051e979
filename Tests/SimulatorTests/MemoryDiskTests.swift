import GoWire
import ReferenceNode
import Simulator
import Testing

extension DiskPath {
  /// A path known to be sound.
  init(sure text: GoString) {
    self.init(text)!
  }
}

extension Disk {
  /// The reason for which an operation fails; nil when it succeeds.
  func reason(_ body: (any Disk) async throws(DiskError) -> Void) async -> String? {
    do {
      try await body(self)
      return nil
    } catch {
      return error.text
    }
  }

  func put(_ path: GoString, _ text: String) async throws(DiskError) {
    let file = try await open(DiskPath(sure: path), .create(truncate: true, exclusive: false))
    try await file.write(Array(text.utf8), at: 0)
    await file.close()
  }

  func get(_ path: GoString) async throws(DiskError) -> String {
    let file = try await open(DiskPath(sure: path), .read)
    let bytes = try await file.read(at: 0, count: 1 << 20)
    await file.close()
    return String(decoding: bytes, as: UTF8.self)
  }
}

@Suite struct MemoryDiskTests {
  /// Runs `body` with an empty disk whose folder is `/d`.
  private static func onDisk<Value: Sendable>(
    _ body: @escaping @Sendable (MemoryDisk) async throws -> Value
  ) throws -> Value {
    try Simulation(seed: 1).run { world in
      let disk = world.node("slave").disk
      disk.folder = "/d"
      return try await body(disk)
    }
  }

  @Test func `what is written is read, at any offset, a gap as zeros`() throws {
    try Self.onDisk { disk in
      let file = try await disk.open(DiskPath(sure: "f"), .create(truncate: false, exclusive: true))
      try await file.write([1, 2, 3], at: 70_000)
      try await file.write([9], at: 1)
      #expect(try await file.status().size == 70_003)
      #expect(try await file.read(at: 0, count: 3) == [0, 9, 0])
      #expect(try await file.read(at: 69_999, count: 10) == [0, 1, 2, 3])
      #expect(try await file.read(at: 70_003, count: 10) == [])
      #expect(try await file.read(at: 65_530, count: 12) == [UInt8](repeating: 0, count: 12))
      try await file.truncate(to: 70_001)
      try await file.truncate(to: 70_004)
      #expect(try await file.read(at: 70_000, count: 10) == [1, 0, 0, 0])
      await file.close()
      #expect(disk.peekTree() == ["f"])
    }
  }

  @Test func `random writes and truncations agree with plain bytes`() throws {
    try Self.onDisk { disk in
      var generator = SeededGenerator(seed: 3)
      var model: [UInt8] = []
      let file = try await disk.open(DiskPath(sure: "f"), .create(truncate: false, exclusive: true))
      for _ in 0..<300 {
        if generator.chance(1, of: 5) {
          let size = generator.below(200_000)
          try await file.truncate(to: Int64(size))
          model = Array(model.prefix(size)) + [UInt8](repeating: 0, count: max(0, size - model.count))
        } else {
          let offset = generator.below(150_000)
          let bytes = generator.bytes(generator.below(70_000))
          try await file.write(bytes, at: Int64(offset))
          if !bytes.isEmpty {
            if model.count < offset + bytes.count {
              model += [UInt8](repeating: 0, count: offset + bytes.count - model.count)
            }
            model.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
          }
        }
        let from = generator.below(200_000)
        let read = try await file.read(at: Int64(from), count: 50_000)
        // Compared before, for the difference of long lists takes minutes to show.
        let isSame = read == Array(model.dropFirst(from).prefix(50_000))
        #expect(isSame)
      }
      let isSame = disk.peek("f") == model
      #expect(isSame)
      #expect(disk.used <= Int64(model.count))
      try await disk.remove(DiskPath(sure: "f"))
      #expect(disk.used > 0 || model.isEmpty)
      await file.close()
      #expect(disk.used == 0)
    }
  }

  @Test func `failures have the system's words`() throws {
    try Self.onDisk { disk in
      try await disk.put("f", "x")
      try await disk.makeFolders(DiskPath(sure: "a/b"))
      let create = OpenMode.create(truncate: true, exclusive: false)
      func failure(_ path: GoString, _ mode: OpenMode) async -> String? {
        await disk.reason { disk throws(DiskError) in _ = try await disk.open(DiskPath(sure: path), mode) }
      }
      #expect(await failure("none", .read) == "no such file or directory")
      #expect(await failure("none/x", create) == "no such file or directory")
      #expect(await failure("f/x", .read) == "not a directory")
      #expect(await failure("f/", .read) == "not a directory")
      #expect(await failure("a", .write) == "is a directory")
      #expect(await failure("a", create) == "is a directory")
      #expect(await failure("new/", create) == "is a directory")
      #expect(await failure("", create) == "is a directory")
      #expect(await failure("f", .create(truncate: false, exclusive: true)) == "file exists")
      #expect(await failure(GoString(Array(repeating: 0x61, count: 256)), create) == "file name too long")
      #expect(await failure(GoString(Array(repeating: 0x2F, count: 5_000)), .read) == "file name too long")
      func folder(_ path: GoString) async -> String? {
        await disk.reason { disk throws(DiskError) in try await disk.makeFolders(DiskPath(sure: path)) }
      }
      #expect(await folder("a/b") == nil)
      #expect(await folder("f") == "not a directory")
      #expect(await folder("f/g") == "not a directory")
      func removal(_ path: GoString) async -> String? {
        await disk.reason { disk throws(DiskError) in try await disk.remove(DiskPath(sure: path)) }
      }
      #expect(await removal("a") == "directory not empty")
      #expect(await removal("none") == "no such file or directory")
      #expect(await removal("a/b") == nil)
      #expect(await removal("a") == nil)
      func listing(_ path: GoString) async -> String? {
        await disk.reason { disk throws(DiskError) in _ = try await disk.list(DiskPath(sure: path)) }
      }
      #expect(await listing("f") == "not a directory")
      #expect(await listing("a") == "no such file or directory")
    }
  }

  @Test func `a folder can be opened but not read, and has a size`() throws {
    try Self.onDisk { disk in
      let folder = try await disk.open(DiskPath(sure: ""), .read)
      #expect(try await folder.status().isDirectory)
      #expect(try await folder.status().size > 0)
      await #expect(throws: DiskError(.isADirectory, "is a directory")) { try await folder.read(at: 0, count: 1) }
    }
  }

  @Test func `a listing is in byte order`() throws {
    try Self.onDisk { disk in
      for name: GoString in ["b", "B", "a b", "é", "a", "_"] { try await disk.put(name, "") }
      try await disk.put(GoString([0xFF]), "")
      #expect(try await disk.list(DiskPath(sure: "")) == ["B", "_", "a", "a b", "b", "é", GoString([0xFF])])
    }
  }

  @Test func `a removed file can be read while it is open, and its room is taken until it is closed`() throws {
    try Self.onDisk { disk in
      try await disk.put("f", "hello")
      let file = try await disk.open(DiskPath(sure: "f"), .read)
      try await disk.remove(DiskPath(sure: "f"))
      #expect(disk.used == 5)
      #expect(try await file.read(at: 0, count: 9) == Array("hello".utf8))
      await file.close()
      #expect(disk.used == 0)
      await #expect(throws: DiskError(.failed, "file already closed")) { try await file.read(at: 0, count: 9) }
    }
  }

  @Test func `a file that nobody closes is closed when nobody holds it`() throws {
    try Self.onDisk { disk in
      try await disk.put("f", "hello")
      do {
        let file = try await disk.open(DiskPath(sure: "f"), .read)
        try await disk.remove(DiskPath(sure: "f"))
        _ = try await file.status()
      }
      #expect(disk.used == 0)
    }
  }

  @Test func `a tree is removed whole, and removing nothing is success`() throws {
    try Self.onDisk { disk in
      disk.plant("t/a/1", [1])
      disk.plant("t/b", [2, 3])
      disk.plant("keep", [4])
      disk.plantLink("t/l", to: "../keep")
      try await disk.removeTree(DiskPath(sure: "t"))
      try await disk.removeTree(DiskPath(sure: "t"))
      try await disk.removeTree(DiskPath(sure: "none/x"))
      #expect(disk.peekTree() == ["keep"])
      #expect(disk.used == 1)
    }
  }

  @Test func `a rename replaces files and empty folders only`() throws {
    try Self.onDisk { disk in
      disk.plant("a", [1])
      disk.plant("b", [2, 2])
      disk.plant("full/x", [3])
      disk.plantFolder("empty")
      disk.plantFolder("dir")
      func rename(_ from: GoString, _ to: GoString) async -> String? {
        await disk.reason { disk throws(DiskError) in
          try await disk.rename(DiskPath(sure: from), to: DiskPath(sure: to))
        }
      }
      #expect(await rename("a", "b") == nil)
      #expect(disk.peek("b") == [1])
      #expect(disk.used == 2)
      #expect(await rename("none", "x") == "no such file or directory")
      #expect(await rename("b", "dir") == "is a directory")
      #expect(await rename("dir", "b") == "not a directory")
      #expect(await rename("dir", "full") == "directory not empty")
      #expect(await rename("full", "full/y") == "invalid argument")
      #expect(await rename("full", "empty") == nil)
      #expect(disk.peekTree() == ["b", "dir/", "empty/", "empty/x"])
    }
  }

  @Test func `links are followed, unless asked not to, and not for ever`() throws {
    try Self.onDisk { disk in
      disk.plant("real/f", Array("x".utf8))
      disk.plantLink("l", to: "real")
      disk.plantLink("abs", to: "/d/real/f")
      disk.plantLink("loop", to: "loop")
      disk.plantLink("dangling", to: "real/new")
      #expect(try await disk.get("l/f") == "x")
      #expect(try await disk.get("l/../real/f") == "x")
      #expect(try await disk.get("abs") == "x")
      #expect(try await disk.status(DiskPath(sure: "l"), followLinks: true).isDirectory)
      let link = try await disk.status(DiskPath(sure: "l"), followLinks: false)
      #expect(link.isLink && !link.isDirectory && !link.isRegular)
      #expect(
        await disk.reason { disk throws(DiskError) in _ = try await disk.open(DiskPath(sure: "loop"), .read) }
          == "too many levels of symbolic links")
      try await disk.put("dangling", "made")
      #expect(disk.peek("real/new") == Array("made".utf8))
      try await disk.remove(DiskPath(sure: "l"))
      #expect(disk.peek("real/f") != nil)
    }
  }

  @Test func `a confined disk stays below its root whatever path and links say`() throws {
    try Self.onDisk { disk in
      disk.plant("root/in/f", Array("in".utf8))
      disk.plant("out/f", Array("out".utf8))
      disk.plantLink("root/up", to: "../out")
      disk.plantLink("root/abs", to: "/d/out")
      disk.plantLink("root/inner", to: "in/../in")
      disk.plantLink("root/in/sly", to: "../../root/../out")
      let confined = disk.confined(to: DiskPath(sure: "root"))
      #expect(try await confined.get("root/in/f") == "in")
      #expect(try await confined.get("/d/root/in/f") == "in")
      #expect(try await confined.get("root/inner/f") == "in")
      #expect(try await confined.get("out/../root/in/f") == "in")
      for path: GoString in [
        "out/f", "/d/out/f", "/", "", "root/../out/f", "root/up/f", "root/up", "root/abs/f", "root/in/sly/f",
        "../root/in/f",
        "rootless",
      ] {
        #expect(
          await confined.reason { disk throws(DiskError) in _ = try await disk.open(DiskPath(sure: path), .read) }
            == "path is outside of the storage root", "\(path)")
      }
      #expect(
        await confined.reason { disk throws(DiskError) in try await disk.makeFolders(DiskPath(sure: "root/up/x")) }
          != nil)
      try await confined.makeFolders(DiskPath(sure: "root/a/b"))
      try await confined.put("root/a/b/c", "new")
      try await confined.rename(DiskPath(sure: "root/a/b/c"), to: DiskPath(sure: "root/a/d"))
      #expect(
        await confined.reason { disk throws(DiskError) in
          try await disk.rename(DiskPath(sure: "root/a/d"), to: DiskPath(sure: "out/d"))
        } == "path is outside of the storage root")
      #expect(disk.peekTree("out") == ["f"])
      #expect(confined.absolute(DiskPath(sure: "root/./x/../a/d")) == "/d/root/a/d")
    }
  }

  @Test(arguments: [
    ("", "/d"), ("/", "/"), ("a//b/./c/", "/d/a/b/c"), ("../x", "/x"), ("../../../x", "/x"), ("/a/../../b", "/b"),
  ])
  func `an absolute path is cleaned by its text`(_ path: String, _ expected: String) throws {
    let absolute = try Self.onDisk { $0.absolute(DiskPath(sure: GoString(path))) }
    #expect(absolute == GoString(expected))
  }

  @Test func `a full disk takes what fits and then says so`() throws {
    try Self.onDisk { disk in
      disk.capacity = 10
      let file = try await disk.open(DiskPath(sure: "f"), .create(truncate: true, exclusive: false))
      try await file.write([1, 2, 3, 4, 5, 6], at: 0)
      #expect(try await disk.freeSpace() == 4)
      await #expect(throws: DiskError(.noSpace, "no space left on device")) {
        try await file.write([7, 7, 7, 7, 7, 7], at: 6)
      }
      #expect(disk.peek("f") == [1, 2, 3, 4, 5, 6, 7, 7, 7, 7])
      try await file.write([0, 0], at: 0)
      try await file.truncate(to: 2)
      #expect(try await disk.freeSpace() == 8)
      await #expect(throws: DiskError(.noSpace, "no space left on device")) { try await file.preallocate(11) }
      try await file.preallocate(9)
      #expect(try await disk.freeSpace() == 1)
      #expect(try await file.status().size == 9)
      try await file.write([UInt8](repeating: 1, count: 10), at: 0)
      #expect(try await disk.freeSpace() == 0)
    }
  }

  @Test func `a power loss leaves what was synced, name and bytes apart`() throws {
    try Self.onDisk { disk in
      disk.plantFolder("dir")
      for (name, syncsFile, syncsFolder) in [("both", true, true), ("name", false, true)] {
        let file = try await disk.open(DiskPath(sure: "dir/\(name)"), .create(truncate: true, exclusive: false))
        try await file.write(Array("data".utf8), at: 0)
        if syncsFile { try await file.sync() }
        if syncsFolder { try await disk.syncFolder(DiskPath(sure: "dir")) }
        try await file.write(Array("more".utf8), at: 4)
      }
      let unnamed = try await disk.open(DiskPath(sure: "dir/bytes"), .create(truncate: true, exclusive: false))
      try await unnamed.write([1], at: 0)
      try await unnamed.sync()
      try await disk.makeFolders(DiskPath(sure: "dir/new/deep"))
      #expect(disk.peek("dir/both") == Array("datamore".utf8))
      #expect(disk.peekDurable("dir/both") == Array("data".utf8))
      #expect(disk.peekDurable("dir/bytes") == nil)
      disk.crash()
      #expect(disk.peekTree("dir") == ["both", "name"])
      #expect(disk.peek("dir/both") == Array("data".utf8))
      #expect(disk.peek("dir/name") == [])
      #expect(disk.used == 4)
      await #expect(throws: DiskError.self) { try await unnamed.write([2], at: 0) }
    }
  }

  @Test func `a removal that was not synced is undone by a power loss`() throws {
    try Self.onDisk { disk in
      disk.plant("a", [1])
      disk.plant("b", [2])
      try await disk.remove(DiskPath(sure: "a"))
      try await disk.rename(DiskPath(sure: "b"), to: DiskPath(sure: "c"))
      disk.crash()
      #expect(disk.peekTree() == ["a", "b"])
      try await disk.remove(DiskPath(sure: "a"))
      try await disk.syncFolder(DiskPath(sure: ""))
      disk.crash()
      #expect(disk.peekTree() == ["b"])
    }
  }

  @Test func `the end of a process leaves what was written`() throws {
    try Self.onDisk { disk in
      let file = try await disk.open(DiskPath(sure: "f"), .create(truncate: true, exclusive: false))
      try await file.write([1], at: 0)
      disk.closeAll()
      #expect(disk.peek("f") == [1])
      await #expect(throws: DiskError.self) { try await file.write([2], at: 1) }
    }
  }

  @Test func `every change gives a file another version`() throws {
    try Self.onDisk { disk in
      try await disk.put("f", "one")
      let first = try #require(disk.peekStatus("f"))
      try await disk.put("f", "two")
      let second = try #require(disk.peekStatus("f"))
      #expect(first.identity == second.identity && first.changed < second.changed)
      try await disk.remove(DiskPath(sure: "f"))
      try await disk.put("f", "two")
      #expect(try #require(disk.peekStatus("f")).identity != second.identity)
    }
  }

  @Test func `operations take the time they are given`() throws {
    try Simulation(seed: 1).run { world in
      let disk = world.node("slave").disk
      disk.setLatency { if case .sync = $0 { .milliseconds(10) } else { .milliseconds(1) } }
      let file = try await disk.open(DiskPath(sure: "f"), .create(truncate: true, exclusive: false))
      try await file.write([1], at: 0)
      try await file.sync()
      #expect(world.kernel.uptime == Uptime(nanoseconds: 12_000_000))
    }
  }

  @Test func `access can be taken away`() throws {
    try Self.onDisk { disk in
      disk.plant("dir/f", [1])
      disk.setAccess("dir", isReadable: false, isWritable: false)
      let names = try await disk.list(DiskPath(sure: ""))
      #expect(names == ["dir"])
      #expect(
        await disk.reason { disk throws(DiskError) in _ = try await disk.list(DiskPath(sure: "dir")) }
          == "permission denied")
      disk.isReadOnly = true
      #expect(
        await disk.reason { disk throws(DiskError) in try await disk.makeFolders(DiskPath(sure: "x")) }
          == "read-only file system")
    }
  }

  @Test func `the journal tells the order of effects with their times and failures`() throws {
    let run = Simulation(seed: 1).observe { world in
      let disk = world.node("slave").disk
      try await disk.put("f", "hello")
      await world.sleep(.seconds(1))
      _ = try? await disk.status(DiskPath(sure: "none"), followLinks: true)
    }
    let path: GoString = "/cloudreve/slave/f"
    #expect(
      run.journal.map(\.action) == [
        .open(path, .create(truncate: true, exclusive: false)), .write(path, offset: 0, count: 5), .close(path),
        .status("/cloudreve/slave/none"),
      ])
    #expect(run.journal.map(\.number) == [1, 2, 3, 4])
    #expect(run.journal.map(\.time.nanoseconds) == [0, 0, 0, 1_000_000_000])
    #expect(run.journal.map(\.failure) == [nil, nil, nil, "no such file or directory"])
  }

  @Test func `a hook can make any effect fail, and wait`() throws {
    struct Nemesis: EffectHook {
      let world: SimulatedWorld
      func before(_ effect: Effect) async throws(EffectFault) {
        if case .sync = effect.action {
          await world.sleep(.seconds(2))
          throw .disk(.inputOutput)
        }
      }
      func after(_ effect: Effect) async {}
    }
    try Simulation(seed: 1).run { world in
      world.hook = Nemesis(world: world)
      let disk = world.node("slave").disk
      let file = try await disk.open(DiskPath(sure: "f"), .create(truncate: true, exclusive: false))
      await #expect(throws: DiskError.inputOutput) { try await file.sync() }
      #expect(world.kernel.uptime == Uptime(nanoseconds: 2_000_000_000))
      #expect(world.journal.last?.failure == "input/output error")
    }
  }
}
