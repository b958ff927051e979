extension GoType {
  /// The type below names of its own.
  var unnamed: GoType {
    var type = self
    while case .named(_, let inner) = type { type = inner }
    return type
  }
}

extension GoValue {
  /// The zero value of a type; a struct's has no fields, a nil pointer, map, slice or interface is `null`.
  public static func zero(of type: GoType) -> GoValue {
    switch type.unnamed {
    case .bool: .bool(false)
    case .int: .int(0)
    case .uint: .uint(0)
    case .float: .float(0)
    case .string: .string("")
    case .array(let count, let element):
      .list(Array(repeating: zero(of: element), count: max(0, count)))
    case .structure: .structure([])
    case .time: .time(.zero)
    case .opaque: .opaque([])
    case .bytes, .slice, .map, .pointer, .interface, .named: .null
    }
  }
}
