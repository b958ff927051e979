import GoWire
import ReferenceNode
import Simulator
import Testing

@Suite struct ScriptedHTTPClientTests {
  private static func call(_ timeout: Span? = .seconds(10)) -> HTTPCall {
    HTTPCall(
      method: "POST", isTLS: false, host: "127.0.0.1", port: 5212, authority: "127.0.0.1:5212", target: "/cb?x=1",
      fields: HTTPFields([HTTPFields.Field("User-Agent", "Cloudreve/4.14.0")]), timeout: timeout)
  }

  /// How a call ends, in words, and when.
  private static func outcome(
    timeout: Span? = .seconds(10), _ script: @escaping @Sendable (HTTPCall) async -> ScriptedAnswer
  ) throws -> (text: String, seconds: Int64) {
    try Simulation(seed: 1).run { world in
      let client = world.node("slave").http
      client.answer(script)
      let text: String
      do throws(TransportError) {
        let reply = try await client.send(Self.call(timeout))
        do throws(HTTPBodyError) {
          let body = try await reply.body.collect()
          text = "\(reply.status) \(String(decoding: body, as: UTF8.self))"
        } catch {
          text = "\(reply.status), then \(error)"
        }
      } catch {
        text = error.text.text
      }
      return (text, world.kernel.uptime.nanoseconds / 1_000_000_000)
    }
  }

  @Test func `an answer comes after its delay`() throws {
    #expect(try Self.outcome { _ in .json(#"{"code":0}"#, after: .seconds(3)) } == (#"200 {"code":0}"#, 3))
  }

  @Test func `failures have the words of Go's client`() throws {
    #expect(
      try Self.outcome { _ in ScriptedAnswer(.refuse) } == ("dial tcp 127.0.0.1:5212: connect: connection refused", 0))
    #expect(try Self.outcome { _ in ScriptedAnswer(.close, after: .seconds(1)) } == ("EOF", 1))
    #expect(
      try Self.outcome { _ in ScriptedAnswer(.reset) }.text
        == "read tcp 127.0.0.1:40000->127.0.0.1:5212: read: connection reset by peer")
    #expect(
      try Self.outcome { _ in ScriptedAnswer(.silence) }
        == ("context deadline exceeded (Client.Timeout exceeded while awaiting headers)", 10))
    #expect(
      try Self.outcome(timeout: .seconds(2)) { _ in .json("{}", after: .seconds(4)) }
        == ("context deadline exceeded (Client.Timeout exceeded while awaiting headers)", 2))
    #expect(
      try Self.outcome { _ in
        ScriptedAnswer(.cutReply(status: 200, fields: HTTPFields(), body: [0x61]))
      } == ("200, then endedEarly", 0))
  }

  @Test func `nobody listens unless somebody is put there`() throws {
    let text = try Simulation(seed: 1).run { world in
      do throws(TransportError) {
        _ = try await world.node("slave").http.send(Self.call())
        return ""
      } catch {
        return error.text.text
      }
    }
    #expect(text == "dial tcp 127.0.0.1:5212: connect: connection refused")
  }

  @Test func `the deadline covers the body too`() throws {
    let text = try Simulation(seed: 1).run { world in
      let client = world.node("slave").http
      client.handler = { call async throws(TransportError) in
        await world.sleep(.seconds(6))
        return HTTPReply(status: 200, fields: HTTPFields(), body: SlowBody(world))
      }
      let reply = try await client.send(Self.call())
      do throws(HTTPBodyError) {
        _ = try await reply.body.collect()
        return "whole"
      } catch {
        return "\(error) at \(world.kernel.uptime.nanoseconds / 1_000_000_000)"
      }
    }
    #expect(text == "timedOut at 10")
  }

  @Test func `a caller that is cancelled ends the exchange on both sides`() throws {
    let lines = try Simulation(seed: 1).run { world in
      let transcript = Transcript()
      let client = world.node("slave").http
      client.handler = { call async throws(TransportError) in
        await world.sleep(.seconds(100))
        transcript.add("peer cancelled: \(Task.isCancelled)")
        throw .endOfFile
      }
      let caller = Task {
        do {
          _ = try await client.send(Self.call(nil))
        } catch let error as TransportError {
          transcript.add(error.text.text)
        }
      }
      await world.sleep(.seconds(1))
      caller.cancel()
      await world.settle()
      transcript.add("at \(world.kernel.uptime.nanoseconds / 1_000_000_000)")
      return transcript.lines
    }
    #expect(lines.sorted() == ["at 1", "context canceled", "peer cancelled: true"])
    #expect(lines.last == "at 1")
  }

  @Test func `calls are kept with their times, outcomes and the fields that cross the wire`() throws {
    try Simulation(seed: 1).run { world in
      let client = world.node("slave").http
      client.answer { _ in .json("{}", status: 201, after: .seconds(1)) }
      _ = try await client.send(Self.call())
      client.answer { _ in ScriptedAnswer(.close) }
      _ = try? await client.send(Self.call())
      #expect(client.records.map(\.status) == [201, nil])
      #expect(client.records.map(\.error?.kind) == [nil, .endOfFile])
      #expect(client.records.map(\.sentAt.nanoseconds) == [0, 1_000_000_000])
      #expect(client.records.map(\.endedAt?.nanoseconds) == [1_000_000_000, 1_000_000_000])
      let fields = client.records[0].call.wireFields.fields
      #expect(fields.map(\.name) == ["Host", "User-Agent", "Content-Length"])
      #expect(fields.map(\.value) == ["127.0.0.1:5212", "Cloudreve/4.14.0", "0"])
      #expect(
        world.journal.map(\.action) == [
          .call(method: "POST", url: "http://127.0.0.1:5212/cb?x=1"),
          .reply(method: "POST", url: "http://127.0.0.1:5212/cb?x=1", status: 201),
          .call(method: "POST", url: "http://127.0.0.1:5212/cb?x=1"),
        ])
    }
  }
}

/// A piece every three seconds, for ever.
private final class SlowBody: HTTPBody {
  private let world: SimulatedWorld

  init(_ world: SimulatedWorld) { self.world = world }

  func next() async throws(HTTPBodyError) -> [UInt8]? {
    await world.sleep(.seconds(3))
    return [1]
  }
}
