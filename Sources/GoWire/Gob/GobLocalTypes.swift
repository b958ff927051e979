/// The types of ours that a stream is read as, each once and by number, so that they are compared and looked up cheaply.
struct GobLocalTypes {
  enum Kind {
    case bool
    case int(bits: Int)
    case uint(bits: Int)
    case float(bits: Int)
    case string
    case bytes
    case slice(Int)
    case array(count: Int, Int)
    case map(key: Int, value: Int)
    case structure([Field])
    case interface
    case time
    case opaque
  }

  struct Field {
    var name: GoString
    var type: Int
  }

  struct Node {
    /// As it was given, pointers and names included.
    var type: GoType
    /// What is below them.
    var kind: Kind
    /// Bytes in memory and their alignment on a machine of 64 bits, which some of Go's checks go by.
    var size: UInt64
    var alignment: UInt64
  }

  private(set) var nodes: [Node] = []
  private var numbers: [GoType: Int] = [:]

  subscript(_ number: Int) -> Node { nodes[number] }

  /// The number of a type, the same for equal types.
  mutating func intern(_ type: GoType) -> Int {
    if let number = numbers[type] { return number }
    let node = makeNode(type)
    nodes.append(node)
    numbers[type] = nodes.count - 1
    return nodes.count - 1
  }

  private mutating func makeNode(_ type: GoType) -> Node {
    var node = makeBaseNode(type.base)
    node.type = type
    if type.flattened != type {
      node.size = 8
      node.alignment = 8
    }
    return node
  }

  private mutating func makeBaseNode(_ type: GoType) -> Node {
    func node(_ kind: Kind, size: UInt64, alignment: UInt64? = nil) -> Node {
      Node(type: type, kind: kind, size: size, alignment: alignment ?? size)
    }
    switch type {
    case .bool: return node(.bool, size: 1)
    case .int(let bits): return node(.int(bits: bits == 0 ? 64 : bits), size: GobLocalTypes.size(bits))
    case .uint(let bits): return node(.uint(bits: bits == 0 ? 64 : bits), size: GobLocalTypes.size(bits))
    case .float(let bits): return node(.float(bits: bits), size: GobLocalTypes.size(bits))
    case .string: return node(.string, size: 16, alignment: 8)
    case .bytes: return node(.bytes, size: 24, alignment: 8)
    case .slice(let element):
      return node(element.isByte ? .bytes : .slice(intern(element)), size: 24, alignment: 8)
    case .array(let count, let element):
      let element = intern(element)
      return node(
        .array(count: count, element), size: nodes[element].size * UInt64(count), alignment: nodes[element].alignment)
    case .map(let key, let value):
      return node(.map(key: intern(key), value: intern(value)), size: 8)
    case .structure(let structure):
      let fields = structure.fields.map { Field(name: $0.name, type: intern($0.type)) }
      let (size, alignment) = layout(of: fields)
      return node(.structure(fields), size: size, alignment: alignment)
    case .interface: return node(.interface, size: 16, alignment: 8)
    case .time: return node(.time, size: 24, alignment: 8)
    case .opaque: return node(.opaque, size: 16, alignment: 8)
    case .pointer, .named: preconditionFailure("a base type is neither")
    }
  }

  private static func size(_ bits: Int) -> UInt64 { bits == 0 ? 8 : UInt64(bits / 8) }

  private func layout(of fields: [Field]) -> (size: UInt64, alignment: UInt64) {
    var size: UInt64 = 0
    var alignment: UInt64 = 1
    for field in fields {
      let node = nodes[field.type]
      size = (size + node.alignment - 1) / node.alignment * node.alignment + node.size
      alignment = max(alignment, node.alignment)
    }
    // A last field of no size gets a byte, so that its address is inside.
    if let last = fields.last, nodes[last.type].size == 0, size > 0 { size += 1 }
    return ((size + alignment - 1) / alignment * alignment, alignment)
  }
}
