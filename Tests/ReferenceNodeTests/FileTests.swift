import GoWire
import NodeProtocol
import ReferenceNode
import Simulator
import Testing

/// Listing, deleting, and what no path may reach (ST-14…16).
@Suite struct FileTests {
  private func names(_ seen: Seen) -> [String] {
    guard let envelope = try? Envelope(reading: Array(seen.answer?.body ?? []), requiresCode: true),
      let objects = try? envelope.payloads(PhysicalObject.self)
    else { return [seen.description] }
    return objects.map { $0.relativePath.text + ($0.isDirectory ? "/" : "") }
  }

  // ST-15
  @Test func `a listing goes depth first, names in byte order, links not followed`() throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      for path: GoString in ["d/b/z", "d/b/a/x", "d/B", "d/b.txt", "d/é", "d/a"] { bench.node.disk.plant(path, [1]) }
      bench.node.disk.plantLink("d/link", to: "/srv/slave/d/b")
      bench.node.disk.plantFolder("d/locked")
      bench.node.disk.plant("d/locked/in", [1])
      bench.node.disk.setAccess("d/locked", isReadable: false, isWritable: true)
      let all = await bench.send("GET", "/api/v4/slave/file/list?path=d&recursive=true")
      #expect(
        names(all) == ["B", "a", "b/", "b/a/", "b/a/x", "b/z", "b.txt", "link", "locked/", "é"])
      let flat = await bench.send("GET", "/api/v4/slave/file/list?path=./d//&recursive=F")
      #expect(names(flat) == ["B", "a", "b/", "b.txt", "link", "locked/", "é"])
      for path in ["d/a", "nowhere", "d/link"] {
        #expect(names(await bench.send("GET", "/api/v4/slave/file/list?path=\(GoString(path))")) == [])
      }
      let nothing = await bench.send("GET", "/api/v4/slave/file/list?path=")
      #expect(nothing.description == #"200 {"code":40001,"msg":"Path cannot be empty"}"#)
    }
  }

  // ST-14, QUIRK-6
  @Test func `what cannot be deleted is told by profile, the rest is gone`() throws {
    try Simulation(seed: 1).run { world in
      for profile in [Profile.documented, .cloudreve414] {
        let bench = SlaveBench(world, profile)
        for path: GoString in ["full/x", "a", "a._thumb_sidecar"] { bench.node.disk.plant(path, [1]) }
        let seen = await bench.send("DELETE", "/api/v4/slave/file", #"{"files":["full","a","none"]}"#)
        #expect(bench.file("a") == nil && bench.file("a._thumb_sidecar") == nil && bench.file("full/x") != nil)
        let envelope = try Envelope(reading: Array(seen.answer?.body ?? []), requiresCode: true)
        if profile.reportsPartialDelete {
          #expect(envelope.code == 203 && envelope.message == "Failed to delete 1 files(s)")
          #expect(try envelope.payload(as: .slice(.string)) == .list([.string("full")]))
        } else {
          #expect(envelope.code == 0 && envelope.message == "")
          let hidden = try envelope.payload(as: Envelope.responseType)
          #expect(hidden["Code"]?.int == 203)
          #expect(
            hidden["Error"]?.string
              == "slave failed to delete file: remove /srv/slave/full: directory not empty")
        }
      }
    }
  }

  // ST-16
  @Test(arguments: [
    ("GET", "/api/v4/slave/file/list?path=..", ""),
    ("GET", "/api/v4/slave/file/list?path=/etc", ""),
    ("GET", "/api/v4/slave/file/list?path=root/link", ""),
    ("DELETE", "/api/v4/slave/file", #"{"files":["outside"]}"#),
    ("DELETE", "/api/v4/slave/file", #"{"files":["root/../outside"]}"#),
    ("POST", "/api/v4/slave/task/cleanup", #"{"path":["outside"]}"#),
    ("POST", "/api/v4/slave/task/cleanup", #"{"path":["data/temp/../../outside"]}"#),
    ("GET", "/api/v4/slave/file/meta/b3V0c2lkZQ==/jpg", ""),
    ("GET", "/api/v4/slave/file/thumb/b3V0c2lkZQ==/jpg", ""),
  ])
  func `outside of the storage root everything is forbidden`(method: String, target: String, body: String) throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world, storageRoot: "root")
      bench.node.disk.plant("outside", [1])
      bench.node.disk.plantFolder("root")
      bench.node.disk.plantLink("root/link", to: "/srv/slave")
      let seen = await bench.send(GoString(method), GoString(target), GoString(body))
      let isLinkItself = target.hasSuffix("root/link")
      #expect(
        isLinkItself
          ? names(seen) == [] : seen.body == #"{"code":403,"msg":"Path is outside of the storage root"}"#)
      #expect(bench.file("outside") != nil)
    }
  }

  @Test func `content and uploads stay in the storage root, whatever links say`() throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world, storageRoot: "root")
      bench.node.disk.plant("outside", [1])
      bench.node.disk.plant("root/in", [1])
      bench.node.disk.plantLink("root/link", to: "/srv/slave")
      let forbidden = #"{"code":403,"msg":"Path is outside of the storage root"}"#
      for path: GoString in ["outside", "root/../outside", "root/link/outside", "/etc/passwd"] {
        let seen = Seen(await bench.server.send(bench.request("GET", bench.content(path))))
        #expect(seen.description == "400 " + forbidden, "\(path)")
      }
      for path: GoString in ["outside", "new", "root/link/new", "/etc/new"] {
        #expect(await bench.open("s", path, size: 1, overwrites: true).body == forbidden, "\(path)")
      }
      #expect(bench.file("outside") == "\u{1}" && bench.file("new") == nil)
      #expect(Seen(await bench.server.send(bench.request("GET", bench.content("root/in")))).status == 200)
      #expect(await bench.open("s", "root/new/file", size: 1).description == Seen.success)
      #expect(await bench.send(chunk: 0, of: "s", "x").description == Seen.success)
      #expect(bench.file("root/new/file") == "x")
    }
  }

  // TASK-3
  @Test func `a cleanup reaches the temporary folder and never the node's own`() throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world, storageRoot: "root")
      bench.node.disk.plant("data/temp/fm_workflows/1/x.zip", [1])
      let cleaned = await bench.send(
        "POST", "/api/v4/slave/task/cleanup", #"{"path":["/srv/slave/data/temp/fm_workflows/1","data/temp/none"]}"#)
      #expect(cleaned.description == Seen.success)
      #expect(bench.node.disk.peekTree("data/temp") == ["fm_workflows/"])
      let open = SlaveBench(world)
      for path in ["", ".", "/srv/slave", "/srv", "/", ".."] {
        let seen = await open.send("POST", "/api/v4/slave/task/cleanup", #"{"path":["\#(GoString(path))"]}"#)
        #expect(seen.body == #"{"code":403,"msg":"Path is outside of the storage root"}"#, "\(path)")
      }
      #expect(open.node.disk.peekTree("data/temp") == ["fm_workflows/"])
    }
  }

  // Chapter 15
  @Test(arguments: ["documented", "cloudreve-4.14"])
  func `an answered chunk survives a power loss by profile`(name: String) throws {
    let profile = try #require(Profile(named: name))
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world, profile)
      // What the master sees on the disk when it is called.
      bench.node.http.answer { [disk = bench.node.disk] _ in
        .json(#"{"code":0,"msg":"\#(GoString(String(disk.peekDurable("a/b/c/blob")?.count ?? -1)))"}"#)
      }
      _ = await bench.open("s", "a/b/c/blob", size: 20, callback: "http://m/c")
      #expect(await bench.send(chunk: 0, of: "s", "0123456789").description == Seen.success)
      let isDurable = profile.syncsChunks
      #expect(bench.node.disk.peekDurable("a/b/c/blob") == (isDurable ? Array("0123456789".utf8) : nil))
      #expect(await bench.send(chunk: 1, of: "s", "ABCDEFGHIJ").description == Seen.success)
      let syncs = world.journal.filter { if case .sync = $0.action { true } else { false } }
      let calls = world.journal.filter { if case .call = $0.action { true } else { false } }
      #expect(syncs.count == (isDurable ? 2 : 0) && calls.count == 1)
      if let sync = syncs.last, let call = calls.first { #expect(sync.number < call.number) }
      bench.node.disk.crash()
      #expect(bench.node.disk.peek("a/b/c/blob") == (isDurable ? Array("0123456789ABCDEFGHIJ".utf8) : nil))
    }
  }
}
