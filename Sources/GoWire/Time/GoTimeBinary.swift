extension GoTime {
  /// Seconds from 0001-01-01, where Go's binary form counts from, to 1970-01-01.
  private static let secondsToEpoch: Int64 = 62_135_596_800
  /// What stands for UTC instead of an offset in minutes.
  private static let utcMark: Int16 = -1

  /// The 15 bytes of `MarshalBinary`; 16 when the offset is no whole number of minutes (GOB-3).
  ///
  /// An offset of -1 minute or beyond 16 bits of minutes cannot be written.
  public func binary() throws(GoTimeError) -> [UInt8] {
    var minutes = GoTime.utcMark
    var seconds: Int32 = 0
    if !isUTC {
      seconds = offsetSeconds % 60
      guard let exact = Int16(exactly: offsetSeconds / 60), exact != GoTime.utcMark else {
        throw GoTimeError("Time.MarshalBinary: unexpected zone offset")
      }
      minutes = exact
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(16)
    bytes.append(seconds == 0 ? 1 : 2)
    bytes.appendBigEndian(unixSeconds &+ GoTime.secondsToEpoch)
    bytes.appendBigEndian(nanosecond)
    bytes.appendBigEndian(minutes)
    if seconds != 0 { bytes.append(UInt8(truncatingIfNeeded: seconds)) }
    return bytes
  }

  /// Reads what `binary()` writes, with the texts of Go's `UnmarshalBinary`.
  ///
  /// Seconds of an offset are read with their sign, as they are written; Go reads them without. Nanoseconds out of range, which Go
  /// takes, are refused.
  public init(binary bytes: [UInt8]) throws(GoTimeError) {
    try self.init(binary: bytes[...])
  }

  init(binary bytes: ArraySlice<UInt8>) throws(GoTimeError) {
    guard let version = bytes.first else { throw GoTimeError("Time.UnmarshalBinary: no data") }
    guard version == 1 || version == 2 else { throw GoTimeError("Time.UnmarshalBinary: unsupported version") }
    guard bytes.count == (version == 1 ? 15 : 16) else { throw GoTimeError("Time.UnmarshalBinary: invalid length") }
    let start = bytes.startIndex
    let seconds = Int64(bigEndian: bytes[(start + 1)..<(start + 9)])
    let nanosecond = Int32(bigEndian: bytes[(start + 9)..<(start + 13)])
    guard 0..<1_000_000_000 ~= nanosecond else { throw GoTimeError("Time.UnmarshalBinary: nanoseconds out of range") }
    var offset = Int32(Int16(bigEndian: bytes[(start + 13)..<(start + 15)])) * 60
    if version == 2 { offset += Int32(Int8(bitPattern: bytes[start + 15])) }
    let isUTC = offset == Int32(GoTime.utcMark) * 60
    self.init(
      unixSeconds: seconds &- GoTime.secondsToEpoch, nanosecond: nanosecond, offsetSeconds: isUTC ? 0 : offset,
      isUTC: isUTC)
  }
}

extension [UInt8] {
  /// Appends the bytes of a number, the highest first.
  fileprivate mutating func appendBigEndian<Number: FixedWidthInteger>(_ number: Number) {
    var shift = Number.bitWidth
    while shift > 0 {
      shift -= 8
      append(UInt8(truncatingIfNeeded: number >> Number(shift)))
    }
  }
}

extension FixedWidthInteger {
  /// The number that so many bytes, the highest first, spell.
  fileprivate init(bigEndian bytes: ArraySlice<UInt8>) {
    var value: Self = 0
    for byte in bytes { value = value << 8 | Self(truncatingIfNeeded: byte) }
    self = value
  }
}
