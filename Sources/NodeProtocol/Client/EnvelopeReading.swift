import GoWire

extension Envelope {
  /// Reads an answer's body as a client does (ENV-6, ENV-7), whatever its code.
  /// - Parameter requiresCode: whether an object without a `code` is no envelope (QUIRK-18).
  public init(reading body: [UInt8], requiresCode: Bool) throws(CallFailure) {
    let outcome = GoJSON.decode(body, as: Envelope.responseType, mode: .unmarshal)
    if let error = outcome.error { throw .unreadable(error.text) }
    if requiresCode, outcome.value["Code"] == nil {
      throw .unreadable("the answer is no envelope: it has no \"code\"")
    }
    self.init(outcome.value)
  }

  /// Reads an answer to a call that asks for HTTP 200 and code 0 (ENV-6).
  public static func ofSuccess(status: Int, body: [UInt8], requiresCode: Bool) throws(CallFailure) -> Envelope {
    guard status == 200 else { throw .status(status) }
    let envelope = try Envelope(reading: body, requiresCode: requiresCode)
    guard envelope.code == .success else { throw .refused(envelope) }
    return envelope
  }

  /// Takes a value of `responseType`.
  private init(_ value: GoValue) {
    self.init(
      code: ErrorCode(rawValue: Int(value.int("Code"))), message: value.text("Msg"), error: value.text("Error"),
      correlationID: value.text("CorrelationID"))
    switch value.part("Data") {
    case .string(let text): data = .text(text)
    case .some(let other): data = .json(GoString(GoJSON.encode(other, as: .interface)))
    case nil: break
    }
    aggregatedError = (value["AggregatedError"] ?? .null).textEntries.map { name, part in
      let envelope = Envelope(GoJSON.decode(GoJSON.encode(part, as: .interface), as: Envelope.responseType).value)
      return NodeError.Part(name, CallFailure.refused(envelope).nodeError)
    }
  }

  /// The text in `data`; an error that says what is there instead (ENV-7).
  public func dataText() throws(NodeError) -> GoString {
    switch data {
    case .text(let text): return text
    case .json: throw .unclassified("the answer's data is no text")
    case nil: throw .unclassified("the answer has no data")
    }
  }

  /// The value of a gob payload (ENV-3, ENV-7).
  public func payload(as type: GoType, names: GobNames = .basic) throws(NodeError) -> GoValue {
    let text = try dataText()
    let bytes: [UInt8]
    do {
      bytes = try Base64.standard.decode(text)
    } catch {
      throw .unclassified("the answer's data is no base64: " + error.text)
    }
    do {
      return try Gob.decode(bytes, as: type, names: names)
    } catch {
      throw .unclassified("the answer's data is no gob of what was asked for: " + error.text)
    }
  }

  /// The message in a gob payload (ENV-3, ENV-7).
  public func payload<Message: WireMessage>(_ message: Message.Type) throws(NodeError) -> Message {
    Message(try payload(as: Message.type))
  }

  /// The messages in a gob payload (ENV-3, ENV-7).
  public func payloads<Message: WireMessage>(_ message: Message.Type) throws(NodeError) -> [Message] {
    (try payload(as: .slice(Message.type)).list ?? []).map { Message($0) }
  }
}
