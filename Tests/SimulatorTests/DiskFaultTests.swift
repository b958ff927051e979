import GoWire
import ReferenceNode
import Simulator
import Testing

/// Every regular cell of the table of disk faults (scenarios.md 2.5): what a node sees, and what is on the disk after.
@Suite struct DiskFaultTests {
  typealias Operation = Fault.DiskOperation

  /// A cell, the fault that hits it, and what is seen of the operations of `script` that go otherwise than without it.
  struct Cell: CustomTestStringConvertible, Sendable {
    var kind: FaultKind
    var operation: Operation
    var seen: [String]
    var variant: String?
    var bytes: Int64?
    var span: Span?

    init(
      _ kind: FaultKind, _ operation: Operation, _ seen: [String], variant: String? = nil, bytes: Int64? = nil,
      span: Span? = nil
    ) {
      self.kind = kind
      self.operation = operation
      self.seen = seen
      self.variant = variant
      self.bytes = bytes
      self.span = span
    }

    var fault: Fault {
      var parameters = FaultParameters()
      parameters.variant = variant
      parameters.bytes = bytes
      parameters.span = span
      return Fault(kind, on: .node("n"), match: Fault.Match(operation: operation), parameters: parameters)
    }

    var testDescription: String { "\(kind.rawValue) × \(operation.rawValue)" }
  }

  static let cells = [
    Cell(.full, .create, ["create: no space left on device", "write: no file"]),
    Cell(.full, .mkdir, ["mkdir: no space left on device"]),
    // What fits is there.
    Cell(.full, .write, ["write: no space left on device", "read: abc", "status: 3"], bytes: 3),
    Cell(.inputOutput, .create, ["create: input/output error", "write: no file"]),
    Cell(.inputOutput, .read, ["read: input/output error"]),
    Cell(.inputOutput, .write, ["write: input/output error", "read: ", "status: 0"]),
    Cell(.inputOutput, .sync, ["sync: input/output error", "sync folder: input/output error"]),
    Cell(.inputOutput, .remove, ["remove: input/output error", "left: d/ d/b old"]),
    Cell(.inputOutput, .listOrStatus, ["status: input/output error", "list: input/output error"]),
    Cell(.deny, .create, ["create: permission denied", "write: no file"]),
    Cell(.deny, .mkdir, ["mkdir: read-only file system"], variant: "read-only"),
    Cell(.deny, .read, ["read: permission denied"]),
    Cell(.deny, .rename, ["rename: permission denied", "remove: no such file or directory", "left: d/ d/a old"]),
    Cell(.deny, .remove, ["remove: permission denied", "left: d/ d/b old"]),
    Cell(.deny, .listOrStatus, ["status: permission denied", "list: permission denied"]),
    Cell(.rot, .read, ["read: another text"]),
    Cell(.slowDisk, .create, ["took: 1 s"], span: .seconds(1)),
    Cell(.slowDisk, .mkdir, ["took: 1 s"], span: .seconds(1)),
    Cell(.slowDisk, .read, ["took: 2 s"], span: .seconds(1)),
    Cell(.slowDisk, .write, ["took: 1 s"], span: .seconds(1)),
    Cell(.slowDisk, .sync, ["took: 2 s"], span: .seconds(1)),
    Cell(.slowDisk, .rename, ["took: 1 s"], span: .seconds(1)),
    Cell(.slowDisk, .remove, ["took: 1 s"], span: .seconds(1)),
    Cell(.slowDisk, .listOrStatus, ["took: 2 s"], span: .seconds(1)),
    Cell(
      .vanish, .create,
      [
        "read: no such file or directory", "status: no such file or directory", "list: ",
        "rename: no such file or directory", "remove: no such file or directory",
      ], variant: "remove"),
    Cell(.vanish, .read, ["read: ", "status: 0"], variant: "truncate"),
    Cell(.vanish, .write, ["read: another text", "status: 16"], variant: "replace"),
    Cell(.vanish, .remove, ["remove: no such file or directory"], variant: "remove"),
    Cell(
      .vanish, .listOrStatus,
      [
        "status: no such file or directory", "list: ", "rename: no such file or directory",
        "remove: no such file or directory",
      ], variant: "remove"),
  ]

  /// Does one of each operation and says what came of it.
  static func script(_ world: SimulatedWorld) async throws -> [String] {
    let node = world.node("n")
    let disk = node.disk
    disk.plant("old", Array("old".utf8))
    let began = world.kernel.uptime
    func path(_ text: GoString) throws -> DiskPath { try #require(DiskPath(text)) }
    func told(_ name: String, _ body: () async throws -> String) async -> String {
      do {
        return "\(name): \(try await body())"
      } catch {
        return "\(name): \((error as? DiskError)?.text ?? "\(error)")"
      }
    }
    var lines: [String] = []
    lines.append(
      await told("mkdir") {
        try await disk.makeFolders(path("d")); return "ok"
      })
    if disk.peekStatus("d") == nil { disk.plantFolder("d") }
    var file: (any DiskFile)?
    lines.append(
      await told("create") {
        file = try await disk.open(path("d/a"), .create(truncate: true, exclusive: false))
        return "ok"
      })
    lines.append(
      await told("write") {
        guard let file else { return "no file" }
        try await file.write(Array("abcdef".utf8), at: 0)
        return "ok"
      })
    if file == nil { disk.plant("d/a", Array("abcdef".utf8)) }
    lines.append(
      await told("sync") {
        try await file?.sync(); return "ok"
      })
    lines.append(
      await told("sync folder") {
        try await disk.syncFolder(path("d")); return "ok"
      })
    await file?.close()
    lines.append(
      await told("read") {
        let file = try await disk.open(path("d/a"), .read)
        let text = String(decoding: try await file.read(at: 0, count: 100), as: UTF8.self)
        await file.close()
        return text.isEmpty || "abcdef".hasPrefix(text) ? text : "another text"
      })
    lines.append(await told("status") { String(try await disk.status(path("d/a"), followLinks: true).size) })
    lines.append(await told("list") { try await disk.list(path("d")).map(\.text).joined(separator: " ") })
    lines.append(
      await told("rename") {
        try await disk.rename(path("d/a"), to: path("d/b")); return "ok"
      })
    lines.append(
      await told("remove") {
        try await disk.remove(path("d/b")); return "ok"
      })
    lines.append("left: " + disk.peekTree().map(\.text).joined(separator: " "))
    lines.append("took: \((world.kernel.uptime - began).nanoseconds / 1_000_000_000) s")
    return lines
  }

  @Test(arguments: cells) func `a disk fault is seen where it fires`(_ cell: Cell) throws {
    let plain = try Simulation(seed: 1).run { try await Self.script($0) }
    let (lines, cells, never) = try Simulation(seed: 1, faults: [cell.fault]).run { world in
      (try await Self.script(world), world.faults.cells, world.faults.neverFired)
    }
    #expect(zip(plain, lines).filter { $0 != $1 }.map(\.1) == cell.seen)
    #expect(cells.keys.contains(FaultCell(cell.kind, cell.operation.rawValue)))
    #expect(never.isEmpty)
  }

  // MARK: What only a power loss shows

  /// Writes, renames and removes without a sync, or with one under way, then cuts the power.
  static func powerLoss(
    _ world: SimulatedWorld, syncs: Bool = false, duringSync: Bool = false
  ) async throws -> [String: [UInt8]?] {
    let disk = world.node("n").disk
    disk.plant("d/moved", [1])
    disk.plant("d/removed", [2])
    disk.plant("d/file", [UInt8](repeating: 1, count: 4_096))
    func path(_ text: GoString) throws -> DiskPath { try #require(DiskPath(text)) }
    let file = try await disk.open(path("d/file"), .write)
    try await file.write([UInt8](repeating: 2, count: 4_096), at: 0)
    try await disk.rename(path("d/moved"), to: path("d/new"))
    try await disk.remove(path("d/removed"))
    if syncs {
      try await file.sync()
      try await disk.syncFolder(path("d"))
    }
    if duringSync {
      disk.setLatency { _ in .seconds(1) }
      Task { try? await file.sync() }
      await world.sleep(.milliseconds(500))
    }
    world.node("n").losePower()
    return [
      "file": disk.peek("d/file"), "moved": disk.peek("d/moved"), "new": disk.peek("d/new"),
      "removed": disk.peek("d/removed"),
    ]
  }

  @Test func `a power loss alone takes all that was not synced`() throws {
    let left = try Simulation(seed: 1).run { try await Self.powerLoss($0) }
    #expect(left["file"] == [UInt8](repeating: 1, count: 4_096))
    #expect(left["moved"] == [1] && left["new"] == [UInt8]?.none && left["removed"] == [2])
    let synced = try Simulation(seed: 1).run { try await Self.powerLoss($0, syncs: true) }
    #expect(synced["file"] == [UInt8](repeating: 2, count: 4_096))
    #expect(synced["moved"] == [UInt8]?.none && synced["new"] == [1] && synced["removed"] == [UInt8]?.none)
  }

  @Test func `a torn write survives by sectors, a name whole or not at all`() throws {
    var cells: Set<FaultCell> = []
    var halves = 0
    var moves: Set<Bool> = []
    for seed in 0..<24 as Range<UInt64> {
      let (left, hit) = try Simulation(seed: seed, faults: [Fault(.torn, on: .node("n"))]).run { world in
        (try await Self.powerLoss(world, duringSync: seed % 2 == 1), world.faults.cells)
      }
      cells.formUnion(hit.keys)
      let bytes = try #require(left["file"] ?? nil)
      #expect(bytes.count == 4_096)
      for start in stride(from: 0, to: 4_096, by: 512) { #expect(Set(bytes[start..<(start + 512)]).count == 1) }
      if Set(bytes).count == 2 { halves += 1 }
      let (moved, new) = (left["moved"] ?? nil, left["new"] ?? nil)
      #expect((moved == nil) != (new == nil))
      moves.insert(new != nil)
    }
    #expect(halves > 15)
    #expect(moves.count == 2)
    #expect(
      cells == Set(([.write, .sync, .rename, .remove] as [Operation]).map { FaultCell(.torn, $0.rawValue) }))
  }

  @Test func `a disk that lies loses what it said to be durable`() throws {
    let (left, cells) = try Simulation(seed: 1, faults: [Fault(.noSync, on: .node("n"))]).run { world in
      (try await Self.powerLoss(world, syncs: true), world.faults.cells)
    }
    #expect(left["file"] == [UInt8](repeating: 1, count: 4_096))
    #expect(left["moved"] == [1] && left["new"] == [UInt8]?.none && left["removed"] == [2])
    #expect(
      Set(cells.keys)
        == Set(([.write, .sync, .rename, .remove] as [Operation]).map { FaultCell(.noSync, $0.rawValue) }))
  }

  @Test func `every regular cell of the table of disk faults is hit here`() {
    let here =
      Self.cells.map { FaultCell($0.kind, $0.operation.rawValue) }
      + [.torn, .noSync].flatMap { kind in
        ([.write, .sync, .rename, .remove] as [Operation]).map { FaultCell(kind, $0.rawValue) }
      }
    // A row of scenarios.md 2.5 each; x stands for a regular cell.
    let table: [(FaultKind, String)] = [
      (.full, "xx.x...."), (.inputOutput, "x.xxx.xx"), (.deny, "xxx..xxx"), (.torn, "...xxxx."), (.noSync, "...xxxx."),
      (.slowDisk, "xxxxxxxx"), (.rot, "..x....."), (.vanish, "x.xx..xx"),
    ]
    let wanted = table.flatMap { kind, row in
      zip(Operation.allCases, row).filter { $0.1 == "x" }.map { FaultCell(kind, $0.0.rawValue) }
    }
    #expect(wanted.count == 37)
    #expect(Set(here) == Set(wanted))
  }

  // MARK: By class

  @Test func `a fault of one class of files leaves the others alone, and room is counted by class`() throws {
    try Simulation(
      seed: 1,
      faults: [Fault(.full, on: .node("n"), match: Fault.Match(pathClass: .temp), parameters: .left(10))]
    ).run { world in
      let disk = world.node("n").disk
      func write(_ path: GoString, _ count: Int) async -> String {
        do {
          let file = try await disk.open(try #require(DiskPath(path)), .create(truncate: true, exclusive: false))
          try await file.write([UInt8](repeating: 7, count: count), at: 0)
          await file.close()
          return "ok"
        } catch {
          return (error as? DiskError)?.text ?? "\(error)"
        }
      }
      disk.plantFolder("data/temp")
      #expect(await write("blob", 1_000) == "ok")
      #expect(await write("data/temp/a", 8) == "ok")
      #expect(await write("data/temp/b", 8) == "no space left on device")
      #expect(disk.peek("data/temp/b")?.count == 2)
      #expect(disk.used(by: .temp) == 10 && disk.used(by: .blob) == 1_000 && disk.used == 1_010)
      // What is freed is free again.
      try await disk.remove(try #require(DiskPath("data/temp/a")))
      #expect(await write("data/temp/c", 8) == "ok")
      try await disk.removeTree(try #require(DiskPath("data/temp")))
      #expect(disk.used(by: .temp) == 0 && disk.highWater(of: .temp) == 10)
      disk.resetHighWater()
      #expect(disk.highWater(of: .temp) == 0)
      // A move takes its room along.
      try await disk.makeFolders(try #require(DiskPath("data/temp")))
      try await disk.rename(try #require(DiskPath("blob")), to: try #require(DiskPath("data/temp/blob")))
      #expect(disk.used(by: .temp) == 1_000 && disk.used(by: .blob) == 0)
    }
  }

  @Test func `no descriptor is left beyond the number that a fault grants`() throws {
    var parameters = FaultParameters()
    parameters.number = 1
    try Simulation(
      seed: 1, faults: [Fault(.noFiles, on: .node("n"), until: .seconds(5), parameters: parameters)]
    ).run { world in
      let disk = world.node("n").disk
      let path = try #require(DiskPath("a"))
      let first = try await disk.open(path, .create(truncate: true, exclusive: false))
      await #expect(throws: DiskError(.failed, "too many open files")) { _ = try await disk.open(path, .read) }
      await world.sleep(.seconds(5))
      await (try await disk.open(path, .read)).close()
      await first.close()
      #expect(world.faults.neverFired.isEmpty)
    }
  }
}

extension FaultParameters {
  static func left(_ bytes: Int64) -> FaultParameters {
    var parameters = FaultParameters()
    parameters.bytes = bytes
    return parameters
  }
}
