/// The bytes of a file in pages, holes left out. Copying costs a reference; writing to a copy copies the pages it touches only.
struct PagedBytes: Sendable {
  static let pageSize = 65_536

  private var pages: [Int64: [UInt8]] = [:]
  /// Length in bytes.
  private(set) var count: Int64 = 0
  /// Bytes that take room: holes do not.
  private(set) var stored: Int64 = 0

  func read(at offset: Int64, count wanted: Int) -> [UInt8] {
    guard offset < count, wanted > 0 else { return [] }
    let length = Int(min(Int64(wanted), count - offset))
    var bytes: [UInt8] = []
    bytes.reserveCapacity(length)
    var position = offset
    while bytes.count < length {
      let start = Int(position % Int64(Self.pageSize))
      let piece = min(Self.pageSize - start, length - bytes.count)
      let page = pages[position / Int64(Self.pageSize)] ?? []
      let present = page.dropFirst(start).prefix(piece)
      bytes.append(contentsOf: present)
      if present.count < piece { bytes.append(contentsOf: repeatElement(0, count: piece - present.count)) }
      position += Int64(piece)
    }
    return bytes
  }

  /// How many bytes a write would add to `stored`.
  func growth(writing length: Int, at offset: Int64) -> Int64 {
    var growth: Int64 = 0
    Self.pieces(of: length, at: offset) { page, start, piece, _ in
      growth += Int64(max(0, start + piece - (pages[page]?.count ?? 0)))
    }
    return growth
  }

  mutating func write(_ bytes: ArraySlice<UInt8>, at offset: Int64) {
    guard !bytes.isEmpty else { return }
    Self.pieces(of: bytes.count, at: offset) { number, start, piece, done in
      let source = bytes[(bytes.startIndex + done)..<(bytes.startIndex + done + piece)]
      var page = pages.removeValue(forKey: number) ?? []
      stored -= Int64(page.count)
      if page.count < start { page.append(contentsOf: repeatElement(0, count: start - page.count)) }
      page.replaceSubrange(start..<min(page.count, start + piece), with: source)
      stored += Int64(page.count)
      pages[number] = page
    }
    count = max(count, offset + Int64(bytes.count))
  }

  mutating func truncate(to size: Int64) {
    if size < count {
      let lastPage = size / Int64(Self.pageSize)
      for number in pages.keys where number >= lastPage {
        let keep = number > lastPage ? 0 : Int(size % Int64(Self.pageSize))
        guard var page = pages.removeValue(forKey: number) else { continue }
        stored -= Int64(page.count)
        guard keep > 0 else { continue }
        page.removeSubrange(min(keep, page.count)...)
        stored += Int64(page.count)
        pages[number] = page
      }
    }
    count = size
  }

  private static func pieces(of length: Int, at offset: Int64, _ body: (Int64, Int, Int, Int) -> Void) {
    var done = 0
    while done < length {
      let position = offset + Int64(done)
      let start = Int(position % Int64(pageSize))
      let piece = min(pageSize - start, length - done)
      body(position / Int64(pageSize), start, piece, done)
      done += piece
    }
  }
}
