import Foundation

/// The three that are measured in one run: the slave, the Go program and nginx, each on a free port of the loopback.
final class Contestants {
  let folder: String
  let secret: String
  private(set) var slave: Program
  private let reference: Program
  private let nginx: Program
  let slavePort: Int
  let referencePort: Int
  let nginxPort: Int
  /// From the start of the slave's process to its first answer.
  let startMilliseconds: Double

  /// - Parameters:
  ///   - nodelab, referenceProgram: paths of the two built programs.
  ///   - sync: whether the slave syncs each chunk.
  init(nodelab: String, referenceProgram: String, folder: String, secret: String, sync: Bool, processor: Int) throws {
    self.folder = folder
    self.secret = secret
    slavePort = try Contestants.freePort()
    nginxPort = try Contestants.freePort()
    let configuration = """
      [System]
      Mode = slave
      Listen = 127.0.0.1:\(slavePort)
      LogLevel = error
      [Slave]
      Secret = \(secret)
      [NodeLab]
      Sync = \(sync)

      """
    try configuration.write(toFile: folder + "/slave.ini", atomically: true, encoding: .utf8)
    try """
    user root; daemon off; worker_processes 1; pid \(folder)/nginx.pid; error_log \(folder)/nginx.log;
    events { worker_connections 12000; }
    http {
      access_log off; sendfile on; keepalive_requests 100000000;
      client_max_body_size 0; client_body_temp_path \(folder)/body; proxy_temp_path \(folder)/p1; fastcgi_temp_path \(folder)/p2;
      uwsgi_temp_path \(folder)/p3; scgi_temp_path \(folder)/p4;
      server {
        listen 127.0.0.1:\(nginxPort) backlog=4096; root \(folder);
        location /small { return 200 '{"code":404,"msg":"task not found","correlation_id":"5f0c1d9e-1111-4222-8333-0123456789ab"}'; }
        location /put/ { dav_methods PUT; create_full_put_path on; }
      }
    }

    """.write(toFile: folder + "/nginx.conf", atomically: true, encoding: .utf8)
    let start = DispatchTime.now().uptimeNanoseconds
    slave = try Program([nodelab, "slave", "-c", "slave.ini", "-w"], processor: processor, folder: folder)
    try Contestants.waitForPort(slavePort)
    startMilliseconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6
    reference = try Program(
      [referenceProgram, "-secret", secret, "-folder", folder], processor: processor, folder: folder, readsOutput: true)
    guard let port = Int(try reference.firstLine()) else { throw BenchmarkError("the Go program did not start") }
    referencePort = port
    nginx = try Program(["nginx", "-c", folder + "/nginx.conf"], processor: processor, folder: folder)
    try Contestants.waitForPort(nginxPort)
  }

  func stop() {
    slave.stop()
    reference.stop()
    nginx.stop()
  }

  private static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard bound else { throw BenchmarkError("no free port") }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  /// Connects until something listens; ten seconds at most.
  private static func waitForPort(_ port: Int) throws {
    let deadline = DispatchTime.now().uptimeNanoseconds + 10_000_000_000
    while DispatchTime.now().uptimeNanoseconds < deadline {
      if let connection = Idle.connect(port) {
        close(connection)
        return
      }
      usleep(200)
    }
    throw BenchmarkError("nothing listens on port \(port)")
  }
}

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
    var buffer = [UInt8](repeating: 0, count: 4096)
    for _ in 0..<count {
      guard let descriptor = connect(port) else {
        throw BenchmarkError("connection \(connections.count + 1) was refused")
      }
      guard send(descriptor, request, request.count, 0) == request.count, recv(descriptor, &buffer, buffer.count, 0) > 0
      else {
        throw BenchmarkError("connection \(connections.count + 1) got no answer")
      }
      connections.append(descriptor)
    }
    return connections
  }
}
