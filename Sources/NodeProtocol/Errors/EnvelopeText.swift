import GoWire

extension Envelope {
  /// A success with a plain text as its `data`.
  public static func success(text: GoString) -> Envelope { Envelope(data: .text(text)) }

  /// A success with a gob payload (ENV-3).
  public static func success(gob value: GoValue, as type: GoType, names: GobNames = .basic) -> Envelope {
    do {
      return .success(text: Base64.standard.encode(try Gob.encode(value, as: type, names: names)))
    } catch {
      preconditionFailure("a message does not fit its own type: \(error.text)")
    }
  }

  /// A success with a message as its gob payload (ENV-3).
  public static func success(_ message: some WireMessage) -> Envelope {
    success(gob: message.value, as: Swift.type(of: message).type)
  }

  /// A success with a list of messages as its gob payload (ENV-3).
  public static func success<Message: WireMessage>(_ messages: [Message]) -> Envelope {
    success(gob: .list(messages.map(\.value)), as: .slice(Message.type))
  }

  /// The JSON text, byte for byte as Go writes it (ENV-1).
  public var encoded: [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(96 + (data?.count ?? 0) + message.count + error.count + correlationID.count)
    append(to: &text)
    return text
  }

  private func append(to text: inout [UInt8]) {
    text.append(#"{"code":"#)
    Digits.append(code.rawValue, to: &text)
    switch data {
    case .text(let value):
      text.append(#","data":"#)
      GoJSON.appendString(value, to: &text)
    case .json(let value):
      text.append(#","data":"#)
      text += value.bytes
    case nil: break
    }
    if !aggregatedError.isEmpty {
      text.append(#","aggregated_error":{"#)
      // A Go map: in the order of its keys.
      for (index, part) in aggregatedError.sorted(by: { $0.name < $1.name }).enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        GoJSON.appendString(part.name, to: &text)
        text.append(UInt8(ascii: ":"))
        Envelope(part.error, correlationID: nil, isDebug: !error.isEmpty).append(to: &text)
      }
      text.append(UInt8(ascii: "}"))
    }
    text.append(#","msg":"#)
    GoJSON.appendString(message, to: &text)
    if !error.isEmpty {
      text.append(#","error":"#)
      GoJSON.appendString(error, to: &text)
    }
    if !correlationID.isEmpty {
      text.append(#","correlation_id":"#)
      GoJSON.appendString(correlationID, to: &text)
    }
    text.append(UInt8(ascii: "}"))
  }
}

extension Envelope {
  /// The envelope that hides a partial delete in the gob of a success (QUIRK-6, ST-14).
  /// - Parameters:
  ///   - failed: the paths that failed, as they were asked.
  ///   - lastFailure: what went wrong with the last of them: `remove <absolute path>: <reason>`.
  public static func hiddenPartialDelete(failed: [GoString], lastFailure: GoString) -> Envelope {
    let inner: GoValue = .fields([
      "Code": .int(Int64(ErrorCode.partialSuccess.rawValue)),
      "Data": .interface(name: "[]string", .list(failed.map { .string($0) })),
      "Msg": .string(partialDeleteMessage(failed.count)),
      "Error": .string(partialDeleteCause + ": " + lastFailure),
    ])
    return success(gob: inner, as: responseType)
  }

  /// The envelope that names what could not be deleted (ST-14).
  public static func partialDelete(
    failed: [GoString], lastFailure: GoString, correlationID: GoString, isDebug: Bool
  ) -> Envelope {
    var envelope = success(gob: .list(failed.map { .string($0) }), as: .slice(.string))
    envelope.code = .partialSuccess
    envelope.message = partialDeleteMessage(failed.count)
    envelope.error = isDebug ? partialDeleteCause + ": " + lastFailure : ""
    envelope.correlationID = correlationID
    return envelope
  }

  /// The Go type of an envelope itself.
  public static let responseType: GoType = .structure(
    GoStructure(
      "Response", package: "serializer",
      fields: [
        GoField("Code", json: "code", .int),
        GoField("Data", json: "data", omitEmpty: true, .interface),
        GoField("AggregatedError", json: "aggregated_error", omitEmpty: true, .interface),
        GoField("Msg", json: "msg", .string),
        GoField("Error", json: "error", omitEmpty: true, .string),
        GoField("CorrelationID", json: "correlation_id", omitEmpty: true, .string),
      ]))

  private static func partialDeleteMessage(_ count: Int) -> GoString { GoString("Failed to delete \(count) files(s)") }
  private static let partialDeleteCause: GoString = "slave failed to delete file"
}

extension Envelope.Data {
  /// About as many bytes as it takes.
  fileprivate var count: Int {
    switch self {
    case .text(let text), .json(let text): text.count
    }
  }
}

extension [UInt8] {
  /// Appends a text without a string in between.
  fileprivate mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { append(contentsOf: $0) }
  }
}
