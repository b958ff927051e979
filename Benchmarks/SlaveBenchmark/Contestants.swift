import Foundation

/// The three that are measured in one run: the slave, the Go program and nginx, each on a free port of the loopback.
final class Contestants {
  private let nodelab: String
  private let referenceProgram: String
  private let folder: String
  private let secret: String
  private let processor: Int
  private(set) var slave: Slave
  let reference: Program
  private let nginx: Program
  let referencePort: Int
  let nginxPort: Int

  /// - Parameters:
  ///   - nodelab, referenceProgram: paths of the two built programs.
  ///   - processor: that of all three.
  init(nodelab: String, referenceProgram: String, folder: String, secret: String, processor: Int) throws {
    (self.nodelab, self.referenceProgram, self.folder) = (nodelab, referenceProgram, folder)
    (self.secret, self.processor) = (secret, processor)
    nginxPort = try Contestants.freePort()
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
        location /api/v4/site/ping { return 200 '{"code":0,"data":"4.14.0","msg":""}'; }
        location /put/ { dav_methods PUT; create_full_put_path on; }
      }
    }

    """.write(toFile: folder + "/nginx.conf", atomically: true, encoding: .utf8)
    slave = try Slave(
      nodelab, name: "slave", folder: folder, secret: secret, sync: false, logs: false, processor: processor)
    (reference, referencePort) = try Contestants.startReference(
      referenceProgram, folder: folder, secret: secret, processor: processor, logs: false)
    nginx = try Program(["nginx", "-c", folder + "/nginx.conf"], processor: processor, folder: folder)
    try Contestants.waitForPort(nginxPort)
    try Contestants.waitForPort(slave.port)
  }

  func stop() {
    slave.stop()
    reference.stop()
    nginx.stop()
  }

  /// Another slave; it listens.
  func startSlave(name: String, sync: Bool, logs: Bool) throws -> Slave {
    let slave = try Slave(
      nodelab, name: name, folder: folder, secret: secret, sync: sync, logs: logs, processor: processor)
    try Contestants.waitForPort(slave.port)
    return slave
  }

  /// Another Go program, and its port.
  func startReference(logs: Bool) throws -> (Program, Int) {
    try Contestants.startReference(
      referenceProgram, folder: folder, secret: secret, processor: processor, logs: logs)
  }

  /// Milliseconds from the start of a slave's process to its answer to a request, made for its port.
  func timeStart(_ request: (Int) -> [UInt8]) throws -> Double {
    let port = try Contestants.freePort()
    let bytes = request(port)
    let start = DispatchTime.now().uptimeNanoseconds
    let slave = try Slave(
      nodelab, name: "start", folder: folder, secret: secret, sync: false, logs: false, processor: processor, port: port
    )
    defer { slave.stop() }
    try Contestants.waitForPort(port)
    guard let connection = Idle.connect(port) else { throw BenchmarkError("the slave's port closed again") }
    defer { close(connection) }
    let answer = try Idle.answer(to: bytes, on: connection)
    let time = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6
    guard answer.contains(#"{"code":0,"#) || answer.contains("task not found") else {
      throw BenchmarkError("the slave's first answer is another: \(answer)")
    }
    return time
  }

  private static func startReference(
    _ program: String, folder: String, secret: String, processor: Int, logs: Bool
  ) throws -> (Program, Int) {
    let reference = try Program(
      [program, "-secret", secret, "-folder", folder, "-log=\(logs)"], processor: processor, folder: folder,
      readsOutput: true, errors: logs ? folder + "/reference.log" : nil)
    guard let port = Int(try reference.firstLine()) else { throw BenchmarkError("the Go program did not start") }
    return (reference, port)
  }

  static func freePort() throws -> Int {
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
  static func waitForPort(_ port: Int) throws {
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
