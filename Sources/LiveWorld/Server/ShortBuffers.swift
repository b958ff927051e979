import CMicrohttpd
import Glibc

/// Buffers for short parts of files, which are copied into the answer rather than left to the kernel: one call and one packet
/// the less. A few are kept for the next answers.
///
/// The invariant behind `@unchecked Sendable`: confined to its node's loop thread.
final class ShortBuffers: @unchecked Sendable {
  /// Bytes of a buffer.
  static let size = 16384
  private static let most = 32

  private var free: [UnsafeMutableRawPointer] = []

  deinit {
    for bytes in free { bytes.deallocate() }
  }

  func take() -> UnsafeMutableRawPointer {
    free.popLast() ?? .allocate(byteCount: ShortBuffers.size, alignment: 16)
  }

  func giveBack(_ bytes: UnsafeMutableRawPointer) {
    if free.count < ShortBuffers.most { free.append(bytes) } else { bytes.deallocate() }
  }

  /// An answer with the first bytes of a buffer, which comes back when that is sent; nil when memory is out.
  func response(_ bytes: UnsafeMutableRawPointer, count: Int) -> OpaquePointer? {
    let loan = Unmanaged.passRetained(Loan(buffers: self, bytes: bytes))
    let response = MHD_create_response_from_buffer_with_free_callback_cls(
      count, bytes,
      { context in
        guard let context else { return }
        let loan = Unmanaged<Loan>.fromOpaque(context).takeRetainedValue()
        loan.buffers.giveBack(loan.bytes)
      }, loan.toOpaque())
    if response == nil {
      loan.release()
      giveBack(bytes)
    }
    return response
  }

  /// A buffer that an answer has.
  private final class Loan {
    let buffers: ShortBuffers
    let bytes: UnsafeMutableRawPointer

    init(buffers: ShortBuffers, bytes: UnsafeMutableRawPointer) {
      self.buffers = buffers
      self.bytes = bytes
    }
  }
}
