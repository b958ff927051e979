import Foundation
import Glibc
import GoWire
import ReferenceNode
import Testing

@testable import LiveWorld

@Suite struct DiskTests {
  private static func path(_ text: String) -> DiskPath { DiskPath(GoString(text))! }

  @Test func `files are written and read at any place, and keep their mode`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let (bytes, tail, none, status) = try trial.node {
      world -> Result<([UInt8], [UInt8], [UInt8], FileStatus), DiskError> in
      do throws(DiskError) {
        let disk = world.disk
        try await disk.makeFolders(DiskTests.path("a/b/c"))
        let file = try await disk.open(DiskTests.path("a/b/c/f"), .create(truncate: false, exclusive: true))
        try await file.write(Array("world".utf8), at: 6)
        try await file.write(Array("hello".utf8), at: 0)
        try await file.write([], at: 100)
        try await file.sync()
        await file.close()
        try await disk.syncFolder(DiskTests.path("a/b/c"))
        let reader = try await disk.open(DiskTests.path("a/b/c/f"), .read)
        return .success(
          (
            try await reader.read(at: 0, count: 100), try await reader.read(at: 8, count: 2),
            try await reader.read(at: 11, count: 5), try await reader.status()
          ))
      } catch {
        return .failure(error)
      }
    }.get()
    #expect(bytes == Array("hello\0world".utf8))
    #expect(tail == Array("rl".utf8))
    #expect(none == [])
    #expect(status.size == 11)
    #expect(status.isRegular && !status.isDirectory)
    var mode = stat()
    #expect(stat(trial.folder + "/a/b/c/f", &mode) == 0)
    #expect(mode.st_mode & 0o777 == 0o744 & ~currentMask())
  }

  private func currentMask() -> mode_t {
    let mask = umask(0)
    umask(mask)
    return mask
  }

  @Test func `reads of what is not cached and of much at once come whole`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let count = 5_000_000
    let content = PatternBody.bytes(0..<count)
    let (whole, parts) = trial.node { world in
      let file = try! await world.disk.open(DiskTests.path("f"), .create(truncate: true, exclusive: false))
      try! await file.write(content, at: 0)
      try! await file.sync()
      await file.close()
      // Out of the page cache, so that the kernel says no to the loop.
      let fd = Glibc.open(world.disk.absolute(DiskTests.path("f")).text, O_RDONLY)
      posix_fadvise(fd, 0, 0, Int32(POSIX_FADV_DONTNEED))
      Glibc.close(fd)
      let reader = try! await world.disk.open(DiskTests.path("f"), .read)
      var parts: [UInt8] = []
      while case let part = try! await reader.read(at: Int64(parts.count), count: 70_000), !part.isEmpty {
        parts += part
      }
      return (try! await reader.read(at: 0, count: 2 * count), parts)
    }
    #expect(whole == content)
    #expect(parts == content)
  }

  @Test func `truncating, preallocating and opening modes do what they say`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let seen = trial.node { world -> [String] in
      var seen: [String] = []
      func note(_ text: String) { seen.append(text) }
      func size() async -> Int64 { (try? await world.disk.status(DiskTests.path("f"), followLinks: true).size) ?? -1 }
      note(
        "\(await diskFailure { () async throws(DiskError) in try await world.disk.open(DiskTests.path("f"), .write) }?.text ?? "")"
      )
      let file = try! await world.disk.open(DiskTests.path("f"), .create(truncate: false, exclusive: true))
      try! await file.preallocate(1_000_000)
      note("\(await size())")
      try! await file.truncate(to: 10)
      note("\(await size())")
      note(
        "\(await diskFailure { () async throws(DiskError) in try await world.disk.open(DiskTests.path("f"), .create(truncate: false, exclusive: true)) }?.text ?? "")"
      )
      _ = try! await world.disk.open(DiskTests.path("f"), .create(truncate: false, exclusive: false))
      note("\(await size())")
      _ = try! await world.disk.open(DiskTests.path("f"), .create(truncate: true, exclusive: false))
      note("\(await size())")
      await file.close()
      note("\(await diskFailure { () async throws(DiskError) in try await file.read(at: 0, count: 1) }?.text ?? "")")
      note(
        "\(await diskFailure { () async throws(DiskError) in try await world.disk.open(DiskTests.path("."), .write) }?.text ?? "")"
      )
      return seen
    }
    #expect(
      seen == [
        "no such file or directory", "1000000", "10", "file exists", "10", "0", "file already closed", "is a directory",
      ])
  }

  @Test func `errors are Go's`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let errors = trial.node { world -> [DiskError?] in
      let disk = world.disk
      try! await disk.makeFolders(DiskTests.path("d/e"))
      _ = try! await disk.open(DiskTests.path("f"), .create(truncate: true, exclusive: false))
      return [
        await diskFailure { () async throws(DiskError) in try await disk.open(DiskTests.path("none"), .read) },
        await diskFailure { () async throws(DiskError) in
          try await disk.status(DiskTests.path("none/x"), followLinks: true)
        },
        await diskFailure { () async throws(DiskError) in try await disk.open(DiskTests.path("f/x"), .read) },
        await diskFailure { () async throws(DiskError) in try await disk.remove(DiskTests.path("d")) },
        await diskFailure { () async throws(DiskError) in try await disk.remove(DiskTests.path("none")) },
        await diskFailure { () async throws(DiskError) in try await disk.makeFolders(DiskTests.path("f/x")) },
        await diskFailure { () async throws(DiskError) in try await disk.makeFolders(DiskTests.path("f")) },
        await diskFailure { () async throws(DiskError) in try await disk.list(DiskTests.path("f")) },
        await diskFailure { () async throws(DiskError) in
          try await disk.open(DiskTests.path(String(repeating: "n", count: 300)), .read)
        },
        await diskFailure { () async throws(DiskError) in
          let folder = try await disk.open(DiskTests.path("d"), .read)
          return try await folder.read(at: 0, count: 1)
        },
        await diskFailure { () async throws(DiskError) in
          try await disk.rename(DiskTests.path("none"), to: DiskTests.path("x"))
        },
        await diskFailure { () async throws(DiskError) in try await disk.removeTree(DiskTests.path("none")) },
      ]
    }
    #expect(
      errors == [
        DiskError(.notFound, "no such file or directory"), DiskError(.notFound, "no such file or directory"),
        DiskError(.notADirectory, "not a directory"), DiskError(.directoryNotEmpty, "directory not empty"),
        DiskError(.notFound, "no such file or directory"), DiskError(.notADirectory, "not a directory"),
        DiskError(.notADirectory, "not a directory"), DiskError(.notADirectory, "not a directory"),
        DiskError(.nameTooLong, "file name too long"), DiskError(.isADirectory, "is a directory"),
        DiskError(.notFound, "no such file or directory"), nil,
      ])
    #expect(SystemError.disk(ENOSPC) == DiskError(.noSpace, "no space left on device"))
    #expect(SystemError.text(EIO) == "input/output error")
    #expect(SystemError.text(EMFILE) == "too many open files")
  }

  @Test func `a full disk is an error, not a loss`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let error = trial.node { world in
      await diskFailure { () async throws(DiskError) in
        let full = try await world.disk.open(DiskTests.path("/dev/full"), .write)
        try await full.write([1], at: 0)
      }
    }
    #expect(error == DiskError(.noSpace, "no space left on device"))
  }

  @Test func `names are listed in byte order, without the folder itself`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let names = ["b", "B", "a.b", "a", "é", "z\u{1}", "\u{FFFD}", ".hidden"]
    let listed = trial.node { world -> [GoString] in
      try! await world.disk.makeFolders(DiskTests.path("d"))
      for name in names {
        _ = try! await world.disk.open(DiskTests.path("d/" + name), .create(truncate: true, exclusive: true))
      }
      return try! await world.disk.list(DiskTests.path("d"))
    }
    #expect(listed == names.map { GoString($0) }.sorted())
  }

  @Test func `a tree is removed with all in it, links are removed and not followed`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    try FileManager.default.createDirectory(atPath: trial.folder + "/tree/a/b", withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: trial.folder + "/kept", withIntermediateDirectories: true)
    for file in ["tree/x", "tree/a/y", "tree/a/b/z", "kept/file"] {
      #expect(FileManager.default.createFile(atPath: trial.folder + "/" + file, contents: Data([1])))
    }
    symlink(trial.folder + "/kept", trial.folder + "/tree/a/link")
    symlink("nowhere", trial.folder + "/tree/dangling")
    let status = trial.node { world -> FileStatus? in
      try! await world.disk.removeTree(DiskTests.path("tree"))
      return try? await world.disk.status(DiskTests.path("tree"), followLinks: false)
    }
    #expect(status == nil)
    #expect(FileManager.default.fileExists(atPath: trial.folder + "/kept/file"))
  }

  @Test func `links are told from what they point to, and a replaced file from its predecessor`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    symlink("f", trial.folder + "/l")
    let all = trial.node { world -> [FileStatus] in
      let disk = world.disk
      _ = try! await disk.open(DiskTests.path("f"), .create(truncate: true, exclusive: true))
      var all = [
        try! await disk.status(DiskTests.path("l"), followLinks: false),
        try! await disk.status(DiskTests.path("l"), followLinks: true),
        try! await disk.status(DiskTests.path("f"), followLinks: true),
        try! await disk.status(DiskTests.path(""), followLinks: true),
      ]
      _ = try! await disk.open(DiskTests.path("g"), .create(truncate: true, exclusive: true))
      try! await disk.rename(DiskTests.path("g"), to: DiskTests.path("f"))
      all.append(try! await disk.status(DiskTests.path("f"), followLinks: true))
      return all
    }
    #expect(all.map(\.isLink) == [true, false, false, false, false])
    #expect(all[1] == all[2])
    #expect(all[3].isDirectory)
    #expect(all[4].identity != all[2].identity)
  }

  @Test func `a pipe holds nothing up`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    #expect(mkfifo(trial.folder + "/p", 0o666) == 0)
    let (status, error) = trial.node { world in
      (
        try? await world.disk.status(DiskTests.path("p"), followLinks: true),
        await diskFailure { () async throws(DiskError) in
          try await world.disk.open(DiskTests.path("p"), .read).read(at: 0, count: 1)
        }
      )
    }
    #expect(status?.isRegular == false)
    #expect(error?.kind == .failed)
  }

  @Test func `a file that is closed while it is written to is closed after that`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let size = trial.node { world -> Int64? in
      let file = try! await world.disk.open(DiskTests.path("f"), .create(truncate: true, exclusive: true))
      async let written: Void? = try? file.write([UInt8](repeating: 1, count: 3_000_000), at: 0)
      async let closed: Void = file.close()
      _ = await (written, closed)
      return try? await world.disk.status(DiskTests.path("f"), followLinks: true).size
    }
    #expect(size == 3_000_000 || size == 0)
  }

  @Test func `paths are cleaned by their text, relative ones start at the node's folder`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let folder = trial.folder
    let disk = trial.live.world.disk
    for (path, expected) in [
      ("a/../b", folder + "/b"), ("", folder), ("/x//y/./z/", "/x/y/z"), ("/..", "/"), ("../../../../../x", "/x"),
    ] {
      #expect(disk.absolute(DiskTests.path(path)) == GoString(expected))
    }
  }

  @Test func `free space is some, and never negative`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    #expect(trial.node { world in (try? await world.disk.freeSpace()) ?? -1 } > 0)
  }
}
