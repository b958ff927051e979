/// The names under which concrete types travel inside interface values, as `gob.Register` keeps them.
///
/// Each name stands for one type. Go's own names for its plain types and slices of them are there from the start.
public struct GobNames: Sendable {
  private var types: [GoString: GoType] = [:]

  /// What every Go program knows: `int` … `uint64`, `float32`, `float64`, `bool`, `string`, and slices of them.
  public static let basic = GobNames()

  public init() {
    var plain: [GoType] = [.bool, .string, .float(bits: 32), .float(bits: 64)]
    for bits in [0, 8, 16, 32, 64] { plain += [.int(bits: bits), .uint(bits: bits)] }
    for type in plain {
      register(type.goName, type)
      if type != .uint(bits: 8) { register("[]" + type.goName, .slice(type)) }
    }
    register(GoType.bytes.goName, .bytes)
  }

  /// Gives a type its name on the wire: for a struct the import path, a dot and the bare name, `github.com/owner/project/pkg.Name`.
  /// A name given again stands for the new type.
  public mutating func register(_ name: GoString, _ type: GoType) {
    types[name] = type
  }

  /// The type a name stands for; nil when it was never registered.
  public subscript(_ name: GoString) -> GoType? { types[name] }
}
