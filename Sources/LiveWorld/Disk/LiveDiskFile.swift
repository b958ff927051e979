import CPosix
import Glibc
import ReferenceNode

/// An open file of a live disk.
///
/// The invariant behind `@unchecked Sendable`: confined to its node's loop thread; the pool gets the descriptor's number, and
/// the descriptor stays open as long as the pool works on it.
public final class LiveDiskFile: DiskFile, @unchecked Sendable {
  /// -1 once it was closed or given away.
  private var descriptor: Int32
  private let isWritable: Bool
  private let loop: LiveLoop
  /// Operations on the pool.
  private var busy = 0
  /// Closed as soon as nothing is busy with it.
  private var closesWhenIdle = false
  /// Whether the file system can say that a read would wait.
  private var readsCached = true

  init(_ descriptor: Int32, isWritable: Bool, _ loop: LiveLoop) {
    self.descriptor = descriptor
    self.isWritable = isWritable
    self.loop = loop
  }

  deinit {
    if descriptor >= 0 { Glibc.close(descriptor) }
  }

  /// Gives the descriptor away, for an answer that the kernel sends; the file is closed for its former owner. nil when it cannot.
  func takeDescriptor() -> Int32? {
    guard descriptor >= 0, busy == 0, !closesWhenIdle else { return nil }
    defer { descriptor = -1 }
    return descriptor
  }

  /// Reads bytes that lie in the page cache into a buffer, and closes the file. nil, and nothing has happened, when they are not
  /// there, or not all of them.
  func takeCached(at offset: Int64, count: Int, into buffers: ShortBuffers) -> UnsafeMutableRawPointer? {
    guard descriptor >= 0, busy == 0, !closesWhenIdle else { return nil }
    let bytes = buffers.take()
    guard cposix_pread_cached(descriptor, bytes, count, offset) == count else {
      buffers.giveBack(bytes)
      return nil
    }
    Glibc.close(descriptor)
    descriptor = -1
    return bytes
  }

  public func status() async throws(DiskError) -> FileStatus {
    try FileStatus(descriptor: try usable())
  }

  public func read(at offset: Int64, count: Int) async throws(DiskError) -> [UInt8] {
    let fd = try usable()
    guard count > 0, offset >= 0 else {
      if offset < 0 { throw SystemError.disk(EINVAL) }
      return []
    }
    var known: [UInt8] = []
    if readsCached, count <= LiveDiskFile.inlineLimit {
      var isWhole = false
      var number: Int32 = 0
      known = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        while filled < count, let base = buffer.baseAddress {
          let got = cposix_pread_cached(fd, base + filled, count - filled, offset + Int64(filled))
          if got > 0 {
            filled += got
          } else if got == 0 {
            isWhole = true
            return
          } else if errno != EINTR {
            number = errno
            return
          }
        }
        isWhole = true
      }
      if isWhole { return known }
      if number != EAGAIN {
        // ENOSYS, EOPNOTSUPP, EINVAL: the file system cannot say. Any other error comes again from the pool.
        readsCached = false
      }
    }
    let have = known
    return try await onPool { (fd) throws(DiskError) in
      try LiveDiskFile.read(fd, at: offset, count: count, having: have)
    }
  }

  public func write(_ bytes: [UInt8], at offset: Int64) async throws(DiskError) {
    _ = try usable()
    guard !bytes.isEmpty else { return }
    try await onPool { (fd) throws(DiskError) in
      var done = 0
      while done < bytes.count {
        let written = bytes.withUnsafeBytes { buffer in
          pwrite(fd, buffer.baseAddress.map { $0 + done }, buffer.count - done, Int(offset) + done)
        }
        if written > 0 {
          done += written
        } else if written < 0, errno != EINTR {
          throw SystemError.disk(errno)
        }
      }
    }
  }

  public func truncate(to size: Int64) async throws(DiskError) {
    _ = try usable()
    try await onPool { (fd) throws(DiskError) in _ = try DiskRoot.retried { ftruncate(fd, Int(size)) } }
  }

  public func preallocate(_ size: Int64) async throws(DiskError) {
    _ = try usable()
    try await onPool { (fd) throws(DiskError) in
      _ = try DiskRoot.retried { ftruncate(fd, Int(size)) }
      guard size > 0 else { return }
      do throws(DiskError) {
        _ = try DiskRoot.retried { cposix_reserve(fd, size) }
      } catch {
        // A file system that cannot reserve has set the size all the same.
        if error.text != SystemError.text(EOPNOTSUPP) && error.text != SystemError.text(ENOSYS) { throw error }
      }
    }
  }

  public func sync() async throws(DiskError) {
    _ = try usable()
    try await onPool { (fd) throws(DiskError) in _ = try DiskRoot.retried { fdatasync(fd) } }
  }

  public func close() async {
    guard descriptor >= 0, !closesWhenIdle else { return }
    if busy > 0 {
      closesWhenIdle = true
      return
    }
    let fd = descriptor
    descriptor = -1
    // Closing what was written to can wait for the disk.
    if isWritable { await loop.blocking { _ = Glibc.close(fd) } } else { Glibc.close(fd) }
  }

  // MARK: Private

  /// Longer reads go to the pool: copying them would hold up the loop.
  private static let inlineLimit = 1 << 20

  private func usable() throws(DiskError) -> Int32 {
    loop.assertCurrent()
    guard descriptor >= 0, !closesWhenIdle else { throw DiskError(.failed, "file already closed") }
    return descriptor
  }

  private func onPool<Value: Sendable>(
    _ work: @escaping @Sendable (Int32) throws(DiskError) -> Value
  ) async throws(DiskError) -> Value {
    let fd = descriptor
    busy += 1
    let result = await loop.blocking { () -> Result<Value, DiskError> in
      do throws(DiskError) { return .success(try work(fd)) } catch { return .failure(error) }
    }
    busy -= 1
    if busy == 0, closesWhenIdle {
      closesWhenIdle = false
      await close()
    }
    return try result.get()
  }

  private static func read(_ fd: Int32, at offset: Int64, count: Int, having: [UInt8]) throws(DiskError) -> [UInt8] {
    var number: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = buffer.initialize(fromContentsOf: having)
      while filled < count, let base = buffer.baseAddress {
        let got = pread(fd, base + filled, count - filled, Int(offset) + filled)
        if got > 0 {
          filled += got
        } else if got == 0 {
          return
        } else if errno != EINTR {
          number = errno
          return
        }
      }
    }
    if number != 0 { throw SystemError.disk(number) }
    return bytes
  }
}
