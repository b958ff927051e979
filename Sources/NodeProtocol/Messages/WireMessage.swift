import GoWire

/// A value of the protocol with a Go type: read from JSON or gob by the names of its fields.
public protocol WireMessage: Hashable, Sendable {
  /// The Go type. Where the two encodings differ, this is JSON's.
  static var type: GoType { get }
  /// Reads a value of that type; absent fields are zero. Never fails: the types were checked by what decoded it.
  init(_ value: GoValue)
  /// The value of that type.
  var value: GoValue { get }
}

/// A message that a route binds, with the fields it has to have.
public protocol RequestMessage: WireMessage {
  /// In the order of checking (ENV-5).
  static var requirements: [Requirement] { get }
}

/// A field that a request has to have (ENV-5).
public struct Requirement: Hashable, Sendable {
  public enum Check: Hashable, Sendable {
    /// Not missing and not null: an object, or a list that may be empty.
    case present
    /// A text that is not empty.
    case text
    /// A number other than zero.
    case number
    /// A list with one element at least.
    case elements
  }

  /// The Go name of the field, which the answer shows.
  public var field: GoString
  public var check: Check

  public init(_ field: GoString, _ check: Check) {
    self.field = field
    self.check = check
  }

  /// The error when the field of `message` does not meet the check.
  public func violation(in message: GoValue) -> NodeError? {
    let value = message[field] ?? .null
    let isThere: Bool
    switch check {
    case .present, .elements: isThere = value != .null
    case .text: isThere = value.string?.isEmpty == false
    case .number: isThere = value.int ?? 0 != 0
    }
    guard isThere else { return .emptyField(field) }
    if check == .elements, value.list?.isEmpty != false {
      return NodeError(.parameterError, "Invalid parameters.")
    }
    return nil
  }
}

extension NodeError {
  /// The answer to a missing, null, empty or zero field (ENV-5, ENV-8).
  public static func emptyField(_ field: GoString) -> NodeError {
    NodeError(.parameterError, field + " cannot be empty")
  }

  /// The answer to JSON that cannot be read, and to a query or path value of the wrong type (ENV-5).
  public static func unreadable(_ cause: GoString) -> NodeError {
    NodeError(.parameterError, "Parameter error", cause: cause)
  }
}

/// Reads requests as the routes bind them (ENV-5). The errors carry no correlation id on the wire.
public enum Binder {
  /// Reads a JSON body.
  public static func bind<Message: RequestMessage>(
    _ message: Message.Type = Message.self, from body: [UInt8]
  ) throws(NodeError) -> Message {
    let outcome = GoJSON.decode(body, as: Message.type, mode: .decoder)
    if let error = outcome.error {
      switch error.kind {
      case .type: throw NodeError(.parameterError, "JSON marshall error", cause: error.text)
      case .syntax, .endOfInput, .other: throw .unreadable(error.text)
      }
    }
    for requirement in Message.requirements {
      if let error = requirement.violation(in: outcome.value) { throw error }
    }
    return Message(outcome.value)
  }

  /// Reads a whole number of the query or the path; absent and empty are 0.
  public static func integer(_ text: GoString?) throws(NodeError) -> Int64 {
    guard let text, !text.isEmpty else { return 0 }
    do {
      return try text.parseInt()
    } catch {
      throw .unreadable(error.text)
    }
  }

  /// Reads a truth value of the query as Go's `ParseBool`; absent and empty are false.
  public static func bool(_ text: GoString?) throws(NodeError) -> Bool {
    guard let text, !text.isEmpty else { return false }
    do {
      return try text.parseBool()
    } catch {
      throw .unreadable(error.text)
    }
  }
}
