/// Go's `encoding/gob`: the form of values between a master and a slave (chapter 13).
public enum Gob {
  /// A stream of one value, as a Go program's first one looks (GOB-1).
  ///
  /// - Parameters:
  ///   - value: fields and types inside it go by `type`; what a struct value leaves out is zero.
  ///   - names: the concrete types that interface values may hold.
  ///   - firstTypeID: the id that the first described type gets; 64 in a program that has sent nothing yet.
  public static func encode(
    _ value: GoValue, as type: GoType, names: GobNames = .basic, firstTypeID: Int32 = 64
  ) throws(GobError) -> [UInt8] {
    var encoder = GobEncoder(types: GobTypeTable(firstTypeID: firstTypeID), names: names)
    return try encoder.encode(value, as: type)
  }
}

extension Gob {
  /// The first value of a stream as the stream describes it. An empty stream's error has the kind `endOfInput`.
  public static func decode(_ bytes: [UInt8], limits: GobLimits = .standard) throws(GobError) -> GobMessage {
    var decoder = GobDecoder(bytes, limits: limits)
    guard let message = try decoder.next() else { throw .endOfInput }
    return message
  }

  /// The first value of a stream, read as a type of ours: see `GobDecoder.next(as:)`.
  public static func decode(
    _ bytes: [UInt8], as type: GoType, names: GobNames = .basic, limits: GobLimits = .standard,
    sharesTypes: Bool = true
  ) throws(GobError) -> GoValue {
    var decoder = GobDecoder(bytes, names: names, limits: limits, sharesTypes: sharesTypes)
    return try decoder.next(as: type)
  }
}
