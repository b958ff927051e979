import Foundation

/// Connections that do nothing.
enum Idle {
  static func connect(_ port: Int) -> Int32? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard connected else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  /// Opens connections until there are `count`, each having had one answer to `request`.
  static func open(_ count: Int, port: Int, request: [UInt8]) throws -> [Int32] {
    var limit = rlimit(rlim_cur: 16384, rlim_max: 16384)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    var connections: [Int32] = []
    for _ in 0..<count {
      guard let descriptor = connect(port) else {
        throw BenchmarkError("connection \(connections.count + 1) was refused")
      }
      _ = try answer(to: request, on: descriptor)
      connections.append(descriptor)
    }
    return connections
  }

  /// What comes first after a request.
  static func answer(to request: [UInt8], on descriptor: Int32) throws -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    guard send(descriptor, request, request.count, 0) == request.count else {
      throw BenchmarkError("a request was not taken")
    }
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { throw BenchmarkError("a request got no answer") }
    return String(decoding: buffer[..<count], as: UTF8.self)
  }
}
