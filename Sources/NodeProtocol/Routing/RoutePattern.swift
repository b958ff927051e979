import GoWire

/// A line of the routing table: methods and a path with parameters, and the route they make (ROLE-3).
struct RoutePattern: Sendable {
  enum Segment: Hashable, Sendable {
    case literal(GoString)
    case parameter
  }

  let roles: [Role]
  let methods: [GoString]
  let segments: [Segment]
  /// Makes the route of as many parameters as there are in `segments`.
  let route: @Sendable ([GoString]) -> Route

  /// - Parameter path: below `/api/v4`; a segment that begins with a colon is a parameter.
  private init(
    _ roles: [Role], _ methods: [GoString], _ path: String, _ route: @escaping @Sendable ([GoString]) -> Route
  ) {
    self.roles = roles
    self.methods = methods
    segments = ("api/v4/" + path).split(separator: "/").map {
      $0.hasPrefix(":") ? .parameter : .literal(GoString(String($0)))
    }
    self.route = route
  }

  /// The parameters when the pattern fits, else nil. A parameter between two slashes may be empty, one at the end only when
  /// allowed.
  func parameters(of path: [ArraySlice<UInt8>], allowingEmptyEnd: Bool) -> [GoString]? {
    guard path.count == segments.count, allowingEmptyEnd || path.last?.isEmpty == false else { return nil }
    return RoutePattern.parameters(of: path, by: segments[...])
  }

  /// Whether a path ends, but for a slash, between two parameters of the pattern.
  func breaksOff(after path: [ArraySlice<UInt8>]) -> Bool {
    guard path.count < segments.count, path.count > 0, segments[path.count - 1] == .parameter,
      segments[path.count] == .parameter
    else { return false }
    return RoutePattern.parameters(of: path, by: segments[..<path.count]) != nil
  }

  private static func parameters(of path: [ArraySlice<UInt8>], by segments: ArraySlice<Segment>) -> [GoString]? {
    for (given, expected) in zip(path, segments) {
      if case .literal(let text) = expected, !given.elementsEqual(text.bytes) { return nil }
    }
    return zip(path, segments).compactMap { given, expected in expected == .parameter ? GoString(given) : nil }
  }

  /// The whole table of both roles.
  static let all: [RoutePattern] = [
    RoutePattern([.slave], ["POST"], "slave/ping") { _ in .ping },
    RoutePattern([.slave, .master], ["PUT"], "slave/upload") { _ in .createUploadSession },
    RoutePattern([.slave, .master], ["POST"], "slave/upload/:sessionId") { .uploadChunk(sessionID: $0[0]) },
    RoutePattern([.slave, .master], ["DELETE"], "slave/upload/:sessionId") { .deleteUploadSession(sessionID: $0[0]) },
    RoutePattern([.slave, .master], ["GET", "HEAD"], "slave/file/content/:nodeId/:src/:speed/:name") {
      .content(nodeID: $0[0], source: $0[1], speed: $0[2], name: $0[3])
    },
    RoutePattern([.slave, .master], ["GET"], "slave/file/thumb/:src/:ext") { .thumbnail(source: $0[0], ext: $0[1]) },
    RoutePattern([.slave, .master], ["GET"], "slave/file/meta/:src/:ext") { .mediaMeta(source: $0[0], ext: $0[1]) },
    RoutePattern([.slave, .master], ["GET"], "slave/file/list") { _ in .listFiles },
    RoutePattern([.slave, .master], ["DELETE"], "slave/file") { _ in .deleteFiles },
    RoutePattern([.slave], ["PUT"], "slave/task") { _ in .createTask },
    RoutePattern([.slave], ["GET"], "slave/task/:id") { .readTask(id: $0[0]) },
    RoutePattern([.slave], ["POST"], "slave/task/cleanup") { _ in .cleanUpTask },
    RoutePattern([.slave], ["POST"], "slave/download/task") { _ in .download(.task) },
    RoutePattern([.slave], ["POST"], "slave/download/status") { _ in .download(.status) },
    RoutePattern([.slave], ["POST"], "slave/download/cancel") { _ in .download(.cancel) },
    RoutePattern([.slave], ["POST"], "slave/download/select") { _ in .download(.select) },
    RoutePattern([.slave], ["POST"], "slave/download/test") { _ in .download(.test) },
    RoutePattern([.master], ["GET"], "site/ping") { _ in .sitePing },
    RoutePattern([.master], ["POST"], "callback/remote/:sessionID/:key") {
      .uploadCallback(sessionID: $0[0], key: $0[1])
    },
    RoutePattern([.master], ["PUT"], "slave/statelessUpload/prepare") { _ in .prepareStatelessUpload },
    RoutePattern([.master], ["POST"], "slave/statelessUpload/complete") { _ in .completeStatelessUpload },
    RoutePattern([.master], ["POST"], "slave/statelessUpload/failed") { _ in .failStatelessUpload },
    RoutePattern([.master], ["POST"], "slave/statelessUpload/create") { _ in .createStatelessFile },
    RoutePattern([.master], ["GET"], "slave/credential/:id") { .credential(id: $0[0]) },
  ]
}
