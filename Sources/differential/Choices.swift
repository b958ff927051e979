import GoWire

/// Where an input comes from: numbers drawn one after the other, from a seed or from a list that was kept.
///
/// Smaller numbers stand for simpler things, so an input is made smaller by making its numbers fewer and smaller.
struct Choices {
  private var state: UInt64
  private let kept: [UInt64]?
  private var position = 0
  private let keeps: Bool
  /// The numbers drawn, when they are kept.
  private(set) var drawn: [UInt64] = []

  /// Numbers from a seed; `keeping` them makes it possible to draw them again.
  init(seed: UInt64, keeping: Bool = false) {
    state = seed
    kept = nil
    keeps = keeping
  }

  /// The numbers of a list, as far as they are in bounds, and zeros after its end.
  init(_ kept: [UInt64]) {
    state = 0
    self.kept = kept
    keeps = true
  }

  /// A number of 0 ..< bound.
  mutating func next(below bound: UInt64) -> UInt64 {
    let number: UInt64
    if let kept {
      number = position < kept.count ? min(kept[position], bound - 1) : 0
      position += 1
    } else {
      number = mix().multipliedFullWidth(by: bound).high
    }
    if keeps { drawn.append(number) }
    return number
  }

  /// Any 64 bits.
  mutating func bits() -> UInt64 {
    let high = next(below: 1 << 32)
    return high << 32 | next(below: 1 << 32)
  }

  mutating func next(_ bound: Int) -> Int { Int(next(below: UInt64(bound))) }

  /// True once in so many times.
  mutating func once(in times: Int) -> Bool { next(times) == times - 1 }

  mutating func bool() -> Bool { next(2) == 1 }

  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[next(elements.count)] }

  /// A length that is mostly short: below `usual`, now and then below `most`.
  mutating func length(usual: Int, most: Int) -> Int { once(in: 24) ? next(most) : next(usual) }

  /// SplitMix64.
  private mutating func mix() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}

extension Choices {
  private static let letters = Array("abcxyzABCXYZ019 -_./".utf8)
  private static let awkward: [[UInt8]] = [
    [0], [9], [10], [13], [8], [12], [0x1F], [0x7F], Array("\"".utf8), Array("\\".utf8), Array("<>&".utf8),
    Array("é".utf8), Array("日本".utf8), Array("😀".utf8), Array("\u{2028}".utf8), Array("\u{2029}".utf8),
    Array("\u{FFFD}".utf8), Array("e\u{301}".utf8), [0xFF], [0xC3], [0xE6, 0x97], [0xF0, 0x9F, 0x98],
    [0xED, 0xA0, 0x80],
    [0xC0, 0x80], [0xF4, 0x90, 0x80, 0x80], Array("%".utf8), Array("%41".utf8), Array("+;&=".utf8), [0x1B],
  ]

  /// A text, mostly short and plain, with whatever is awkward somewhere.
  mutating func text(usual: Int = 8, most: Int = 300) -> GoString {
    var bytes: [UInt8] = []
    for _ in 0..<length(usual: usual, most: most) {
      if next(4) < 3 { bytes.append(pick(Choices.letters)) } else { bytes += pick(Choices.awkward) }
    }
    return GoString(bytes)
  }

  /// A text of the given pieces.
  mutating func text(of pieces: [GoString], usual: Int = 8, most: Int = 40) -> GoString {
    var text = GoString()
    for _ in 0..<length(usual: usual, most: most) { text += pick(pieces) }
    return text
  }

  /// Any bytes.
  mutating func bytes(usual: Int = 8, most: Int = 300) -> [UInt8] {
    (0..<length(usual: usual, most: most)).map { _ in UInt8(next(256)) }
  }

  /// Bytes changed in a few places: replaced, taken out, put in, cut off.
  mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0...next(3) where !bytes.isEmpty {
      let place = next(bytes.count)
      switch next(5) {
      case 0: bytes[place] = UInt8(next(256))
      case 1: bytes[place] ^= 1 << UInt8(next(8))
      case 2: bytes.remove(at: place)
      case 3: bytes.insert(UInt8(next(256)), at: place)
      default: bytes.removeLast(bytes.count - place)
      }
    }
    return bytes
  }
}
