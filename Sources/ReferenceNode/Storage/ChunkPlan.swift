import GoWire

/// Where the chunks of one upload lie and how long each has to be (ST-4). All arithmetic wraps as Go's does: nothing that a
/// peer sends can overflow into a trap.
public struct ChunkPlan: Hashable, Sendable {
  /// Length of the whole file in bytes.
  public let size: Int64
  /// Bytes in a chunk; 0 for one chunk that is the file.
  public let chunkSize: Int64

  public init(size: Int64, chunkSize: Int64) {
    self.size = size
    self.chunkSize = chunkSize
  }

  /// Where chunk `index` begins; may be negative or beyond the end for an index that fits nothing.
  public func offset(of index: Int64) -> Int64 {
    index &* chunkSize
  }

  /// Whether chunk `index` reaches the end of the file.
  public func isLast(_ index: Int64) -> Bool {
    chunkSize == 0 || (index &+ 1) &* chunkSize >= size
  }

  /// The length that chunk `index` has to have; negative when nothing fits.
  public func length(of index: Int64) -> Int64 {
    isLast(index) ? size &- offset(of: index) : chunkSize
  }

  /// How many chunks make the file: at least one, as an empty file is one chunk of no bytes (ST-6).
  public var count: Int64 {
    guard chunkSize > 0, size > 0 else { return 1 }
    return size / chunkSize + (size % chunkSize == 0 ? 0 : 1)
  }

  /// The number under which chunk `index` is counted as received, or nil for a chunk that is none of the file's.
  public func number(of index: Int64) -> Int64? {
    guard chunkSize != 0 else { return 0 }
    return 0..<count ~= index ? index : nil
  }
}
