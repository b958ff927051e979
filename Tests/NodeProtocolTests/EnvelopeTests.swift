import GoWire
import NodeProtocol
import Testing

@Suite struct EnvelopeTests {
  private func text(_ envelope: Envelope) -> String { String(decoding: envelope.encoded, as: UTF8.self) }

  @Test func `the empty success is 19 bytes`() {
    #expect(text(.success) == #"{"code":0,"msg":""}"#)
  }

  /// ENV-1.
  @Test func `all members have their order`() {
    let envelope = Envelope(
      code: .batchNotFullyCompleted, data: .text("d"),
      aggregatedError: [.init("b", NodeError(.ioFailed, "two")), .init("a", NodeError(.notFound, "one"))],
      message: "m", error: "e", correlationID: "c")
    #expect(
      text(envelope)
        == #"{"code":40081,"data":"d","aggregated_error":{"a":{"code":404,"msg":"one"},"b":{"code":50004,"msg":"two"}},"#
        + #""msg":"m","error":"e","correlation_id":"c"}"#)
  }

  @Test func `texts are escaped as Go escapes them`() {
    let envelope = Envelope(NodeError(.slavePingMaster, "invalid character '<' & \u{2028}\""), correlationID: nil)
    #expect(text(envelope) == #"{"code":40060,"msg":"invalid character '\u003c' \u0026 \u2028\""}"#)
    #expect(text(Envelope(message: GoString([0xFF, 0x08]))) == #"{"code":0,"msg":"\ufffd\b"}"#)
  }

  @Test func `an empty text as data is sent`() {
    #expect(text(.success(text: "")) == #"{"code":0,"data":"","msg":""}"#)
    #expect(text(Envelope(data: .json("[1]"))) == #"{"code":0,"data":[1],"msg":""}"#)
  }

  /// ENV-4.
  @Test func `a cause is sent in debug mode only`() {
    let error = NodeError(.ioFailed, "Failed", cause: "disk on fire")
    #expect(text(Envelope(error, correlationID: "i")) == #"{"code":50004,"msg":"Failed","correlation_id":"i"}"#)
    #expect(
      text(Envelope(error, correlationID: "i", isDebug: true))
        == #"{"code":50004,"msg":"Failed","error":"disk on fire","correlation_id":"i"}"#)
  }

  @Test func `a wrapped error has the innermost code and the outermost message`() {
    let inner = NodeError(.insufficientCapacity, "Insufficient capacity")
    let outer = inner.wrapped(in: .uploadFailed, "Failed to upload")
    #expect(outer.code == .insufficientCapacity)
    #expect(outer.message == "Failed to upload")
    #expect(outer.text == "Failed to upload: Insufficient capacity")
    let plain = NodeError.unclassified("EOF").wrapped(in: .uploadFailed, "Failed to upload")
    #expect(plain.code == .uploadFailed)
    #expect(plain.text == "Failed to upload: EOF")
    let unclassified = NodeError.unclassified("EOF")
    #expect(text(Envelope(unclassified, correlationID: nil)) == #"{"code":-1,"msg":""}"#)
    #expect(unclassified.text == "EOF")
  }

  /// Every recorded envelope whose data is a text comes out byte for byte after it was read.
  @Test(
    arguments: Recordings.cases(
      .slave,
      ["bind", "callback", "content", "delete", "download", "env", "list", "meta", "ping", "sign", "task", "upload"]))
  func `a recorded envelope is written as it was recorded`(recorded: RecordedCase) throws {
    for exchange in recorded.exchanges {
      guard exchange.answerHeader(HeaderName.contentType) == HeaderValue.json, let body = exchange.answer else {
        continue
      }
      // The hidden envelope and all else, read without regard to its code.
      #expect(try Envelope(reading: body, requiresCode: true).encoded == body)
    }
  }

  @Test(arguments: Recordings.cases(.master, ["callback", "credential", "master", "stateless"]))
  func `a master's recorded envelope is written as it was recorded`(recorded: RecordedCase) throws {
    for exchange in recorded.exchanges {
      guard exchange.answerHeader(HeaderName.contentType) == HeaderValue.json, let body = exchange.answer else {
        continue
      }
      #expect(try Envelope(reading: body, requiresCode: true).encoded == body)
    }
  }

  /// QUIRK-6, ST-14.
  @Test func `a partial delete hides in a gob, or stands in an envelope`() throws {
    let failed: [GoString] = ["a/b", "c"]
    let hidden = Envelope.hiddenPartialDelete(failed: failed, lastFailure: "remove /x/c: directory not empty")
    #expect(hidden.code == .success && hidden.message == "")
    let value = try hidden.payload(as: Envelope.responseType)
    #expect(value["Code"] == .int(203))
    #expect(value["Msg"] == .string("Failed to delete 2 files(s)"))
    #expect(value["Error"] == .string("slave failed to delete file: remove /x/c: directory not empty"))
    #expect(value["Data"] == .interface(name: "[]string", .list([.string("a/b"), .string("c")])))
    #expect(value["CorrelationID"] == nil)

    let open = Envelope.partialDelete(failed: failed, lastFailure: "remove x", correlationID: "i", isDebug: false)
    #expect(open.code == .partialSuccess && open.message == "Failed to delete 2 files(s)" && open.error == "")
    #expect(open.correlationID == "i")
    #expect(try open.payload(as: .slice(.string)) == .list([.string("a/b"), .string("c")]))
  }

  @Test func `aggregated errors are read back`() throws {
    let envelope = Envelope(
      NodeError(.batchNotFullyCompleted, "m", parts: [.init("a", NodeError(.notFound, "one"))]), correlationID: nil)
    #expect(try Envelope(reading: envelope.encoded, requiresCode: true) == envelope)
  }
}
